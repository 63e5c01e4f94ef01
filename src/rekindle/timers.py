"""Every schedule on one screen. A timer is a row: whichever worker comes first when it is due runs it, nobody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.connections import store as connections
from rekindle.errands import ask as errands
from rekindle.errands.types import Kind
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db, Unavailable
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.kit.schedule import store
from rekindle.nurture import silent
from rekindle.office import login, sessions
from rekindle.office import store as offices
from rekindle.office.types import Listed
from rekindle.providers.ports import Providers
from rekindle.routing.handoff import offer_waiting

logger = log.get("timers")

PARTITIONS_AHEAD = timedelta(days=92)
WORKERS_KEPT = timedelta(days=1)
WINDOWS_KEPT = timedelta(days=2)  # the longest window is a day


@dataclass(frozen=True)
class Shop:
    """What timers work with."""

    db: Db
    clock: Clock
    providers: Providers


@dataclass(frozen=True)
class Timer:
    """Something that must happen every so often; `run` gets the instant it was claimed at."""

    name: str
    every: timedelta
    run: Callable[[Shop, datetime], Awaitable[None]]


async def _make_partitions(shop: Shop, at: datetime) -> None:
    async with shop.db.plain() as conn:
        await store.ensure_partitions(conn, at + PARTITIONS_AHEAD)


async def _forget_workers(shop: Shop, at: datetime) -> None:
    async with shop.db.plain() as conn:
        await store.forget(conn, at - WORKERS_KEPT)


async def _forget_attempts(shop: Shop, at: datetime) -> None:
    await login.prune(shop.db, at=at)


async def _forget_windows(shop: Shop, at: datetime) -> None:
    await DatabaseLimits(shop.db).forget(at - WINDOWS_KEPT)


async def _offer_again(shop: Shop, at: datetime) -> None:
    for office in await _offices(shop.db):
        await offer_waiting(shop.db, office.office_id, at=at)


async def _end_sessions(shop: Shop, at: datetime) -> None:
    for office in await _offices(shop.db):
        await sessions.sweep(shop.db, office.office_id, at=at)


async def _revive(shop: Shop, at: datetime) -> None:
    """Silent leads of every office, a bounded batch each time; the rest has its turn at the next."""
    ids = [office.office_id for office in await _offices(shop.db)]
    await silent.revive_everywhere(shop.db, ids, at=at)


async def _compare(shop: Shop, at: datetime) -> None:
    """What the CRMs have that never reached us by webhook (X8)."""
    await _ask_each(shop, Kind.POLL, tuple(shop.providers.crms), at)


async def _sing(shop: Shop, at: datetime) -> None:
    await _ask_each(shop, Kind.CANARY, tuple(shop.providers.crms), at)


async def _compare_deeply(shop: Shop, at: datetime) -> None:
    """The same again over a longer time, for what the lists themselves showed late."""
    await _ask_each(shop, Kind.COMPARE, tuple(shop.providers.crms), at)


async def _read_feeds(shop: Shop, at: datetime) -> None:
    await _ask_each(shop, Kind.READ, tuple(shop.providers.feeds), at)


async def _look_at_connections(shop: Shop, at: datetime) -> None:
    await _ask_each(shop, Kind.LOOK, tuple(shop.providers.plugs), at)


async def _ask_each(shop: Shop, kind: Kind, providers: tuple[str, ...], at: datetime) -> None:
    """An errand for each connection: timers themselves never wait for anybody outside."""
    for provider in providers:
        for office_id in await _connected(shop, provider):
            async with shop.db.office(office_id) as conn:
                await errands.ask(conn, office_id, kind, provider, {"provider": provider}, at=at)


async def _connected(shop: Shop, provider: str) -> list[UUID]:
    async with shop.db.plain() as conn:
        return await connections.offices_with(conn, provider)


async def _offices(db: Db) -> list[Listed]:
    async with db.plain() as conn:
        return await offices.all_offices(conn)


TIMERS: tuple[Timer, ...] = (
    Timer("months ahead get their partitions", timedelta(hours=12), _make_partitions),
    Timer("hand-offs that found nobody are offered again", timedelta(minutes=1), _offer_again),
    Timer("silent leads are won back", timedelta(hours=1), _revive),
    Timer("sessions that ended are forgotten", timedelta(hours=6), _end_sessions),
    Timer("workers long gone are forgotten", timedelta(hours=1), _forget_workers),
    Timer("the CRM's lists are compared with ours", timedelta(minutes=2), _compare),
    Timer("the canary sings", timedelta(hours=1), _sing),
    Timer("the last day and a half is compared with the CRM", timedelta(hours=24), _compare_deeply),
    Timer("mailboxes and providers' own lists are read", timedelta(minutes=1), _read_feeds),
    Timer("connections are looked at", timedelta(minutes=15), _look_at_connections),
    Timer("login attempts that count no more are forgotten", timedelta(hours=1), _forget_attempts),
    Timer("limits' windows that ended are forgotten", timedelta(hours=1), _forget_windows),
)


async def run_due(shop: Shop, timers: tuple[Timer, ...] = TIMERS) -> int:
    """Run whatever is due now, each in its own turn; a failure is kept on the timer's row and tried next time."""
    ran = 0
    for timer in timers:
        at = shop.clock.now()
        async with shop.db.plain() as conn:
            if not await store.claim_timer(conn, timer.name, at=at, again=at + timer.every):
                continue
        error: str | None = None
        try:
            await timer.run(shop, at)
        except Unavailable as problem:
            error = type(problem).__name__
            logger.warning("timer failed", where=timer.name, error=error)
        async with shop.db.plain() as conn:
            await store.finish_timer(conn, timer.name, at=at, error=error)
        ran += 1
    return ran
