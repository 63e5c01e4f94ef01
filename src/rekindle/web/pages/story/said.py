"""What one line of a story says, and the small words its sentences are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.web.pages import times
from rekindle.web.pages.why import Line
from rekindle.web.pages.words import CAUSES, CHANNELS, word

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One line of the story without its time. `quote` is what somebody wrote, `why` the gate's lines."""

    icon: str
    text: str
    tone: str = ""
    quote: str = ""
    why: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Context:
    """What sentences need beyond the line itself."""

    names: Mapping[str, str]  # people by id
    bodies: Mapping[str, tuple[str, str]]  # (subject, body) by message id, and inbound ones by event id
    reasons: Mapping[str, Any]  # by decision id
    zone: ZoneInfo
    at: datetime


def channel_of(data: Data) -> str:
    """Its channel in one word."""
    return word(CHANNELS, data.get("channel")) or "message"


def a_message(data: Data) -> str:
    """ "a text", "an e-mail"."""
    return ("an " if data.get("channel") == "email" else "a ") + channel_of(data)


def because(data: Data) -> str:
    """The reason behind a colon, when there is one."""
    said = data.get("text") or word(CAUSES, data.get("reason") or data.get("cause"))
    return f": {said}" if said else ""


def quote_of(data: Data, context: Context) -> str:
    """What was written, found by message or event."""
    for key in ("message_id", "inbound_id", "event_id"):
        if found := context.bodies.get(str(data.get(key, ""))):
            return "\n".join(part for part in found if part)
    return str(data.get("body") or "")


def who_in(data: Data, context: Context) -> str:
    """The person a line speaks of."""
    return context.names.get(str(data.get("person_id") or data.get("to") or data.get("owner_id")), "")


def moment_in(iso: Any, context: Context) -> str:
    """A stored time as people read it."""
    return times.moment(datetime.fromisoformat(iso), context.zone, context.at).text if iso else ""
