"""Look at one lead and do what the core decides: one transaction, from the lock on the lead to its next wake-up."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.crm import push
from rekindle.decide.decision import Decision
from rekindle.decide.next_action import next_action
from rekindle.decide.words import Lane
from rekindle.facts.load import gather, with_steps
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.nurture import store
from rekindle.nurture.apply import apply
from rekindle.nurture.enter import enter
from rekindle.nurture.means import Means
from rekindle.nurture.rate import rate
from rekindle.nurture.record import record
from rekindle.office.keys import office_key
from rekindle.sequences import store as sequences

MOST_DECISIONS = 16  # steps dropped or sent in one look; more wait a minute
BREATH = timedelta(minutes=1)


async def consider(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    at: datetime,
    draw: float,
    means: Means,
    causes: tuple[str, ...] = (),
    lane: Lane = Lane.STEP,
) -> Decision:
    """The last decision made; every one is stored and carried out. A merged lead's survivor is looked at instead.

    Raises leads.NoSuchLeadError. `lane` is the most urgent a walk begun here may be.
    """
    lead_id = (await leads.lock(conn, office_id, lead_id)).id
    key = await office_key(conn, office_id, means.keyring)
    policy = means.policy(at)
    known = await gather(conn, office_id, lead_id, at=at, office_key=key)
    if await enter(conn, office_id, known.facts, causes=causes, lane=lane, at=at):
        known = await with_steps(conn, office_id, known, at=at)
    before, made = known.score, await rate(conn, office_id, known, at=at)
    for left in reversed(range(MOST_DECISIONS)):
        decision = next_action(known.facts, policy, at=at, draw=draw)
        recorded = await record(conn, office_id, known.facts, decision, policy=policy.version, draw=draw, at=at)
        more = await apply(conn, office_id, known, decision, recorded=recorded, means=means, at=at)
        if not more:
            break
        if left:
            known = await gather(conn, office_id, lead_id, at=at, office_key=key)
    if more:
        await sequences.set_wake(conn, office_id, lead_id, until=at + BREATH, at=at)
    await store.set_next_touch(conn, office_id, lead_id)
    # A list imported here is not poured into the CRM; who is worked is told of, or stands there with another score.
    if lane is not Lane.BULK or before not in (None, made.points):
        await push.want(conn, office_id, lead_id, crms=means.crms, known_only=lane is Lane.BULK, at=at)
    return decision
