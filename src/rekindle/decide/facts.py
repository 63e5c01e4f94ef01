"""All the core may know of a lead, as one frozen value; a stored decision carries it whole."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.decide.words import (
    Actor,
    Basis,
    Channel,
    Conversation,
    Intent,
    Lane,
    LeadKind,
    MessageClass,
    MessageState,
    OptOutTier,
    Stage,
)


@dataclass(frozen=True)
class Address:
    """A contact point in order of preference: E.164 for SMS, lower-case address for e-mail."""

    channel: Channel
    value: str


@dataclass(frozen=True)
class Consent:
    """The latest word of an address on a channel."""

    channel: Channel
    address: str
    granted: bool
    basis: Basis
    at: datetime
    event_id: str


@dataclass(frozen=True)
class Suppression:
    """A standing block of an address on a channel."""

    channel: Channel
    address: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Touch:
    """An outbound attempt, reserved (planned, in flight) or made; `at` is when it left or is due."""

    message_id: str
    channel: Channel
    address: str
    at: datetime
    message_class: MessageClass
    state: MessageState
    step: str  # "sequence/step" or "person" or "compliance"


@dataclass(frozen=True)
class TakenBack:
    """A first answer that was planned and, when its turn came, was not let out; `why` is the sentence that said so."""

    at: datetime
    why: str


@dataclass(frozen=True)
class Inbound:
    """Something the lead wrote. `tier` is None until the text has been read by the classifier."""

    message_id: str
    channel: Channel
    address: str
    at: datetime
    tier: OptOutTier | None
    intent: Intent | None


@dataclass(frozen=True)
class Draft:
    """A rendered message for one step and channel; `missing` names merge fields without a value."""

    channel: Channel
    template: str
    version: int
    missing: tuple[str, ...]
    segments: int


@dataclass(frozen=True)
class PlannedStep:
    """The next step of one active enrollment."""

    enrollment_id: str
    sequence: str
    version: int
    step: str
    index: int
    last: bool
    due_at: datetime
    next_due_at: datetime | None  # when the step after this one would be due; None after the last
    expires_at: datetime | None  # not worth sending after
    message_class: MessageClass
    lane: Lane
    drafts: tuple[Draft, ...]  # one per channel, preferred first


@dataclass(frozen=True)
class Facts:
    """One lead at one instant. Tuples are ordered by time unless stated otherwise."""

    office_id: str
    office_timezone: str
    office_mode: str
    lead_id: str
    kind: LeadKind
    stage: Stage
    source: str
    created_at: datetime
    enquired_at: datetime | None
    enquiry: str
    attributes: tuple[tuple[str, str], ...]  # what the lead stated, sorted by name
    state: str | None
    zip: str | None
    conversation: Conversation
    owner_id: str | None
    paused_until: datetime | None
    handoff_open: bool
    handed_off_at: datetime | None  # latest hand-off, open or closed
    appointment_at: datetime | None
    addresses: tuple[Address, ...]  # in order of preference
    consents: tuple[Consent, ...]
    suppressions: tuple[Suppression, ...]
    touches: tuple[Touch, ...]  # the last 35 days and everything reserved
    inbound: tuple[Inbound, ...]  # the last 20
    steps: tuple[PlannedStep, ...]
    past_sequences: tuple[str, ...]  # names of sequences this lead has ever been enrolled in
    taken_back: TakenBack | None = None  # the latest


@dataclass(frozen=True)
class Attempt:
    """One message somebody wants to send now: what the gate judges."""

    channel: Channel
    address: str
    message_class: MessageClass
    actor: Actor
    step: str  # as in Touch.step
    missing: tuple[str, ...] = ()
    message_id: str | None = None  # at the claim: its own reserved row, not counted against caps
    reply_to: str | None = None  # inbound message id a conversational or compliance message answers
    expires_at: datetime | None = None
