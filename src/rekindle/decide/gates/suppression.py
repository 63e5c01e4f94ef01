"""A suppressed address gets nothing, from nobody; the one exception is the single confirmation of an opt-out."""

from datetime import timedelta

from rekindle.decide.decision import Reason
from rekindle.decide.facts import Suppression
from rekindle.decide.gates.question import Question, allow, deny
from rekindle.decide.words import Basis, Intent, MessageClass, MessageState, OptOutTier

GATE = "suppression"
CONFIRM_WITHIN = timedelta(minutes=5)  # 47 CFR 64.1200(a)(12)
# These say that an address is bad, not that the person wants to be left alone: another address may be right.
ABOUT_THE_ADDRESS = frozenset(
    {"wrong_number", "hard_bounce", "bounce", "invalid", "unreachable", "landline", "undeliverable", "reassigned"},
)


def judge(question: Question) -> Reason:
    """Deny every suppressed address, and every other address of a person who asked us to stop on the channel."""
    if question.confirms:
        return _confirmation(question)
    attempt = question.attempt
    standing = [s for s in question.facts.suppressions if s.channel is attempt.channel]
    for suppression in standing:
        if suppression.address == attempt.address:
            return deny(GATE, "SUPPRESSED", f"The address is suppressed: {suppression.reason}.")
    strangers = {reply.address for reply in question.facts.inbound if reply.intent is Intent.WRONG_NUMBER}
    about_them = [s for s in standing if s.reason not in ABOUT_THE_ADDRESS and s.address not in strangers]
    if not all(_called_back(question, suppression) for suppression in about_them):
        return deny(GATE, "SUPPRESSED_PERSON", "The lead asked us to stop at another address of this channel.")
    return allow(GATE, "NOT_SUPPRESSED", "Nothing suppresses the address.")


def _called_back(question: Question, suppression: Suppression) -> bool:
    """They opted in again for this very address after that: START opens its own number, whatever else is closed."""
    return any(
        consent.granted
        and consent.basis in (Basis.REPLY, Basis.WRITTEN)
        and consent.at > suppression.at
        and consent.channel is question.attempt.channel
        and consent.address == question.attempt.address
        for consent in question.facts.consents
    )


def _confirmation(question: Question) -> Reason:
    inbound = question.answered()
    if inbound is None or inbound.tier is not OptOutTier.STOP:
        return deny(GATE, "NOTHING_TO_CONFIRM", "No opt-out from this address is there to confirm.")
    if question.at - inbound.at > CONFIRM_WITHIN:
        return deny(GATE, "CONFIRMATION_LATE", "An opt-out is confirmed within five minutes or not at all.")
    for touch in question.facts.touches:
        if (
            touch.message_class is MessageClass.COMPLIANCE
            and touch.address == question.attempt.address
            and touch.message_id != question.attempt.message_id
            and touch.state not in (MessageState.CANCELED, MessageState.FAILED)
            and touch.at >= inbound.at
        ):
            return deny(GATE, "CONFIRMED_ALREADY", "The opt-out has its one confirmation.")
    return allow(GATE, "CONFIRMATION", "The one confirmation of an opt-out, within five minutes.")
