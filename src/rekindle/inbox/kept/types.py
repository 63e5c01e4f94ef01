"""A kept event and what became of it, and which of them somebody means."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

DISCARDED = "discarded by "  # how the outcome of an event begins that a person let go


class State(StrEnum):
    """How an event stands."""

    WAITING = "waiting"  # not handled yet, or being handled again
    DEAD = "dead"
    HANDLED = "handled"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Outline:
    """An event without its bytes. `words`: what became of it, or why it waits or died."""

    event_id: UUID
    received_at: datetime
    source: str
    external_id: str
    content_type: str
    state: State
    words: str
    attempts: int
    handled_at: datetime | None
    lead_id: UUID | None


@dataclass(frozen=True)
class Kept(Outline):
    """The same with what came in."""

    tail: str
    body: bytes


@dataclass(frozen=True)
class Wanted:
    """Which events; None leaves a side open."""

    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """When an event is to be handled again, and in which lane."""

    event_id: UUID
    lane: int
    due_at: datetime
