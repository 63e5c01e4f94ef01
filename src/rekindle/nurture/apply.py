"""Do what was decided, in the transaction of the decision: plan, wait, go on, hand over or end."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.content import unsubscribe
from rekindle.content.compose import compose
from rekindle.content.fields import values
from rekindle.content.types import Rendered
from rekindle.decide.decision import Decision, HandOff, Send, Wait
from rekindle.facts.types import Gathered
from rekindle.kit.db import Conn
from rekindle.nurture.means import Means
from rekindle.nurture.types import Recorded
from rekindle.outbox import keys
from rekindle.outbox.cancel import cancel_planned
from rekindle.outbox.plan import plan
from rekindle.routing.handoff import open_handoff
from rekindle.sequences import enroll
from rekindle.sequences import store as sequences

LOOK_AGAIN = timedelta(days=1)  # a walk whose lead has nothing planned for it: its wake-up only watches
SHORTEST_WAIT = timedelta(seconds=1)


async def apply(
    conn: Conn, office_id: UUID, known: Gathered, decision: Decision, *, recorded: Recorded, means: Means, at: datetime
) -> bool:
    """Carry the decision out; True when another step of this lead is due already, so that it must be decided too."""
    if isinstance(decision, Send):
        return await _send(conn, office_id, known, decision, recorded=recorded, means=means, at=at)
    if isinstance(decision, Wait):
        return await _wait(conn, office_id, known, decision, at=at)
    lead_id = UUID(known.facts.lead_id)
    if isinstance(decision, HandOff):
        await open_handoff(conn, office_id, lead_id, cause=decision.cause, summary=decision.summary, at=at)
    reason = "handoff" if isinstance(decision, HandOff) else decision.cause
    await enroll.exit_all(conn, office_id, lead_id, reason=reason, at=at)
    await cancel_planned(conn, office_id, lead_id, reason=reason, at=at)
    return False


async def _send(
    conn: Conn, office_id: UUID, known: Gathered, decision: Send, *, recorded: Recorded, means: Means, at: datetime
) -> bool:
    step = decision.step
    made = message(known, decision, means, office_id)
    async with conn.pipeline():
        await plan(
            conn,
            office_id,
            lead_id=UUID(known.facts.lead_id),
            channel=decision.channel,
            address=decision.address,
            message_class=decision.message_class,
            lane=decision.lane,
            subject=made.subject,
            body=made.body,
            at=at,
            due_at=at,
            expires_at=step.expires_at,
            key=keys.of_step(UUID(step.enrollment_id), step.step, decision.channel),
            decision_id=recorded.id,
            enrollment_id=UUID(step.enrollment_id),
            step=f"{step.sequence}/{step.step}",
            template=decision.template,
            template_version=decision.template_version,
        )
        await enroll.advance(conn, office_id, UUID(step.enrollment_id), past=step.index, left_at=at, at=at)
    return _more_due(known, decision.step.enrollment_id, step.next_due_at, at=at)


def message(known: Gathered, decision: Send, means: Means, office_id: UUID) -> Rendered:
    """The message as the lead will read it."""
    template = known.templates[decision.step.enrollment_id, decision.channel]
    link = unsubscribe.url(means.keyring, means.base_url, office_id, decision.address)
    return compose(template, values(known.known, unsubscribe_url=link), first=decision.address in known.openings)


async def _wait(conn: Conn, office_id: UUID, known: Gathered, decision: Wait, *, at: datetime) -> bool:
    skipped = decision.skipped
    if skipped is not None:
        # A dropped step does not push the rest: they stay on the times they would have had.
        walk = UUID(skipped.enrollment_id)
        due = await enroll.advance(conn, office_id, walk, past=skipped.index, left_at=skipped.due_at, at=at)
        return _more_due(known, skipped.enrollment_id, due, at=at)
    if known.facts.steps:
        until = at + LOOK_AGAIN if decision.until is None else max(decision.until, at + SHORTEST_WAIT)
        await sequences.set_wake(conn, office_id, UUID(known.facts.lead_id), until=until, at=at)
    return False


def _more_due(known: Gathered, moved: str, due: datetime | None, *, at: datetime) -> bool:
    others = [step.due_at for step in known.facts.steps if step.enrollment_id != moved]
    return any(time <= at for time in [*others, *([due] if due else [])])
