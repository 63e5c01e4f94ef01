"""A lead as the CRM knows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Link:
    """One contact of a CRM and the lead it is. `seen_hash`: of what it said last, without what we wrote there."""

    crm: str
    contact_id: str
    lead_id: UUID
    tags: tuple[str, ...]
    activated: bool
    opportunity_id: str
    pushed_hash: bytes | None
    seen_hash: bytes | None
    seen_at: datetime | None
    deleted_at: datetime | None
