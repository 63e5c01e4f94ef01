"""An event that could not be handled: tried again later, or laid down as dead where a person finds it."""

from datetime import datetime
from uuid import UUID

from rekindle.alerts import notice
from rekindle.inbox import store
from rekindle.inbox.types import Job
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, LeaseLostError, backoff
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db
from rekindle.leads.stated import clean
from rekindle.providers.ports import UnparsableError
from rekindle.receipts.find import UnknownMessageError

LONGEST_REASON = 500
# A receipt may overtake our own books by seconds. After that it is about a message that is not ours, which many
# providers report as well: it lies with the dead for whoever looks, and rings nobody.
RECEIPT_TRIES = 4

logger = log.get("inbox")


async def record(db: Db, office_id: UUID, job: Job, error: Exception, *, clock: Clock, draw: float) -> None:
    """Put the event off, or lay it down at once when no retry can help; a dead one of ours alerts the managers."""
    foreign = isinstance(error, UnknownMessageError)
    final = isinstance(error, UnparsableError) or job.attempts >= (RECEIPT_TRIES if foreign else MAX_ATTEMPTS)
    reason = str(error) if isinstance(error, UnparsableError) else f"{type(error).__name__}: {error}"
    at = clock.now()
    async with db.office(office_id) as conn:
        if final:
            await lay_down(conn, office_id, job, reason, at=at, loud=not foreign)
        else:
            due_at = at + backoff(job.attempts, draw)
            await store.put_off(conn, office_id, job, state="due", reason=_clean(reason), due_at=due_at)
    logger.warning(
        "event dead" if final else "event put off",
        event_id=str(job.event_id),
        source=job.source,
        attempts=job.attempts,
        error=type(error).__name__,
    )


async def lay_down(conn: Conn, office_id: UUID, job: Job, reason: str, *, at: datetime, loud: bool = True) -> bool:
    """Lay the event with the dead in the caller's transaction, and tell managers; False when the lease was lost."""
    ours = await store.put_off(conn, office_id, job, state="dead", reason=_clean(reason), due_at=at)
    if ours and loud:
        await notice.problem(
            conn,
            office_id,
            key=f"inbox:{job.source}",
            text=f"Something that came in from {job.source} could not be handled: {_clean(reason)[:120]}",
            at=at,
        )
    return ours


def _clean(reason: str) -> str:
    return clean(reason[:LONGEST_REASON])


def lost(job: Job, error: LeaseLostError) -> None:
    """Somebody else has it now, which is as good; noted because it should be rare."""
    logger.info("lease lost", event_id=str(job.event_id), source=job.source, error=type(error).__name__)
