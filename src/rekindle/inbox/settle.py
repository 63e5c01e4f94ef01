"""One transaction for one event, or for a run of enquiries: all its effects and the end of its job, or nothing."""

from dataclasses import dataclass
from uuid import UUID

from rekindle.inbox import booking, enquiry, receipt, reply, store
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.types import Job
from rekindle.kit.claims import LeaseLostError
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conflict, Db
from rekindle.office.keys import office_key
from rekindle.providers.ports import Booking, Enquiry, Parsed, Receipt, Reply

TRIES = 4


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
        rows = [{"event_id": d.job.event_id, "outcome": d.outcome, "lead_id": d.lead_id} for d in done]
        # The fence stands at the end: whoever lost a lease finds it here, and everything above is rolled back.
        if await store.finish(conn, office_id, run[0].job.lease_token, rows, at=desk.at) < len(rows):
            raise LeaseLostError


async def _dispatch(desk: Desk, run: list[Ready]) -> list[Done]:
    given = [(ready.job, tuple(p for p in ready.parsed if isinstance(p, Enquiry))) for ready in run]
    if all(ready.parsed and len(ready.parsed) == len(es) for ready, (_, es) in zip(run, given, strict=True)):
        return await enquiry.take(desk, given)
    [ready] = run
    parts = [await _one(desk, ready.job, parsed) for parsed in ready.parsed]
    if not parts:
        return [Done(ready.job, "nothing to do", None)]
    outcome = "; ".join(dict.fromkeys(part.outcome for part in parts))
    return [Done(ready.job, outcome, parts[0].lead_id if len({part.lead_id for part in parts}) == 1 else None)]


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
