"""What the pump takes, and what a look at a lead leaves behind."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.kit.claims import Lease


@dataclass(frozen=True)
class Claimed:
    """One lead to look at. `generation` tells, at the end, whether somebody asked again meanwhile."""

    lead_id: UUID
    lane: Lane
    causes: tuple[str, ...]
    generation: int
    attempts: int
    lease: Lease


@dataclass(frozen=True)
class Recorded:
    """A stored decision: enough to name it elsewhere."""

    id: UUID
    kind: str
    verdict: str
    code: str
    text: str
    until: datetime | None
