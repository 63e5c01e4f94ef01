"""The source `meta-lead`: a lead as the Graph API gave it to us. Nobody can post to it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rekindle.decide.words import Basis, Channel, Lane
from rekindle.providers import plain
from rekindle.providers.meta.inbound import LEAD_SOURCE
from rekindle.providers.ports import (
    Account,
    Enquiry,
    Event,
    GivenConsent,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

# Names of Meta's own questions (Marketing API, lead ads); all others are the office's and become attributes.
EMAILS = ("email", "work_email")
PHONES = ("phone_number", "work_phone_number")
OWN = frozenset({"full_name", "first_name", "last_name", "city", "state", "province", "street_address"})
ZIPS = ("zip_code", "post_code")
KNOWN = OWN | {*EMAILS, *PHONES, *ZIPS}
AD = (("ad_id", "meta ad"), ("form_id", "meta form"), ("platform", "meta platform"))
YES = frozenset({"yes", "y", "true", "1", "on", "checked", "i agree", "agree", "sí", "si"})
KEY_LIMIT = 300  # of a question's own text, as Meta makes names of it


class MetaLead(Inbound):
    """What the fetcher brings; its bytes come from Meta over our own call, so there is nothing to verify."""

    source = LEAD_SOURCE
    provider = "meta"
    pasted = False
    lane = Lane.FIRST_TOUCH

    def verify(self, request: Request, account: Account) -> Verified:  # noqa: ARG002 nobody is believed here
        """Refuses everybody; raises RefusedSignatureError."""
        raise RefusedSignatureError("leads are fetched, not posted")

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """One enquiry; raises UnparsableError."""
        given = plain.fields(event.body)
        if not isinstance(given.get("field_data"), list):
            raise UnparsableError("the lead has no answers (field_data)")
        answers = _answers(given)
        at = plain.instant(given.get("created_time"))
        emails = tuple(dict.fromkeys(answers[name] for name in EMAILS if answers.get(name)))
        phones = tuple(dict.fromkeys(answers[name] for name in PHONES if answers.get(name)))
        if not emails and not phones:
            raise UnparsableError("the lead has neither an e-mail address nor a phone number")
        enquiry = Enquiry(
            external_id=event.external_id,
            source="meta",
            name=answers.get("full_name", ""),
            first_name=answers.get("first_name", ""),
            last_name=answers.get("last_name", ""),
            emails=emails,
            phones=phones,
            kind="",
            message="",
            page="",
            at=at,
            state=answers.get("state", "") or answers.get("province", ""),
            zip=next((answers[name] for name in ZIPS if answers.get(name)), ""),
            city=answers.get("city", ""),
            street=answers.get("street_address", ""),
            attributes=_attributes(given),
            consents=_consents(given, account.get("sms_consent_question"), has_email=bool(emails), at=at),
        )
        return (enquiry,)


def _answers(given: dict[str, Any]) -> dict[str, str]:
    return {name: plain.line(value) for name, value in _pairs(given) if name in KNOWN}


def _pairs(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Question and answer as they came; several ticked answers of one question are joined."""
    for field in plain.objects(given.get("field_data")):
        values = field.get("values")
        if isinstance(values, list):
            joined = ", ".join(text for text in (plain.lines(value) for value in values) if text)
            yield plain.line(field.get("name"), limit=KEY_LIMIT), joined


def _boxes(given: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """The boxes of the form's own disclaimer, by key; Meta writes a tick as "1", true or "true"."""
    for box in plain.objects(given.get("custom_disclaimer_responses")):
        ticked = box.get("is_checked")
        yield plain.line(box.get("checkbox_key"), limit=KEY_LIMIT), ticked in (True, 1, "1", "true")


def _attributes(given: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    strangers = [(name, value) for name, value in _pairs(given) if name not in KNOWN]
    boxes = [(name, "yes" if ticked else "no") for name, ticked in _boxes(given)]
    organic = [("meta organic", "yes")] if given.get("is_organic") is True else []
    return plain.attributes([*((label, given.get(name)) for name, label in AD), *organic, *strangers, *boxes])


def _consents(
    given: dict[str, Any], question: str, *, has_email: bool, at: datetime | None
) -> tuple[GivenConsent, ...]:
    """The e-mail may be answered; texting needs the answer yes to the one question the office has named for it."""
    consents: list[GivenConsent] = []
    asked = plain.line(question, limit=KEY_LIMIT)
    said = _said(given, asked) if asked else ""
    if said:
        granted = said.casefold().strip(" .!") in YES
        evidence = f'Facebook lead form {plain.line(given.get("form_id"))}: "{asked}" answered "{said}"'
        consents.append(_consent(Channel.SMS, Basis.WRITTEN, evidence, granted=granted, at=at))
    if has_email:
        evidence = f"Facebook lead form {plain.line(given.get('form_id'))}"
        consents.append(_consent(Channel.EMAIL, Basis.INQUIRY, evidence, granted=True, at=at))
    return tuple(consents)


def _said(given: dict[str, Any], asked: str) -> str:
    """The answer to one question, or "yes"/"no" for a box; empty when the form has neither under this name."""
    wanted = asked.casefold()
    for name, ticked in _boxes(given):
        if name.casefold() == wanted:
            return "yes" if ticked else "no"
    return next((plain.line(value) for name, value in _pairs(given) if name.casefold() == wanted and value), "")


def _consent(channel: Channel, basis: Basis, text: str, *, granted: bool, at: datetime | None) -> GivenConsent:
    return GivenConsent(channel, granted=granted, basis=basis, text=text, url="", ip="", at=at)
