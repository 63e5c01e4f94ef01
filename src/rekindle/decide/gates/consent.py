"""Consent for this address and channel, unrevoked and not stale. No record, no message."""

from datetime import datetime

from rekindle.decide.decision import Reason
from rekindle.decide.facts import Consent
from rekindle.decide.gates.question import Question, allow, deny
from rekindle.decide.months import add_months
from rekindle.decide.words import Basis, OptOutTier

GATE = "consent"
# An enquiry alone is no agreement to automated texts (COMPLIANCE D6).
FOR_AUTOMATED_TEXT = frozenset({Basis.WRITTEN, Basis.GIVEN, Basis.ATTESTED, Basis.REPLY})


def judge(question: Question) -> Reason:
    """Deny without a standing grant that covers this message; a person may also answer who wrote to them."""
    if question.confirms:
        return allow(GATE, "CONFIRMATION", "A confirmation needs no consent.")
    consent = _latest(question)
    if consent is not None and not consent.granted and not _may_answer(question, consent):
        # A box left unticked counts as a no to everything automated, also after an earlier yes on another form: who
        # sees the box and leaves it does not expect texts, and a yes disputed is a yes we could not prove.
        said = "taken back" if consent.basis is Basis.REPLY else "not given when the lead was asked last"
        return deny(GATE, "CONSENT_REVOKED", f"Consent to {_kind(question)} was {said}.")
    if question.by_person and _wrote_lately(question):
        return allow(GATE, "THEY_WROTE", "The lead wrote to us from this address and a person answers.")
    if consent is None:
        return deny(GATE, "NO_CONSENT", f"No consent to {_kind(question)} is on record for this address.")
    return _grant(question, consent)


def _grant(question: Question, consent: Consent) -> Reason:
    if question.by_text and consent.basis not in FOR_AUTOMATED_TEXT:
        if not question.by_person:
            return deny(GATE, "NO_CONSENT", "An enquiry alone is no consent to automated texts.")
        if question.at > add_months(_last_sign(question, consent), question.policy.inquiry_months):
            months = question.policy.inquiry_months
            return deny(GATE, "CONSENT_STALE", f"The enquiry is older than {months} months.")
    if question.at > add_months(_last_sign(question, consent), question.policy.consent_months):
        months = question.policy.consent_months
        return deny(GATE, "CONSENT_STALE", f"No sign of life for {months} months; consent must be given again.")
    return allow(GATE, "CONSENT", f"Consent to {_kind(question)} ({consent.basis}) since {consent.at.date()}.")


def _latest(question: Question) -> Consent | None:
    """The last word on this address; of two at one instant the refusal counts."""
    words = [
        consent
        for consent in question.facts.consents
        if consent.channel is question.attempt.channel and consent.address == question.attempt.address
    ]
    return max(words, key=lambda consent: (consent.at, not consent.granted), default=None)


def _last_sign(question: Question, consent: Consent) -> datetime:
    """When the lead last showed that they are there: consent, enquiry or reply."""
    signs = [consent.at, *(reply.at for reply in question.facts.inbound)]
    if question.facts.enquired_at is not None:
        signs.append(question.facts.enquired_at)
    return max(signs)


def _may_answer(question: Question, refusal: Consent) -> bool:
    """A box left unticked is no request to be left alone: whoever writes to us after it may be answered by a person."""
    if refusal.basis is Basis.REPLY or not question.by_person:
        return False
    return any(reply.at > refusal.at for reply in question.facts.inbound if question.same_address(reply)) and (
        _wrote_lately(question)
    )


def _wrote_lately(question: Question) -> bool:
    """Their own message is an inquiry: a person may answer it as long as an inquiry carries."""
    return any(
        question.same_address(reply)
        and reply.tier in (OptOutTier.NONE, OptOutTier.SOFT_STOP)
        and question.at <= add_months(reply.at, question.policy.inquiry_months)
        for reply in question.facts.inbound
    )


def _kind(question: Question) -> str:
    return "texts" if question.by_text else "e-mail"
