"""What a message is made from, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.decide.words import Channel


@dataclass(frozen=True)
class Template:
    """One immutable version of a template; subject is None for SMS."""

    name: str
    version: int
    channel: Channel
    subject: str | None
    body: str


@dataclass(frozen=True)
class Rendered:
    """A message ready to read. `missing` names merge fields without a value: such a message is never sent."""

    subject: str | None
    body: str
    missing: tuple[str, ...]
    segments: int  # billed SMS parts; 0 for e-mail


@dataclass(frozen=True)
class Known:
    """All a message may mention of the lead, the office and the agent; an empty text means unknown."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    office_name: str = ""
    brokerage: str = ""
    office_phone: str = ""
    office_email: str = ""
    office_address: str = ""
    agent_name: str = ""
    agent_phone: str = ""
    agent_email: str = ""
    booking_url: str = ""


Values = Mapping[str, object]
