"""What can stand in a lead's story."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """One word per thing that can happen to a lead."""

    CREATED = "created"
    ENQUIRED = "enquired"
    CHANGED = "changed"
    MERGED = "merged"
    UNMERGED = "unmerged"
    CONSENT_GRANTED = "consent_granted"
    CONSENT_REVOKED = "consent_revoked"
    SUPPRESSED = "suppressed"
    SCORED = "scored"
    ENROLLED = "enrolled"
    EXITED = "exited"
    DECIDED = "decided"
    PLANNED = "planned"
    CANCELED = "canceled"
    LEFT = "left"  # handed to the provider and accepted
    RECEIPT = "receipt"
    UNKNOWN = "unknown"
    RECONCILED = "reconciled"
    FAILED = "failed"
    REPLIED = "replied"
    TOUCHED = "touched"  # clicked in an e-mail
    ENRICHED = "enriched"
    BOOKED = "booked"
    HANDED_OFF = "handed_off"
    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    TAKEN_OVER = "taken_over"
    RELEASED = "released"
    ASSIGNED = "assigned"
    PAUSED = "paused"
    RESUMED = "resumed"
    NOTE = "note"


@dataclass(frozen=True)
class Entry:
    """One line of the story. `actor`: engine, lead, provider:<name>, person:<id>, api:<key id>, import."""

    id: UUID
    at: datetime
    lead_id: UUID
    kind: Kind
    actor: str
    data: dict[str, Any]
