"""A lead's walk through one version of a sequence."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from rekindle.decide.words import Lane


class EnrollmentState(StrEnum):
    """Active means exactly one wake-up; the other three mean none."""

    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"
    EXITED = "exited"


@dataclass(frozen=True)
class Enrollment:
    """`step` is the index of the next touch, `due_at` its time by plan, `wake_at` when somebody looks."""

    id: UUID
    lead_id: UUID
    sequence: str
    version_id: UUID
    state: EnrollmentState
    step: int
    entered_at: datetime
    due_at: datetime
    wake_at: datetime | None
    lane: Lane
