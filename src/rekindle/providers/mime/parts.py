"""The parts of a mail sorted: what a person reads, and what hangs on it."""

from dataclasses import dataclass, field
from email.message import Message

from rekindle.providers.mime import text
from rekindle.providers.mime.types import Attachment

MOST = 300
TEXT_LENGTH = 1_000_000  # characters


@dataclass(frozen=True)
class Parts:
    """The readable texts joined, and the rest."""

    text: str
    html: str
    attachments: tuple[Attachment, ...]


@dataclass
class _Pile:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def collect(message: Message) -> Parts:
    """All parts, depth first, at most 300; may raise what the standard library raises on hostile bytes."""
    pile = _Pile()
    waiting = [message]
    for _ in range(MOST):
        if not waiting:
            break
        part = waiting.pop()
        kind = part.get_content_type()
        inner = part.get_payload()
        if kind.startswith("message/") and isinstance(inner, list):
            body = b"\n".join(_flat(each) for each in inner[:MOST] if isinstance(each, Message))
            pile.attachments.append(Attachment(_name(part), kind, len(body), body))
        elif isinstance(inner, list):
            waiting.extend(reversed([each for each in inner[:MOST] if isinstance(each, Message)]))
        else:
            _sort(part, kind, pile)
    return Parts(_joined(pile.plain), _joined(pile.html), tuple(pile.attachments))


def _sort(part: Message, kind: str, pile: _Pile) -> None:
    body = part.get_payload(decode=True)
    body = body if isinstance(body, bytes) else b""
    name = _name(part)
    attached = bool(name) or str(part.get("content-disposition", "")).lower().startswith("attachment")
    if kind == "text/plain" and not attached:
        pile.plain.append(text.lines(text.decoded(body, _charset(part))))
    elif kind == "text/html" and not attached:
        pile.html.append(text.lines(text.decoded(body, _charset(part))))
    elif body:
        pile.attachments.append(Attachment(name, kind, len(body), body))


def _flat(message: Message) -> bytes:
    """Headers and plain text of a mail in the mail, without trusting the library to write what it read."""
    head = [f"{name}: {value}" for name, value in message.raw_items()]
    inner = message.get_payload()
    said = inner if isinstance(inner, str) else ""
    return ("\n".join(head) + "\n\n" + said).encode("utf-8", "surrogateescape")


def _name(part: Message) -> str:
    try:
        return text.line(str(part.get_filename() or ""))[:200]
    except (ValueError, LookupError, TypeError, AttributeError):
        return "unnamed"


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or "utf-8"
    except (ValueError, LookupError, TypeError, AttributeError):
        return "utf-8"


def _joined(texts: list[str]) -> str:
    return "\n".join(one for one in texts if one.strip())[:TEXT_LENGTH]
