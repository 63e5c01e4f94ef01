"""Run what is due: each errand by the handler of its kind, kept when it fails, laid down with a reason at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.errands import store
from rekindle.errands.line import NotConnectedError
from rekindle.errands.types import READING, Errand, Handler, HopelessError, Kind, PutOffError
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, backoff
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db, Unavailable
from rekindle.office import store as offices
from rekindle.office.types import Mode
from rekindle.providers.ports import CallFailedError, Fault

logger = log.get("errands")

AT_ONCE = 8  # of one office in one claim
OFFICES = 8  # at once: a provider that hangs for one office does not hold up the others
LEASE_SECONDS = 120.0
DEADLINE = 20.0  # seconds for one call to a provider, of which an errand may need several
LONGEST_REASON = 500
# An outage or a missing credential is mended in hours: errands outlast it, where a broken one gives up in minutes.
PATIENCE = timedelta(days=3)
LONGEST_WAIT = timedelta(days=30)

# Tells people that an errand was laid down, in the transaction that lays it down.
Ring = Callable[[Conn, Errand, str, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Runner:
    """What running works with; `chance` gives numbers in 0..1 and spreads retries."""

    db: Db
    clock: Clock
    handlers: Mapping[Kind, Handler]  # one of every kind; a test holds the wiring to it
    ring: Ring
    chance: Callable[[], float]


async def run_batch(runner: Runner) -> int:
    """Run a batch of what is due in every office; how many errands were taken."""
    async with runner.db.plain() as conn:
        offices = await store.due_offices(conn, runner.clock.now())
    slots = asyncio.Semaphore(OFFICES)
    return sum(await asyncio.gather(*(_office(runner, office_id, slots) for office_id in offices)))


async def _office(runner: Runner, office_id: UUID, slots: asyncio.Semaphore) -> int:
    async with slots:
        at = runner.clock.now()
        async with runner.db.office(office_id) as conn:
            errands = await store.claim(conn, office_id, Lease.take(at, LEASE_SECONDS), limit=AT_ONCE, at=at)
            pretends = bool(errands) and (await offices.get(conn, office_id)).mode is Mode.SANDBOX
        await asyncio.gather(*(_one(runner, errand, pretends=pretends) for errand in errands))
        return len(errands)


async def _one(runner: Runner, errand: Errand, *, pretends: bool) -> None:
    """`pretends`: the office is in the sandbox, whatever it is connected to, so that nothing real may come of it."""
    try:
        if not pretends or errand.kind in READING:
            await runner.handlers[errand.kind](errand)
    except Unavailable:
        logger.warning("database away", where="errands")  # the lease ends, and somebody takes it again
    except PutOffError as error:
        await _wait(runner, errand, error)
    except NotConnectedError as error:
        await _lay_down(runner, errand, f"{error} is not connected any more", loud=False)
    except HopelessError as error:
        await _lay_down(runner, errand, str(error))
    except CallFailedError as error:
        await _failed(runner, errand, error)
    except Exception as error:
        logger.exception("an errand broke", kind=errand.kind, error=type(error).__name__)
        await _retry(runner, errand, f"{type(error).__name__}: {error}")
    else:
        async with runner.db.office(errand.office_id) as conn:
            await store.finish(conn, errand, at=runner.clock.now())


async def _wait(runner: Runner, errand: Errand, error: PutOffError) -> None:
    """A pause is no attempt, but nothing waits for ever: what was "not yet" for a month will never be."""
    if runner.clock.now() - errand.created_at < LONGEST_WAIT:
        await _later(runner, errand, error.until, error.why)
    else:
        await _lay_down(runner, errand, error.why)


async def _failed(runner: Runner, errand: Errand, error: CallFailedError) -> None:
    if error.fault is Fault.MESSAGE:
        await _lay_down(runner, errand, str(error))
    elif runner.clock.now() - errand.created_at < PATIENCE:
        until = runner.clock.now() + backoff(errand.attempts, runner.chance())
        await _later(runner, errand, until, str(error), counts=True)
    else:
        await _lay_down(runner, errand, str(error))


async def _retry(runner: Runner, errand: Errand, why: str) -> None:
    if errand.attempts >= MAX_ATTEMPTS:
        await _lay_down(runner, errand, why)
    else:
        until = runner.clock.now() + backoff(errand.attempts, runner.chance())
        await _later(runner, errand, until, why, counts=True)


async def _later(runner: Runner, errand: Errand, until: datetime, why: str, *, counts: bool = False) -> None:
    async with runner.db.office(errand.office_id) as conn:
        await store.put_off(conn, errand, due_at=until, reason=_clean(why), counts=counts)


async def _lay_down(runner: Runner, errand: Errand, why: str, *, loud: bool = True) -> None:
    at, why = runner.clock.now(), _clean(why)
    logger.warning("errand dead", kind=errand.kind, attempts=errand.attempts, office_id=str(errand.office_id))
    async with runner.db.office(errand.office_id) as conn:
        if await store.put_off(conn, errand, due_at=at, reason=why, dead=True) and loud:
            await runner.ring(conn, errand, why, at)


def _clean(why: str) -> str:
    """Without what PostgreSQL text cannot hold: providers' own words stand in here."""
    return why[:LONGEST_REASON].encode("utf-8", "replace").decode().replace("\x00", "")
