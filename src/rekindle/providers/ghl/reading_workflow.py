"""What a workflow's webhook action posts: the contact flat, the author's own fields in `customData`.

No official description exists; the shapes are those its users publish. `contact` in it is attribution as a rule.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from rekindle.decide.words import Basis, Channel, LeadKind
from rekindle.providers import plain
from rekindle.providers.ghl import reading_contact, reading_fields, reading_tags
from rekindle.providers.ghl.reading import word
from rekindle.providers.ghl.reading_booking import booking
from rekindle.providers.ghl.reading_given import Given, plain_name, unwrapped
from rekindle.providers.ghl.reading_kind import What, typed
from rekindle.providers.ghl.reading_message import channel_of, kind_of, message
from rekindle.providers.ghl.reading_opportunity import stage
from rekindle.providers.ports import Account, Enquiry, Event, Fetch, GivenConsent, Parsed, UnparsableError

FIELDS = 500
YES = frozenset({"true", "yes", "on", "1", "y", "checked", "i agree", "agree"})

_NESTED = re.compile(r"([^\[\].]{1,100})(?:\[([^\[\]]{1,100})\]|\.([^\[\]]{1,100}))")
_KINDS = {kind.value for kind in LeadKind}
_NAMED = ("email", "phone", "firstname", "lastname", "name")
_OF_MESSAGES = ("contactid", "phone", "email", "direction", "messagetype", "messageid", "subject", "from", "to")
# What the action sends of itself about every contact, told elsewhere or not worth keeping.
_STANDARD = frozenset(
    {"type", "event", "eventtype", "id", "contactid", "locationid", "firstname", "lastname", "fullname", "name"}
    | {"email", "phone", "tags", "address1", "fulladdress", "city", "state", "postalcode", "zip", "country", "street"}
    | {"timezone", "datecreated", "dateadded", "contactsource", "source", "contacttype", "location", "workflow", "user"}
    | {"owner", "triggerdata", "contact", "attributionsource", "customdata", "message", "calendar", "opportunity"}
    | {"customfields", "customfield", "dnd", "dndsettings", "kind", "leadtype", "page", "ssn", "dateofbirth", "data"}
    | {"smsconsent", "emailconsent", "consenttext", "consenturl", "timestamp", "webhookid", "appid", "companyid"}
    | {"additionalemails", "additionalphones", "assignedto", "lastattributionsource"}
)


def decoded(body: bytes) -> dict[str, Any]:
    """The fields posted, as JSON or as a form; raises UnparsableError. `a[b]` and `a.b` of a form are nested."""
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        return plain.fields(body.removeprefix(b"\xef\xbb\xbf"))
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=FIELDS)
    except ValueError as error:
        raise UnparsableError("the body is neither JSON nor a form") from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        nested = _NESTED.fullmatch(name)
        inside = found.setdefault(nested[1], {}) if nested else None
        if nested and isinstance(inside, dict):
            inside[nested[2] or nested[3]] = value
        else:
            found[name] = value
    return found


def flat(raw: Mapping[str, Any]) -> Given:
    """The fields with the author's own on top: what somebody wrote on purpose is meant."""
    given = unwrapped(raw)
    person = given.inner("contact")
    return given.inner("customdata").over(given.raw).over(person.raw if person.has(*_NAMED) else {})


def enquires(given: Given) -> bool:
    """Whether a person asks, rather than a change, an answer, an appointment or a stage being told of."""
    if _spoken(given) or _booked(given) or _moved(given):
        return False
    kind, _ = typed(given)
    return kind is What.UNKNOWN or plain_name(given.line("type", "eventtype", "event")) == "contactcreate"


def words(given: Given, event: Event, account: Account) -> tuple[Parsed, ...]:
    """What the workflow tells, in our words; raises UnparsableError."""
    if enquires(given):
        return (_asked(given, event, account),)
    if typed(given)[0] is not What.UNKNOWN:
        return (word(given, event, account),)
    if _spoken(given):
        return (message(_message(given), event.external_id, inbound=True),)
    if _booked(given):
        return (booking(given, event.external_id, gone=False),)
    moved = stage(given, event.external_id, account)
    return (reading_contact.contact(given, event, account), moved) if given.has("contactid") else (moved,)


