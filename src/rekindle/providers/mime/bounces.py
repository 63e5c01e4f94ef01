"""Delivery status notifications (RFC 3464): what a mail server says became of a mail of ours."""

import re
from dataclasses import dataclass

from rekindle.decide.words import MessageState
from rekindle.providers.mime import addresses, text
from rekindle.providers.mime.types import Mail
from rekindle.providers.ports import Consequence, Ignored, Receipt, UnparsableError

PROVIDER = "smtp"  # only mail sent this way comes back as mail
OWN_ID = "x-rekindle-id"
TEXT_LENGTH = 300

# RFC 3463 and RFC 7505: no such mailbox, no such domain, bad syntax, moved away, no mail taken here.
DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_POLICY = "5.7."
_FULL = "5.2.2"
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_FIELD = re.compile(r"^([A-Za-z-]{2,60}):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)


@dataclass(frozen=True)
class _Outcome:
    """What became of the mail for one recipient; `state` None: not final."""

    state: MessageState | None
    status: str
    why: str


def is_bounce(mail: Mail) -> bool:
    """A report as RFC 3464 has it, or an old-fashioned one sent to a bounce address of ours."""
    if any(part.content_type == "message/delivery-status" for part in mail.attachments):
        return True
    postman = mail.sender.lower().startswith(("mailer-daemon@", "postmaster@")) or not mail.sender
    return postman and bool(addresses.token(mail.to, "b"))


def read(mail: Mail, *, external_id: str) -> tuple[Receipt | Ignored, ...]:
    """One receipt a recipient that is done with; raises UnparsableError when it is about no message of ours."""
    report = next((p.body for p in mail.attachments if p.content_type == "message/delivery-status"), None)
    original = returned(mail)
    message_id = _message_id(mail, original, report or b"")
    if not message_id and not original.get("message-id"):
        raise UnparsableError("a bounce that does not say which message came back")
    if report is None:
        return (_receipt(mail, _from_prose(mail), external_id, message_id, original),)
    told = [_outcome(fields) for fields in _blocks(report) if "action" in fields]
    if not told:
        raise UnparsableError("a bounce without an action for any recipient")
    final = [outcome for outcome in told if outcome.state is not None]
    if not final:
        return (Ignored("the mail is on its way or still being tried, nothing is final"),)
    return (_receipt(mail, final[0], external_id, message_id, original),)


def _receipt(mail: Mail, outcome: _Outcome, external_id: str, message_id: str, original: dict[str, str]) -> Receipt:
    return Receipt(
        external_id=external_id,
        provider=PROVIDER,
        provider_id=original.get("message-id", "")[:200],
        key="",
        state=outcome.state or MessageState.UNDELIVERED,
        code=outcome.status,
        text=outcome.why[:TEXT_LENGTH],
        permanent=outcome.status in DEAD,
        at=mail.date,
        message_id=message_id,
        consequence=_consequence(outcome.status),
    )


def _consequence(status: str) -> Consequence:
    if status in DEAD:
        return Consequence.DEAD_ADDRESS
    if status.startswith(_POLICY):
        return Consequence.ALERT  # they refuse us, or this content: the address is well
    if status.startswith("4.") or status == _FULL:
        return Consequence.RETRY_ONCE
    return Consequence.NOTHING


def _outcome(fields: dict[str, str]) -> _Outcome:
    """What one recipient's block says."""
    status = found[1] if (found := _STATUS.search(fields.get("status", ""))) else ""
    why = fields.get("diagnostic-code", "").partition(";")[2].strip() or fields.get("status", "")
    # Many servers write 5.0.0 and say the true reason only in their words.
    if status in {"", "5.0.0"} and (found := _STATUS.search(why)):
        status = found[1]
    match fields["action"].lower():
        case "failed":
            return _Outcome(MessageState.UNDELIVERED, status, why)
        case "delivered":
            return _Outcome(MessageState.DELIVERED, "", "")
        case _:
            return _Outcome(None, status, why)


def _from_prose(mail: Mail) -> _Outcome:
    found = _STATUS.search(mail.text)
    if found is None or found[1].startswith("2"):
        raise UnparsableError("a bounce that gives no status of a failed delivery")
    if found[1].startswith("4"):
        raise UnparsableError("a bounce that does not say whether the server still tries")
    line = next(line for line in mail.text.split("\n") if found[1] in line)
    return _Outcome(MessageState.UNDELIVERED, found[1], text.line(line))


def _message_id(mail: Mail, original: dict[str, str], report: bytes) -> str:
    """Ours, by the address the bounce went to, else by the envelope's id or what the returned mail carries."""
    named = (
        addresses.token(mail.to, "b"),
        *(block.get("original-envelope-id", "") for block in _blocks(report)[:1]),
        original.get(OWN_ID, ""),
        original.get("message-id", "").partition("@")[0],
    )
    return next((found for name in named if (found := addresses.own_id(name))), "")


def returned(mail: Mail) -> dict[str, str]:
    """Headers of the original that came back, names in lower case."""
    for part in mail.attachments:
        if part.content_type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"}:
            return fields_of(part.body.partition(b"\n\n")[0])
    return {}


def _blocks(report: bytes) -> list[dict[str, str]]:
    said = text.lines(text.decoded(report[:200_000], "utf-8"))
    return [fields_of(block.encode()) for block in re.split(r"\n\s*\n", said)]


def fields_of(block: bytes) -> dict[str, str]:
    """A block of header fields, folded lines joined, names in lower case; of a repeated one the first."""
    said = text.lines(text.decoded(block[:64_000], "utf-8"))
    found = {match[1].lower(): text.line(match[2]) for match in reversed(list(_FIELD.finditer(said)))}
    return {name: value.strip() for name, value in found.items()}
