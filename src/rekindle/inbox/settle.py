"""One transaction for one event, or for a run of enquiries: all its effects and the end of its job, or nothing."""

from dataclasses import dataclass
from uuid import UUID

from rekindle.inbox import booking, contact, elsewhere, enquiry, fetch, gone, receipt, reply, store, stopped, touched
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.failure import RECEIPT_TRIES
from rekindle.inbox.types import Job
from rekindle.kit.claims import LeaseLostError, backoff
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conflict, Db
from rekindle.office.keys import office_key
from rekindle.providers.ports import (
    Booking,
    Contact,
    Enquiry,
    Fetch,
    Ignored,
    OptedOut,
    Parsed,
    Receipt,
    Reply,
    SentElsewhere,
    Touched,
    Uninstalled,
)
from rekindle.receipts.apply import UnknownMessageError

TRIES = 4
LONGEST_OUTCOME = 300


@dataclass(frozen=True)
class Ready:
    """A job and what its bytes say."""

    job: Job
    parsed: tuple[Parsed, ...]


async def together(db: Db, keyring: Keyring, clock: Clock, office_id: UUID, run: list[Ready]) -> None:
    """Settle a run of events; raises LeaseLostError (nothing was written) or whatever the first failure was."""
    for left in reversed(range(TRIES)):
        try:
            await _once(db, keyring, clock, office_id, run)
        except Conflict:
            if not left:
                raise
        else:
            return


async def _once(db: Db, keyring: Keyring, clock: Clock, office_id: UUID, run: list[Ready]) -> None:
    async with db.office(office_id) as conn:
        desk = Desk(conn, office_id, await office_key(conn, office_id, keyring), clock.now())
        done = await _dispatch(desk, run)
        if done[0].again:
            await _look_again(desk, done[0])
            return
        rows = [{"event_id": d.job.event_id, "outcome": d.outcome, "lead_id": d.lead_id} for d in done]
        # The fence stands at the end: whoever lost a lease finds it here, and everything above is rolled back.
        if await store.finish(conn, office_id, run[0].job.lease_token, rows, at=desk.at) < len(rows):
            raise LeaseLostError


async def _dispatch(desk: Desk, run: list[Ready]) -> list[Done]:
    given = [(ready.job, tuple(p for p in ready.parsed if isinstance(p, Enquiry))) for ready in run]
    if all(ready.parsed and len(ready.parsed) == len(es) for ready, (_, es) in zip(run, given, strict=True)):
        return await enquiry.take(desk, given)
    [ready] = run
    parts = [await _part(desk, ready.job, parsed, lone=len(ready.parsed) == 1) for parsed in ready.parsed]
    if not parts:
        return [Done(ready.job, "nothing to do", None)]
    outcome = "; ".join(dict.fromkeys(part.outcome for part in parts))[:LONGEST_OUTCOME]
    about = {part.lead_id for part in parts}
    again = any(part.again for part in parts)
    return [Done(ready.job, outcome, parts[0].lead_id if len(about) == 1 else None, again=again)]


async def _part(desk: Desk, job: Job, parsed: Parsed, *, lone: bool) -> Done:
    """One part of an event. A batch may hold a receipt that overtook our books, or is not about us at all."""
    try:
        return await _one(desk, job, parsed)
    except UnknownMessageError:
        if lone:
            raise
        return Done(job, "about a message that is not ours", None, again=job.attempts < RECEIPT_TRIES)


async def _look_again(desk: Desk, done: Done) -> None:
    """Keep what was done (all of it is idempotent) and the job with it."""
    due_at = desk.at + backoff(done.job.attempts, 1.0)
    if not await store.put_off(
        desk.conn, desk.office_id, done.job, state="due", reason=done.outcome, due_at=due_at
    ):
        raise LeaseLostError


async def _one(desk: Desk, job: Job, parsed: Parsed) -> Done:
    match parsed:
        case Enquiry():
            [done] = await enquiry.take(desk, [(job, (parsed,))])
            return done
        case Reply():
            return await reply.take(desk, job, parsed)
        case Receipt():
            return await receipt.take(desk, job, parsed)
        case Booking():
            return await booking.take(desk, job, parsed)
        case OptedOut():
            return await stopped.take(desk, job, parsed)
        case Touched():
            return await touched.take(desk, job, parsed)
        case Contact():
            return await contact.take(desk, job, parsed)
        case SentElsewhere():
            return await elsewhere.take(desk, job, parsed)
        case Fetch():
            return await fetch.take(desk, job, parsed)
        case Uninstalled():
            return await gone.take(desk, job, parsed)
        case Ignored():
            return Done(job, f"nothing to do: {parsed.why}", None)
