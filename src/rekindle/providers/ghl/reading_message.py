"""A message HighLevel carried; its `direction` is believed before its type, which upstream mixes up."""

import hashlib
import re

from rekindle.decide.words import Channel
from rekindle.providers import plain
from rekindle.providers.ghl.reading_contact import CRM
from rekindle.providers.ghl.reading_given import Given, things
from rekindle.providers.mime import addresses, html
from rekindle.providers.ports import Ignored, Reply, SentElsewhere, UnparsableError

LONGEST = 100_000

# Names as in `messageType` of the message export; numbers as in `type` there.
_TEXTS = {"sms", "customsms", "customprovidersms", "campaignsms", "campaignmanualsms", "smsreaction"}
_TEXTS |= {"smsreviewrequest", "smsnoshowrequest", "2"}
_MAILS = {"email", "customemail", "customprovideremail", "campaignemail", "3"}
_AUTOMATION = {"workflow", "bulkactions", "campaign", "api"}
_MARKUP = re.compile(r"</?(?:html|body|div|p|br|span|table|td|a|b|i|ul|li|strong|font)\b[^<>]*>", re.IGNORECASE)


def message(given: Given, external_id: str, *, inbound: bool | None) -> Reply | SentElsewhere | Ignored:
    """A reply, or what left HighLevel by another hand; `inbound` is what the type says. Raises UnparsableError."""
    said = {"inbound": True, "outbound": False}.get(given.line("direction").lower(), inbound)
    if said is None:
        raise UnparsableError("a message that says neither inbound nor outbound")
    if not given.has("contactid", "phone", "from"):
        raise UnparsableError("a message without a contact")
    kind = kind_of(given)
    channel = channel_of(kind)
    if channel is None:
        return Ignored(f"a message of the kind {kind or 'none'}; Rekindle reads texts and e-mails")
    return _reply(given, channel, external_id) if said else _sent(given, channel, external_id)


def kind_of(given: Given) -> str:
    """HighLevel's word for the kind of message, in small letters without its prefix."""
    return given.line("messagetype", "type").lower().replace("_", "").replace(" ", "").removeprefix("type")


def channel_of(kind: str) -> Channel | None:
    """The channel of a kind of message; None for calls, chats and social networks."""
    if kind in _TEXTS:
        return Channel.SMS
    return Channel.EMAIL if kind in _MAILS else None


def _reply(given: Given, channel: Channel, external_id: str) -> Reply | Ignored:
    """A message from a lead; a text names its sender by the contact alone, unless a workflow added the number."""
    body = _body(given)
    if not body and not given.lines("subject"):
        return Ignored("an empty message")
    mailed = channel is Channel.EMAIL
    sender = _address(given.get("from", "email")) if mailed else given.line("phone", "from")
    return Reply(
        external_id=_named(given, channel, body, external_id),
        channel=channel,
        sender=sender,
        to=_address(given.get("to")) if mailed else given.line("to"),
        subject=given.line("subject", limit=500),
        body=body,
        at=given.instant("dateadded", "timestamp"),
        contact_id=given.line("contactid"),
    )


def _sent(given: Given, channel: Channel, external_id: str) -> SentElsewhere | Ignored:
    if given.line("status").lower() == "scheduled":
        return Ignored("a message that is still to be sent")
    return SentElsewhere(
        external_id=external_id,
        crm=CRM,
        contact_id=given.line("contactid"),
        provider_id=given.line("messageid", "id", "emailmessageid"),
        channel=channel,
        address=_address(given.get("to")) if channel is Channel.EMAIL else given.line("to", "phone"),
        body=_body(given),
        person=_person(given),
        at=given.instant("dateadded", "timestamp"),
    )


def _person(given: Given) -> str:
    """Who wrote it; `app` where it was written in HighLevel's own pages and nobody is named; empty for automation."""
    source = given.line("source").lower().replace("_", "").replace(" ", "")
    if source in _AUTOMATION:
        return ""
    return given.line("userid") or ("app" if source == "app" else "")


def _named(given: Given, channel: Channel, body: str, external_id: str) -> str:
    """The message's name, the same from a webhook and from the API; without an id by who said what when.

    An e-mail's webhook names the e-mail, the export names the message and its e-mails. The published webhook of a text
    has no id at all.
    """
    mails = things(given.inner("meta").inner("email").get("messageids"))
    mail = given.line("emailmessageid") or (mails[0] if len(mails) == 1 else "")
    own = given.line("messageid", "id")
    if channel is Channel.EMAIL and mail:
        return plain.named(mail)
    if own:
        return plain.named(own)
    at = given.instant("dateadded", "timestamp")
    if at is None:
        return external_id
    parts = (given.line("contactid"), channel.value, at.isoformat(), body)
    return "sha256:" + hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()


def _body(given: Given) -> str:
    text = given.lines("body", "text", "html", limit=LONGEST)
    if "html" in given.line("contenttype").lower() or _MARKUP.search(text):
        text = html.to_text(text)
    attached = given.get("attachments")
    if not text and isinstance(attached, list):
        return f"[{len(attached)} attached]"
    return text


def _address(value: object) -> str:
    """The bare address out of `Name <address>`, out of the first of a list too."""
    first = next(iter(things(value)), "")
    return addresses.email(first) or first
