"""What an address said about being contacted."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Basis, Channel


@dataclass(frozen=True)
class Word:
    """One grant or revocation. `said_at` is when the person said it, None when nobody noted it."""

    channel: Channel
    address: str
    granted: bool
    basis: Basis
    said_at: datetime | None
    lead_id: UUID | None
    event_id: UUID | None
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """Where an address stands on a channel: the word that counts."""

    granted: bool
    basis: Basis
    at: datetime
    evidence_hash: bytes
