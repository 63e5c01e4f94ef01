"""A hand-off and what can go wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Handoff:
    """A person should take over this lead. Open until `closed_at`; offered to `person_id`, or to nobody yet."""

    id: UUID
    lead_id: UUID
    cause: str
    summary: str
    person_id: UUID | None
    opened_at: datetime
    offered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    closed_at: datetime | None
    closed_by: UUID | None


class NoSuchHandoffError(Exception):
    """No open hand-off has this id."""


@dataclass
class AlreadyTakenError(Exception):
    """Somebody else was first."""

    by: UUID