def _spoken(given: Given) -> bool:
    inside = given.inner("message")
    return inside.has("body", "text", "html", "attachments") or given.has("direction")


def _booked(given: Given) -> bool:
    return given.inner("appointment", "calendar").has("starttime", "appointmentid", "id")


def _moved(given: Given) -> bool:
    return given.has("pipelineid", "pipelinestageid", "pipelinestage", "piplelinestage")


def _message(given: Given) -> Given:
    """The message, with what the contact around it says of the sender."""
    inside = given.inner("message")
    around = {name: given.get(name) for name in _OF_MESSAGES if given.has(name)}
    text = {} if inside.raw else {"body": given.get("message", "body")}
    found = Given({**around, **text, **inside.raw})
    if inside.has("messagetype", "type") or channel_of(kind_of(found)):
        return found
    return Given({**found.raw, "messagetype": "SMS" if given.has("phone") else "Email"})


def _asked(given: Given, event: Event, account: Account) -> Parsed:
    """An enquiry; of somebody the office did not activate a contact instead, which is kept and not answered.

    A body that only names the contact is a hint: the rest is fetched.
    """
    tags = reading_tags.tags(given.get("tags"))
    active = reading_tags.activated(tags, account)
    if active is False and given.has("contactid"):
        return replace(reading_contact.contact(given, event, account), attributes=_attributes(given, account))
    emails = reading_contact.points(given, "email", "additionalemails")
    phones = reading_contact.points(given, "phone", "additionalphones")
    if not emails and not phones and given.has("contactid"):
        return Fetch(event.external_id, "ghl-contact", given.line("contactid"), given.instant("timestamp"))
    if not emails and not phones:
        raise UnparsableError("an enquiry without an e-mail address and without a phone number")
    kind = given.line("kind", "leadtype").lower()
    return Enquiry(
        external_id=event.external_id,
        source=given.line("contactsource", "source") or "ghl-workflow",
        name=given.line("fullname", "name"),
        first_name=given.line("firstname"),
        last_name=given.line("lastname"),
        emails=emails,
        phones=phones,
        kind=kind if kind in _KINDS else "",
        message=given.lines("message"),
        page=given.line("page", limit=2000) or given.inner("attributionsource").line("url", limit=2000),
        at=given.instant("timestamp"),
        state=given.line("state"),
        zip=given.line("postalcode", "zip"),
        city=given.line("city"),
        street=given.line("address1", "street"),
        attributes=_attributes(given, account),
        consents=_consents(given, has_email=bool(emails)),
        enroll="none" if active is False else "auto",
        contact_id=given.line("contactid"),
    )


def _attributes(given: Given, account: Account) -> tuple[tuple[str, str], ...]:
    """Custom fields, which a workflow puts flat under their labels, and the author's own data."""
    known = reading_fields.names(account)
    flat = [(known.get(n, n), reading_fields.text(v)) for n, v in given.raw.items() if plain_name(n) not in _STANDARD]
    kept = [(name, value) for name, value in flat if name not in reading_fields.ECHOED]
    return plain.attributes([*reading_fields.custom(given, account), *kept])


def _consents(given: Given, *, has_email: bool) -> tuple[GivenConsent, ...]:
    """What the author's fields `sms_consent` and `email_consent` say; do-not-disturb is a no, whatever they say."""
    barred = reading_contact.dnd(given)
    said = {Channel.SMS: ("smsconsent", Basis.WRITTEN), Channel.EMAIL: ("emailconsent", Basis.GIVEN)}
    found: list[GivenConsent] = []
    for channel, (name, basis) in said.items():
        if channel in barred:
            found.append(_consent(given, channel, Basis.GIVEN, granted=False))
        elif given.has(name):
            found.append(_consent(given, channel, basis, granted=given.line(name).lower() in YES))
        elif channel is Channel.EMAIL and has_email:
            found.append(_consent(given, channel, Basis.INQUIRY, granted=True))
    return tuple(found)


def _consent(given: Given, channel: Channel, basis: Basis, *, granted: bool) -> GivenConsent:
    text, url = given.lines("consenttext", limit=2000), given.line("consenturl", limit=2000)
    return GivenConsent(channel, granted=granted, basis=basis.value, text=text, url=url, ip="", at=None)
