"""Raw bytes of a mail to a Mail, whatever the bytes."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime

from rekindle.providers.mime import addresses, authenticity, html, parts, text
from rekindle.providers.mime.types import Mail
from rekindle.providers.ports import UnparsableError

LIMIT = 30 * 1024 * 1024  # bytes; what the large mail services take
DEEPEST = 60
HEADERS = 400
HEADER_LENGTH = 8000
ENCODED_LENGTH = 4000
SUBJECT_LENGTH = 500
YEARS = range(1990, 2100)
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")

# Every level of nesting needs one of these words, and the parser works level by level for every line.
_LEVEL = re.compile(rb"boundary[*0-9\s]{0,8}=|message/", re.IGNORECASE)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ANGLE = re.compile(r"<([^<>]*)>[^<>]*$")


def read(raw: bytes, *, trusted_authserv: str = "") -> Mail:
    """The mail; raises UnparsableError and nothing else. `trusted_authserv`: whose word counts."""
    if len(raw) > LIMIT:
        raise UnparsableError("the e-mail is larger than 30 MB")
    if sum(1 for _ in _LEVEL.finditer(raw)) > DEEPEST:
        raise UnparsableError("the e-mail holds more mails and parts inside each other than any real one")
    try:
        # Not policy.default: its header parser raises errors of every kind on what strangers write.
        message = message_from_bytes(raw, policy=compat32)
        headers = _headers(message)
        found = parts.collect(message)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise UnparsableError(f"this is not an e-mail we can take apart ({type(error).__name__})") from error
    if not any(name in {"from", "to", "subject", "date", "message-id", "received"} for name, _ in headers):
        raise UnparsableError("this is not an e-mail: it has no From, To, Subject or Date")
    return _mail(headers, found, trusted_authserv)


def _mail(headers: tuple[tuple[str, str], ...], found: parts.Parts, trusted: str) -> Mail:
    first = dict(reversed(headers))
    sender, sender_name = _person(first.get("from", ""))
    return Mail(
        message_id=text.line(first.get("message-id", ""))[:SUBJECT_LENGTH],
        sender=sender,
        sender_name=sender_name,
        to=tuple(dict.fromkeys(a for name, value in headers if name in RECIPIENTS for a in addresses.emails(value))),
        subject=text.line(decode(first.get("subject", "")))[:SUBJECT_LENGTH],
        text=found.text or html.to_text(found.html),
        html=found.html,
        headers=headers,
        date=_date(first.get("date", "")),
        authentic=authenticity.vouched(headers, sender, trusted),
        attachments=found.attachments,
    )


def decode(value: str) -> str:
    """A header with its encoded words (RFC 2047) read; as it stands when they are broken."""
    if "=?" not in value or len(value) > ENCODED_LENGTH:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return value
    return "".join(p if isinstance(p, str) else text.decoded(p, charset or "utf-8") for p, charset in pieces)


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    return tuple(
        (text.line(str(name)).lower(), _unfold(str(value))) for name, value in list(message.raw_items())[:HEADERS]
    )


def _unfold(value: str) -> str:
    """One line. What is not ASCII stands as surrogates after parsing: most likely it was UTF-8."""
    whole = value[:HEADER_LENGTH].encode("utf-8", "surrogateescape")
    return text.line(_FOLD.sub(" ", text.decoded(whole, "utf-8")))


def _person(value: str) -> tuple[str, str]:
    """Address and name of a From header: the address in the last angle brackets, else the first there is."""
    angle = _ANGLE.search(value)
    found = addresses.emails(angle[1] if angle else value)
    name = value[: angle.start()] if angle else ""
    return (found[0] if found else "", text.line(decode(name.strip().strip('"').replace('\\"', '"')))[:200])


def _date(value: str) -> datetime | None:
    try:
        said = parsedate_to_datetime(value[:100])
        at = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return at if at.year in YEARS else None
