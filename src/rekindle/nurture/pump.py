"""Batches of leads to look at, and of walks that wake: by any number of workers, never one row by two."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.alerts.notice import problem
from rekindle.decide.words import Lane
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, LeaseLostError, backoff
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db
from rekindle.nurture import store
from rekindle.nurture.consider import consider
from rekindle.nurture.means import Means
from rekindle.nurture.types import Claimed

logger = log.get("nurture")

LEASE_SECONDS = 60.0
WAKE_AGAIN = timedelta(minutes=15)  # should the look not come by then, the walk wakes anew


@dataclass(frozen=True)
class Looker:
    """What a pump of considerations works with. `draw` gives chance in 0..1; `together` looks run at once."""

    db: Db
    clock: Clock
    means: Means
    draw: Callable[[], float]
    batch: int = 32
    together: int = 4


async def consider_batch(looker: Looker) -> int:
    """Look at the first touches and replies of every office, then at one batch of one office's rest; how many in all.

    So a hundred offices' imports stand before no office's new lead for longer than one batch takes.
    """
    async with looker.db.plain() as conn:
        offices = await store.due_offices(conn, "consideration", at=looker.clock.now())
    if not offices:
        return 0
    urgent = sum([await _consider_office(looker, office_id, lowest=Lane.REPLY) for office_id in offices])
    turn = offices[int(looker.draw() * len(offices)) % len(offices)]
    return urgent + await _consider_office(looker, turn, lowest=Lane.BULK)


async def wake_batch(db: Db, *, clock: Clock, batch: int = 500) -> int:
    """Put the leads of up to a batch of due walks of every office before the core; how many walks."""
    at = clock.now()
    async with db.plain() as conn:
        offices = await store.due_offices(conn, "enrollment", at=at)
    woken = 0
    for office_id in offices:
        async with db.office(office_id) as conn:
            count = await store.wake(conn, office_id, at=at, again=WAKE_AGAIN, limit=batch)
            if count:
                await store.hint(conn, "consideration")
        woken += count
    return woken


async def _consider_office(looker: Looker, office_id: UUID, *, lowest: Lane) -> int:
    at = looker.clock.now()
    lease = Lease.take(at, LEASE_SECONDS)
    async with looker.db.office(office_id) as conn:
        claimed = await store.claim(conn, office_id, lease=lease, at=at, limit=looker.batch, lowest=lowest)
    slots = asyncio.Semaphore(looker.together)

    async def one(row: Claimed) -> None:
        async with slots:
            await _look(looker, office_id, row)

    # Every look ends by itself; what comes out is only a database that is away, and the leases outlast it.
    ends = await asyncio.gather(*(one(row) for row in claimed), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(claimed)


async def _look(looker: Looker, office_id: UUID, row: Claimed) -> None:
    if row.attempts > MAX_ATTEMPTS:
        # Counted at the claim: whoever took it last never came back to say why.
        await _fail(looker, office_id, row, "the worker died while looking at this lead")
        return
    at = looker.clock.now()
    try:
        async with looker.db.office(office_id) as conn:
            await consider(
                conn,
                office_id,
                row.lead_id,
                at=at,
                draw=looker.draw(),
                means=looker.means,
                causes=row.causes,
                lane=row.lane,
            )
            await _finish(conn, office_id, row)
    except LeaseLostError:
        logger.info("lease lost", lead_id=str(row.lead_id), office_id=str(office_id))
    except Exception as error:  # noqa: BLE001 one broken lead must not stop its neighbours; its row says why
        name = type(error).__name__
        logger.error("look failed", lead_id=str(row.lead_id), attempts=row.attempts, error=name)  # noqa: TRY400 its text may hold rows
        await _fail(looker, office_id, row, name)


async def _finish(conn: Conn, office_id: UUID, row: Claimed) -> None:
    if not await store.finish(conn, office_id, row):
        raise LeaseLostError  # rolls the look back: another worker's stands


async def _fail(looker: Looker, office_id: UUID, row: Claimed, reason: str) -> None:
    at = looker.clock.now()
    async with looker.db.office(office_id) as conn:
        if row.attempts < MAX_ATTEMPTS:
            due = at + backoff(row.attempts, looker.draw())
            await store.put_off(conn, office_id, row, due_at=due, reason=reason)
        elif await store.bury(conn, office_id, row, reason=reason):
            await _tell(conn, office_id, row, reason, at)


async def _tell(conn: Conn, office_id: UUID, row: Claimed, reason: str, at: datetime) -> None:
    await problem(
        conn,
        office_id,
        key=f"consider:{row.lead_id}",
        lead_id=row.lead_id,
        text=f"Follow-up of this lead stands still: it could not be decided ({reason}).",
        at=at,
    )
