"""What may be asked of the list of leads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Reach(StrEnum):
    """Which channel is open to a lead: a consent granted, and nothing that blocks it is told apart elsewhere."""

    SMS = "sms"
    EMAIL = "email"
    NONE = "none"


class Order(StrEnum):
    """How the list is sorted; both walk an index."""

    NEWEST = "newest"
    SCORE = "score"


@dataclass(frozen=True)
class After:
    """The last row of the page before: its sort value and id."""

    created_at: datetime
    score: int | None
    id: UUID


@dataclass(frozen=True)
class Ask:
    """Filters of the list; None asks for everything. `owner` narrows, `unowned` asks for leads of nobody."""

    stage: str | None = None
    temperature: str | None = None
    kind: str | None = None
    owner: UUID | None = None
    unowned: bool = False
    source: str | None = None
    reach: Reach | None = None
    order: Order = Order.NEWEST
