"""One transaction for one event, or for a run of enquiries: all its effects and the end of its job, or nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rekindle.inbox import (
    booking,
    contact,
    elsewhere,
    enquiry,
    enriched,
    failure,
    fetch,
    gone,
    moved,
    receipt,
    reply,
    stopped,
    store,
    touched,
)
from rekindle.inbox.desk import NOBODY, Asks, Desk, Done
from rekindle.inbox.types import Job
from rekindle.kit.claims import MAX_ATTEMPTS, LeaseLostError, backoff
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conflict, Db
from rekindle.office.keys import office_key
from rekindle.providers.ports import (
    Booking,
    Contact,
    Enquiry,
    Enriched,
    Fetch,
    Ignored,
    OptedOut,
    Parsed,
    Receipt,
    Reply,
    SentElsewhere,
    StageMoved,
    Touched,
    Uninstalled,
    UnparsableError,
)
from rekindle.receipts.find import UnknownMessageError

TRIES = 4
LONGEST_OUTCOME = 300


@dataclass(frozen=True)
class Ready:
    """A job and what its bytes say."""

    job: Job
    parsed: tuple[Parsed, ...]


async def together(
    db: Db, keyring: Keyring, clock: Clock, office_id: UUID, run: list[Ready], *, asks: Asks = NOBODY
) -> None:
    """Settle a run of events; raises LeaseLostError (nothing was written) or whatever the first failure was."""
    for left in reversed(range(TRIES)):
        try:
            await _once(db, keyring, clock, office_id, run, asks=asks)
        except Conflict:
            if not left:
                raise
        else:
            return


async def _once(db: Db, keyring: Keyring, clock: Clock, office_id: UUID, run: list[Ready], *, asks: Asks) -> None:
    async with db.office(office_id) as conn:
        desk = Desk(conn, office_id, await office_key(conn, office_id, keyring), clock.now(), asks)
        done = await _dispatch(desk, run)
        if done[0].again or done[0].broken:
            await (_look_again if done[0].again else _lay_down)(desk, done[0])
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
    again, broken = any(part.again for part in parts), any(part.broken for part in parts)
    return [Done(ready.job, outcome, parts[0].lead_id if len(about) == 1 else None, again=again, broken=broken)]


async def _part(desk: Desk, job: Job, parsed: Parsed, *, lone: bool) -> Done:
    """One part of an event. A batch may hold what overtook our books, is not ours, or is no use: the rest counts."""
    if lone:
        return await TAKES[type(parsed)](desk, job, parsed)
    try:
        async with desk.conn.transaction():
            return await TAKES[type(parsed)](desk, job, parsed)
    except UnknownMessageError:
        return Done(job, "about a message that is not ours", None, again=job.attempts < failure.RECEIPT_TRIES)
    except UnparsableError as error:
        return Done(job, f"not understood: {error}", None, broken=True)


async def _look_again(desk: Desk, done: Done) -> None:
    """Keep what was done (all of it is idempotent) and the job with it."""
    due_at = desk.at + backoff(done.job.attempts, 1.0)
    attempts = min(done.job.attempts, MAX_ATTEMPTS - 1)  # waiting wears nobody out
    if not await store.put_off(
        desk.conn, desk.office_id, done.job, state="due", reason=done.outcome, due_at=due_at, attempts=attempts
    ):
        raise LeaseLostError


async def _lay_down(desk: Desk, done: Done) -> None:
    """Keep what was done, and the job with the dead for its other part; a retry does all of it again."""
    if not await failure.lay_down(desk.conn, desk.office_id, done.job, done.outcome, at=desk.at):
        raise LeaseLostError


async def _enquiry(desk: Desk, job: Job, asked: Enquiry) -> Done:
    [done] = await enquiry.take(desk, [(job, (asked,))])
    return done


async def _ignored(_: Desk, job: Job, ignored: Ignored) -> Done:
    return Done(job, f"nothing to do: {ignored.why}", None)


TAKES: dict[type, Callable[[Desk, Job, Any], Awaitable[Done]]] = {
    Enquiry: _enquiry,
    Reply: reply.take,
    Receipt: receipt.take,
    Booking: booking.take,
    OptedOut: stopped.take,
    Touched: touched.take,
    Contact: contact.take,
    SentElsewhere: elsewhere.take,
    Fetch: fetch.take,
    StageMoved: moved.take,
    Enriched: enriched.take,
    Uninstalled: gone.take,
    Ignored: _ignored,
}
