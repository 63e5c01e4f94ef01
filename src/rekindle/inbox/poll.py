"""Compare the CRM's own lists with what reached us: webhooks get lost, leads must not (X8).

What a list has goes into the inbox like any event; what had come by webhook is recognised there and changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.alerts import notice
from rekindle.crm import store as polls
from rekindle.errands.line import Line, NotConnectedError
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, PutOffError
from rekindle.inbox import store
from rekindle.inbox.fetch import arrivals
from rekindle.inbox.receive import receive_many
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Crm, CrmPage, Fault, Inbound

logger = log.get("poll")

CONTACTS, MESSAGES = "contacts", "messages"
OVERLAP = timedelta(minutes=5)  # looked at again each time: lists lag behind, clocks differ
PAGES = 4  # calls per run and list, well inside an errand's lease; a longer list goes on at the next run


@dataclass(frozen=True)
class Poller:
    """What comparing works with."""

    db: Db
    clock: Clock
    line: Line
    crms: Mapping[str, Crm]
    inbound: Mapping[str, Inbound]


@dataclass(frozen=True)
class Compared:
    """What one run did: rows looked at, and how many of them had never reached us."""

    looked_at: int = 0
    found: int = 0
    note: str = ""


def handler(poller: Poller) -> Handler:
    """Runs errands of kind POLL."""

    async def run(errand: Errand) -> str:
        if errand.payload["provider"] not in poller.crms:
            raise HopelessError(f"nothing is wired in for {errand.payload['provider']}")
        done = await compare(poller, errand.office_id, errand.payload["provider"])
        return ", ".join(f"{what}: {c.looked_at} looked at, {c.found} found" for what, c in done.items())

    return run


async def compare(poller: Poller, office_id: UUID, crm: str) -> dict[str, Compared]:
    """Contacts, then messages, of one office; what stopped a run is told in its note and goes on next time."""
    return {what: await _compare(poller, office_id, poller.crms[crm], what) for what in (CONTACTS, MESSAGES)}


async def _compare(poller: Poller, office_id: UUID, crm: Crm, what: str) -> Compared:
    at = poller.clock.now()
    async with poller.db.office(office_id) as conn:
        before = await polls.poll(conn, office_id, crm.provider, what)
    done_until = before["done_until"] if before and before["done_until"] else at
    cursor, total = (before["cursor"] if before else ""), Compared()
    # A list that took several runs is done up to when it was begun: who came meanwhile may stand on pages read before.
    began_at = before["began_at"] if before and cursor and before["began_at"] else at
    for _ in range(PAGES):
        try:
            page = await next_page(poller, office_id, crm, what, since=done_until - OVERLAP, cursor=cursor)
        except (CallFailedError, PutOffError, NotConnectedError) as error:
            logger.warning("comparison stopped", provider=crm.provider, error=type(error).__name__)
            total = Compared(total.looked_at, total.found, str(error)[:300])
            if isinstance(error, CallFailedError) and error.fault is Fault.MESSAGE:
                cursor = ""  # a place they do not know (any more) stays unknown: the next run begins anew
            break
        found = await take_in(poller, office_id, crm, what, page)
        total = Compared(total.looked_at + len(page.events), total.found + found)
        cursor = page.cursor
        if not cursor:
            break
    finished = not cursor and not total.note
    async with poller.db.office(office_id) as conn:
        await polls.put_poll(
            conn,
            office_id,
            crm.provider,
            what,
            done_until=began_at if finished else done_until,  # also when the very first run fails: from then on
            cursor=cursor,
            began_at=began_at,
            looked_at=total.looked_at,
            found=total.found,
            note=total.note,
            at=at,
        )
        if total.found:
            await notice.problem(
                conn,
                office_id,
                key=f"poll:{crm.provider}:{what}",
                text=f"{total.found} {what} of {crm.provider} had never reached us by webhook; they are taken in now.",
                at=at,
            )
    return total


async def next_page(poller: Poller, office_id: UUID, crm: Crm, what: str, *, since: datetime, cursor: str) -> CrmPage:
    """The next page of one list; raises what `Line.call` raises."""
    ask: Callable[..., Awaitable[CrmPage]] = crm.contacts if what == CONTACTS else crm.messages

    async def work(account: Account) -> CrmPage:
        return await ask(account, since=since, cursor=cursor, deadline=DEADLINE)

    return await poller.line.call(office_id, crm.provider, crm.limits, work)


async def take_in(poller: Poller, office_id: UUID, crm: Crm, what: str, page: CrmPage) -> int:
    """Store what is new; how many of it no webhook had told us of."""
    if not page.events:
        return 0
    source = poller.inbound[f"{crm.provider}-{what.removesuffix('s')}"]
    at = poller.clock.now()
    async with poller.db.office(office_id) as conn:
        names = [event.external_id.partition(":")[0] for event in page.events]
        unheard = store.unheard_contacts if what == CONTACTS else store.unheard_messages
        unknown = await unheard(conn, office_id, crm.provider, names)
        await receive_many(conn, office_id, arrivals(office_id, source, page.events), at=at)
    return len(unknown)
