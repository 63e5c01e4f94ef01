"""Every schedule on one screen. A timer is a row: whichever worker comes first when it is due runs it, nobody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db, Unavailable
from rekindle.kit.schedule import store
from rekindle.nurture import silent
from rekindle.office import login, sessions
from rekindle.office import store as offices
from rekindle.office.types import Listed
from rekindle.routing.handoff import offer_waiting

logger = log.get("timers")

PARTITIONS_AHEAD = timedelta(days=92)
WORKERS_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Timer:
    """Something that must happen every so often; `run` gets the instant it was claimed at."""

    name: str
    every: timedelta
    run: Callable[[Db, datetime], Awaitable[None]]


async def _make_partitions(db: Db, at: datetime) -> None:
    async with db.plain() as conn:
        await store.ensure_partitions(conn, at + PARTITIONS_AHEAD)


async def _forget_workers(db: Db, at: datetime) -> None:
    async with db.plain() as conn:
        await store.forget(conn, at - WORKERS_KEPT)


async def _forget_attempts(db: Db, at: datetime) -> None:
    await login.prune(db, at=at)


async def _offer_again(db: Db, at: datetime) -> None:
    for office in await _offices(db):
        await offer_waiting(db, office.office_id, at=at)


async def _end_sessions(db: Db, at: datetime) -> None:
    for office in await _offices(db):
        await sessions.sweep(db, office.office_id, at=at)


async def _revive(db: Db, at: datetime) -> None:
    """Silent leads of every office, a bounded batch each time; the rest has its turn at the next."""
    ids = [office.office_id for office in await _offices(db)]
    await silent.revive_everywhere(db, ids, at=at)


async def _offices(db: Db) -> list[Listed]:
    async with db.plain() as conn:
        return await offices.all_offices(conn)


TIMERS: tuple[Timer, ...] = (
    Timer("months ahead get their partitions", timedelta(hours=12), _make_partitions),
    Timer("hand-offs that found nobody are offered again", timedelta(minutes=1), _offer_again),
    Timer("silent leads are won back", timedelta(hours=1), _revive),
    Timer("sessions that ended are forgotten", timedelta(hours=6), _end_sessions),
    Timer("workers long gone are forgotten", timedelta(hours=1), _forget_workers),
    Timer("login attempts that count no more are forgotten", timedelta(hours=1), _forget_attempts),
)


async def run_due(db: Db, clock: Clock, timers: tuple[Timer, ...] = TIMERS) -> int:
    """Run whatever is due now, each in its own turn; a failure is kept on the timer's row and tried next time."""
    ran = 0
    for timer in timers:
        at = clock.now()
        async with db.plain() as conn:
            if not await store.claim_timer(conn, timer.name, at=at, again=at + timer.every):
                continue
        error: str | None = None
        try:
            await timer.run(db, at)
        except Unavailable as problem:
            error = type(problem).__name__
            logger.warning("timer failed", where=timer.name, error=error)
        async with db.plain() as conn:
            await store.finish_timer(conn, timer.name, at=at, error=error)
        ran += 1
    return ran
