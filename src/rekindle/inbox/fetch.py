"""An event that is only a hint: its content is fetched with our own key and comes in as an event of its own."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.errands import ask as errands
from rekindle.errands import store
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, Kind, PutOffError
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.receive import receive_many
from rekindle.inbox.types import Arrival, Job
from rekindle.kit.claims import MAX_ATTEMPTS
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db
from rekindle.providers.ports import Account, Fetch, Fetched, GoneError, Inbound, NotYetError, Providers


async def take(desk: Desk, job: Job, hint: Fetch) -> Done:
    """Ask for the fetch in the event's own transaction."""
    await want(desk.conn, desk.office_id, hint.source, hint.ref, at=desk.at)
    return Done(job, f"to be fetched: {hint.source}", None)


async def want(conn: Conn, office_id: UUID, source: str, ref: str, *, at: datetime) -> None:
    """Have something fetched into the inbox, once however often it is wanted meanwhile."""
    payload = {"source": source, "ref": ref}
    await errands.ask(conn, office_id, Kind.FETCH, f"{source}:{ref}", payload, at=at)


async def given_up(desk: Desk, job: Job, source: str, ref: str) -> bool:
    """Whether an event that waits for a fetch waits in vain: an outage is outlasted, what is gone is not."""
    if job.attempts < MAX_ATTEMPTS:
        return False
    return not await store.pending(desk.conn, desk.office_id, Kind.FETCH, f"{source}:{ref}")


def handler(db: Db, clock: Clock, line: Line, providers: Providers) -> Handler:
    """Runs errands of kind FETCH."""

    async def fetch(errand: Errand) -> str:
        source, ref = errand.payload["source"], errand.payload["ref"]
        fetcher = providers.fetchers.get(source)
        if fetcher is None:
            raise HopelessError(f"nothing is wired in that fetches {source}")

        async def work(account: Account) -> tuple[Fetched, ...]:
            return await fetcher.fetch(ref, account, deadline=DEADLINE)

        try:
            found = await line.call(errand.office_id, fetcher.provider, fetcher.limits, work)
        except NotYetError as error:
            raise PutOffError(clock.now() + timedelta(seconds=error.retry_after), "not there yet") from error
        except GoneError as error:
            raise HopelessError(str(error)) from error
        at = clock.now()
        async with db.office(errand.office_id) as conn:
            await receive_many(
                conn, errand.office_id, arrivals(errand.office_id, providers.inbound[source], found), at=at
            )
        return f"{len(found)} fetched"

    return fetch


def arrivals(office_id: UUID, inbound: Inbound, found: tuple[Fetched, ...]) -> list[Arrival]:
    """What was fetched, as events of an internal source."""
    return [
        Arrival(office_id, inbound.source, each.external_id, each.content_type, each.body, inbound.lane)
        for each in found
    ]
