"""Handle what the inbox holds: claim, parse, settle each event in a transaction that leaves all of it or nothing.

A claimed batch of one office is settled in the order it was received; a run of enquiries shares one transaction, and
falls apart into single ones when it fails, so that no event fails another.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from uuid import UUID

from rekindle.connections.accounts import Accounts
from rekindle.decide.words import Lane
from rekindle.inbox import failure, settle, store
from rekindle.inbox.desk import NOBODY, Asks
from rekindle.inbox.settle import Ready
from rekindle.inbox.types import Job
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, LeaseLostError
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.db import Conflict, Db, Unavailable
from rekindle.providers.ports import Account, Enquiry, Event, Inbound, UnparsableError

logger = log.get("inbox")

URGENT = (Lane.FIRST_TOUCH, Lane.REPLY, Lane.STEP)
BULK = (Lane.BULK,)
AT_ONCE = 32  # events of one office in one claim
CHUNKS = 2  # bulk chunks at once: one is in the database while the other is read
OFFICES = 4  # offices at once
LEASE_SECONDS = 60.0
LARGE = 256 * 1024  # bytes from which reading takes so long (a mail of 30 MB: 1.5 s) that others must not wait for it


@dataclass(frozen=True)
class Handler:
    """What handling works with; `chance` gives numbers in 0..1 and spreads retries."""

    db: Db
    keyring: Keyring
    clock: Clock
    inbound: Mapping[str, Inbound]
    accounts: Accounts
    chance: Callable[[], float]
    asks: Asks = NOBODY


async def handle_batch(handler: Handler) -> int:
    """Handle a batch of what is due in every office, urgent lanes first; how many events were taken."""
    async with handler.db.plain() as conn:
        offices = await store.due_offices(conn, handler.clock.now())
    slots = asyncio.Semaphore(OFFICES)

    async def urgent(office_id: UUID) -> int:
        async with slots:
            return await handle_office(handler, office_id, lanes=URGENT, limit=AT_ONCE)

    async def bulk(office_id: UUID) -> int:
        async with slots:
            return await handle_office(handler, office_id, lanes=BULK, limit=1)

    taken = await _all([urgent(office_id) for office_id in offices])
    # Bulk has its turn only when nothing urgent is left waiting, and never for longer than a chunk.
    if max(taken, default=0) < AT_ONCE:
        taken += await _all([bulk(office_id) for office_id in offices for _ in range(CHUNKS)])
    return sum(taken)


async def handle_office(handler: Handler, office_id: UUID, *, lanes: tuple[Lane, ...], limit: int) -> int:
    """Claim and settle one batch of one office; how many events were taken."""
    at = handler.clock.now()
    async with handler.db.office(office_id) as conn:
        lease = Lease.take(at, LEASE_SECONDS)
        jobs = await store.claim(conn, office_id, lease, lanes=lanes, limit=limit, at=at)
    try:
        held = await handler.accounts.of(office_id) if jobs else None
    except CryptoError as error:
        # Nothing of this office can be read until its key is there; its events wait with that reason, nobody else's do.
        for job in jobs:
            await failure.record(handler.db, office_id, job, error, clock=handler.clock, draw=handler.chance())
        return len(jobs)
    accounts = held.accounts if held else {}
    ready: list[Ready] = []
    for job in jobs:
        try:
            large = len(job.body) > LARGE
            read = partial(_read, handler.inbound, office_id, accounts, job)
            ready.append(await asyncio.to_thread(read) if large else read())
        except UnparsableError as error:
            await failure.record(handler.db, office_id, job, error, clock=handler.clock, draw=handler.chance())
        except Exception as error:
            logger.exception(
                "a parser broke", event_id=str(job.event_id), source=job.source, error=type(error).__name__
            )
            await failure.record(handler.db, office_id, job, error, clock=handler.clock, draw=handler.chance())
    for run in _runs(ready):
        await _settle(handler, office_id, run)
    return len(jobs)


def _read(wired: Mapping[str, Inbound], office_id: UUID, accounts: Mapping[str, Account], job: Job) -> Ready:
    if job.attempts > MAX_ATTEMPTS:
        raise UnparsableError("every worker that took it died")
    inbound = wired.get(job.source)
    if inbound is None:
        raise UnparsableError(f"no adapter for the source {job.source!r} is wired in")
    # An account may be gone by now: what came in while it stood is read with what is left of it.
    account = accounts.get(inbound.provider) or Account(office_id, inbound.provider, {})
    event = Event(job.external_id, job.body, job.received_at, job.tail, job.content_type)
    return Ready(job, inbound.parse(event, account))


def _runs(ready: list[Ready]) -> Iterator[list[Ready]]:
    """Neighbours that are nothing but enquiries go together; everything else goes alone."""
    for joined, run in groupby(ready, key=lambda r: bool(r.parsed) and all(isinstance(p, Enquiry) for p in r.parsed)):
        if joined:
            yield list(run)
        else:
            yield from ([one] for one in run)


async def _settle(handler: Handler, office_id: UUID, run: list[Ready]) -> None:
    try:
        await settle.together(handler.db, handler.keyring, handler.clock, office_id, run, asks=handler.asks)
    except LeaseLostError as error:
        if len(run) == 1:
            failure.lost(run[0].job, error)
            return
        await _one_by_one(handler, office_id, run)
    except Exception as error:
        if isinstance(error, Unavailable) and not isinstance(error, Conflict):
            raise  # the lease ends, and somebody takes it again
        if len(run) == 1:
            await failure.record(handler.db, office_id, run[0].job, error, clock=handler.clock, draw=handler.chance())
            return
        await _one_by_one(handler, office_id, run)


async def _one_by_one(handler: Handler, office_id: UUID, run: list[Ready]) -> None:
    for one in run:
        await _settle(handler, office_id, [one])


async def _all(waits: list[Coroutine[None, None, int]]) -> list[int]:
    return list(await asyncio.gather(*waits))
