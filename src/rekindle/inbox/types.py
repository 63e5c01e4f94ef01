"""What comes in, what is kept of it, and a piece of work claimed from it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Lane


@dataclass(frozen=True)
class Arrival:
    """A verified raw event, not yet stored."""

    office_id: UUID
    source: str
    external_id: str
    content_type: str
    body: bytes
    lane: Lane = Lane.FIRST_TOUCH
    tail: str = ""  # what followed the source in the URL
    party: bytes | None = None  # a keyed hash of whom it is about; events of one party are handled in order


@dataclass(frozen=True)
class Stored:
    """A durable event; `duplicate`: it was here before, and nothing was added."""

    event_id: UUID
    duplicate: bool


@dataclass(frozen=True)
class Job:
    """An event claimed for handling, under a lease."""

    event_id: UUID
    received_at: datetime
    source: str
    external_id: str
    lane: Lane
    attempts: int
    lease_token: UUID
    content_type: str
    tail: str
    body: bytes


@dataclass(frozen=True)
class Dead:
    """An event nobody could handle: kept with its reason until a person retries or discards it."""

    event_id: UUID
    received_at: datetime
    source: str
    external_id: str
    attempts: int
    reason: str
    content_type: str
    body: bytes
