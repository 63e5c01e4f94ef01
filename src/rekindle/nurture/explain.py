"""Why, for one lead, now: what the core would decide, line by line. Reads everything, changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.decide import gate
from rekindle.decide.decision import Decision, HandOff, Reason, Send, Wait
from rekindle.decide.facts import Attempt, Facts, PlannedStep
from rekindle.decide.next_action import next_action
from rekindle.decide.plain import to_plain
from rekindle.decide.policy import Policy
from rekindle.decide.score import score
from rekindle.decide.words import Actor, Channel, MessageClass
from rekindle.facts.load import gather
from rekindle.kit.db import Conn
from rekindle.nurture.means import Means
from rekindle.nurture.record import summary
from rekindle.office.keys import office_key


@dataclass(frozen=True)
class Line:
    """One reason, in plain values."""

    gate: str
    verdict: str
    code: str
    text: str
    until: datetime | None


@dataclass(frozen=True)
class Way:
    """What the gate says of writing to one address now."""

    channel: str
    address: str
    message_class: str
    verdict: str
    code: str
    until: datetime | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Next:
    """The next planned touch of one walk."""

    sequence: str
    step: str
    number: int
    due_at: datetime
    expires_at: datetime | None
    channels: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the core would do now."""

    kind: str
    verdict: str
    code: str
    text: str
    until: datetime | None
    channel: str | None
    step: str | None
    summary: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Scored:
    """The score with everything it is made of."""

    points: int
    temperature: str
    confidence: float
    priority: str
    version: str
    parts: tuple[tuple[str, int, str], ...]  # name, points, sentence
    missing: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """One lead, explained."""

    lead_id: str
    name: str
    at: datetime
    stage: str
    kind: str
    conversation: str
    policy: str
    decision: Verdict
    score: Scored
    ways: tuple[Way, ...]
    next: tuple[Next, ...]
    next_touch_at: datetime | None
    facts: dict[str, Any]


async def explain(
    conn: Conn, office_id: UUID, lead_id: UUID, *, at: datetime, means: Means, draw: float = 0.5
) -> Explanation:
    """Everything behind what happens next to this lead; raises facts.NoLeadError."""
    key = await office_key(conn, office_id, means.keyring)
    known = await gather(conn, office_id, lead_id, at=at, office_key=key)
    facts, policy = known.facts, means.policy(at)
    return Explanation(
        lead_id=facts.lead_id,
        name=known.lead_name,
        at=at,
        stage=facts.stage.value,
        kind=facts.kind.value,
        conversation=facts.conversation.value,
        policy=policy.version,
        decision=_verdict(next_action(facts, policy, at=at, draw=draw)),
        score=_scored(facts, at),
        ways=tuple(_way(facts, a.channel, a.value, policy, at) for a in facts.addresses),
        next=tuple(_next(step) for step in facts.steps),
        next_touch_at=known.next_touch_at,
        facts=to_plain(facts),
    )


def _verdict(decision: Decision) -> Verdict:
    made = summary(decision)
    step = decision.step if isinstance(decision, Send) else None
    if isinstance(decision, Wait):
        step = decision.skipped
    return Verdict(
        kind=made.kind,
        verdict=made.verdict,
        code=made.code,
        text=made.text,
        until=made.until,
        channel=decision.channel.value if isinstance(decision, Send) else None,
        step=f"{step.sequence}/{step.step}" if step else None,
        summary=decision.summary if isinstance(decision, HandOff) else None,
        lines=_lines(decision.reasons),
    )


def _way(facts: Facts, channel: Channel, address: str, policy: Policy, at: datetime) -> Way:
    # Of what the next step would be; with nothing planned, the strictest: marketing by automation.
    step = next((s for s in facts.steps if any(d.channel is channel for d in s.drafts)), None)
    wanted = step.message_class if step else MessageClass.MARKETING
    missing = next((d.missing for d in step.drafts if d.channel is channel), ()) if step else ()
    name = f"{step.sequence}/{step.step}" if step else "none"
    attempt = Attempt(channel, address, wanted, Actor.AUTOMATION, name, missing)
    answer = gate.check(facts, attempt, policy, at=at)
    return Way(
        channel=channel.value,
        address=address,
        message_class=wanted.value,
        verdict=answer.verdict.value,
        code=answer.code,
        until=answer.until,
        lines=_lines(answer.reasons),
    )


def _scored(facts: Facts, at: datetime) -> Scored:
    made = score(facts, at=at)
    return Scored(
        points=made.points,
        temperature=str(to_plain(made.temperature)),
        confidence=made.confidence,
        priority=made.priority,
        version=made.version,
        parts=tuple((part.name, part.points, part.text) for part in made.parts),
        missing=made.missing,
        actions=made.actions,
    )


def _next(step: PlannedStep) -> Next:
    return Next(
        sequence=step.sequence,
        step=step.step,
        number=step.index + 1,
        due_at=step.due_at,
        expires_at=step.expires_at,
        channels=tuple(draft.channel.value for draft in step.drafts),
        missing=tuple(dict.fromkeys(name for draft in step.drafts for name in draft.missing)),
    )


def _lines(reasons: tuple[Reason, ...]) -> tuple[Line, ...]:
    return tuple(Line(r.gate, r.verdict.value, r.code, r.text, r.until) for r in reasons)
