"""What the core returns: a value with all its reasons. Deciding never sends."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.decide.facts import PlannedStep
from rekindle.decide.words import Channel, Lane, MessageClass, Verdict


@dataclass(frozen=True)
class Reason:
    """One line of why: the gate or rule that spoke, its code, and a sentence for a person."""

    gate: str
    verdict: Verdict
    code: str
    text: str
    until: datetime | None = None


@dataclass(frozen=True)
class GateResult:
    """The gate's answer for one attempt: the strongest verdict, and every line that was written."""

    verdict: Verdict
    code: str  # of the line that decided; "ALLOWED" when none objected
    until: datetime | None  # for HOLD: the first instant worth trying again
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Send:
    """Put this message in the outbox now."""

    step: PlannedStep
    channel: Channel
    address: str
    template: str
    template_version: int
    message_class: MessageClass
    lane: Lane
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Wait:
    """Nothing leaves now. `until` None: nothing is planned. `skipped`: this step can never be sent; go on."""

    until: datetime | None
    skipped: PlannedStep | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class HandOff:
    """A person should take over; automation ends here."""

    cause: str
    summary: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Stop:
    """Automation ends for this lead; every enrollment exits."""

    cause: str
    reasons: tuple[Reason, ...]


Decision = Send | Wait | HandOff | Stop
