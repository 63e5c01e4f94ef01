"""An office, the people who work there and what they may do."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

# Seven days, Monday first; each a list of (from inclusive, to exclusive) wall times. A `to` of 00:00 is midnight.
Span = tuple[time, time]
Week = tuple[tuple[Span, ...], ...]


class Role(StrEnum):
    """What a person may see and do: an agent their own leads, a manager the office, an owner its settings too."""

    OWNER = "owner"
    MANAGER = "manager"
    AGENT = "agent"

    @property
    def rank(self) -> int:
        """The higher, the more a role may do."""
        return {Role.AGENT: 0, Role.MANAGER: 1, Role.OWNER: 2}[self]


class Mode(StrEnum):
    """SANDBOX offices talk to the sandbox provider only and say so on every screen."""

    SANDBOX = "sandbox"
    LIVE = "live"


@dataclass(frozen=True)
class Office:
    """A brokerage office or team; its name, phone and address stand in every e-mail's footer."""

    office_id: UUID
    slug: str
    name: str
    brokerage: str
    timezone: str
    mode: Mode
    phone: str | None
    email: str | None
    address: str | None
    booking_url: str | None
    created_at: datetime


@dataclass(frozen=True)
class Listed:
    """What may be known of an office from outside of it."""

    office_id: UUID
    slug: str
    name: str
    mode: Mode


@dataclass(frozen=True)
class Person:
    """Somebody who works in an office."""

    id: UUID
    email: str
    name: str
    phone: str | None
    role: Role
    active: bool
    created_at: datetime


@dataclass(frozen=True)
class Agent:
    """What routing needs of a person who takes leads."""

    person_id: UUID
    name: str
    email: str
    timezone: str
    week: Week
    accepting: bool
    away_until: datetime | None
    capacity: int
    last_offered_at: datetime | None
