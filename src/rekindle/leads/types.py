"""What the leads room hands to others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from rekindle.decide.words import Conversation, LeadKind, Stage


class Point(NamedTuple):
    """A contact point: kind is "phone" or "email", value is normalised."""

    kind: str
    value: str


@dataclass(frozen=True)
class FieldError:
    """Why a field cannot be used, in a code for programs and a sentence for a person."""

    field: str
    code: str
    text: str


@dataclass(frozen=True)
class Upserted:
    """What became of one enquiry. `seen`: this very enquiry was here before, so nothing was done."""

    lead_id: UUID | None  # None only when refused
    created: bool = False
    changed: bool = False
    seen: bool = False
    merged: tuple[UUID, ...] = ()
    points: tuple[Point, ...] = ()
    refused: tuple[FieldError, ...] | None = None


@dataclass(frozen=True)
class Lead:
    """One row of `lead`."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    name: str
    first_name: str
    last_name: str
    kind: LeadKind
    stage: Stage
    source: str
    state: str | None
    zip: str | None
    street: str | None
    city: str | None
    attributes: dict[str, Any]
    enquiry: str
    enquired_at: datetime | None
    owner_id: UUID | None
    conversation: Conversation
    paused_until: datetime | None
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None
    first_response_seconds: float | None
    score: int | None
    temperature: str | None
    intent: str | None
    merged_into: UUID | None
    next_touch_at: datetime | None


class NoSuchLeadError(Exception):
    """This office has no lead under that id."""
