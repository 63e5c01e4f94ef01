"""What a person must know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """Why somebody is told; each has an icon and a word on the screens."""

    HANDOFF = "handoff"  # a lead wants a person: this one is offered to you
    UNCOVERED = "uncovered"  # a lead wants a person and nobody is available
    ASSIGNED = "assigned"
    REPLY = "reply"
    PROBLEM = "problem"  # something does not work and a person must mend it


@dataclass(frozen=True)
class Notice:
    """One cause, however often it happened while nobody looked. `person_id` None: every manager's."""

    id: UUID
    key: str
    person_id: UUID | None
    lead_id: UUID | None
    kind: str
    text: str
    count: int
    first_at: datetime
    last_at: datetime
    seen_at: datetime | None
    seen_by: UUID | None
