"""What is read over and over comes in like any event: a provider's suppression list, a mailbox of leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from rekindle.crm import store as polls
from rekindle.errands.line import Line, NotConnectedError
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, PutOffError
from rekindle.inbox.fetch import arrivals
from rekindle.inbox.receive import receive_many
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Feed, Fetched, Inbound

logger = log.get("lists")

PAGES = 5  # an errand must end within its lease; the rest has its turn at the next
LIST = "list"


@dataclass(frozen=True)
class Reader:
    """What reading works with."""

    db: Db
    clock: Clock
    line: Line
    feeds: Mapping[str, Feed]
    inbound: Mapping[str, Inbound]


def handler(reader: Reader) -> Handler:
    """Runs errands of kind READ."""

    async def run(errand: Errand) -> str:
        if errand.payload["provider"] not in reader.feeds:
            raise HopelessError(f"nothing is wired in that reads {errand.payload['provider']}")
        return f"{await read(reader, errand.office_id, errand.payload['provider'])} entries"

    return run


async def read(reader: Reader, office_id: UUID, provider: str) -> int:
    """Take in what came since the last look, when it is time for one; how many events.

    What stops it is noted, and goes on next time.
    """
    feed = reader.feeds[provider]
    async with reader.db.office(office_id) as conn:
        before = await polls.poll(conn, office_id, provider, LIST)
    at = reader.clock.now()
    if before and before["ran_at"] and at - before["ran_at"] < feed.every:
        return 0
    if not feed.wanted(await reader.line.account(office_id, provider)):
        return 0
    cursor, total, note = (before["cursor"] if before else ""), 0, ""
    for _ in range(PAGES):
        try:
            found, after = await _page(reader, office_id, feed, cursor)
        except (CallFailedError, PutOffError, NotConnectedError) as error:
            logger.warning("reading a list stopped", provider=provider, error=type(error).__name__)
            note = str(error)[:300]
            break
        at = reader.clock.now()
        async with reader.db.office(office_id) as conn:
            source = reader.inbound[feed.source]
            await receive_many(conn, office_id, arrivals(office_id, source, found), at=at)
            await polls.put_poll(
                conn,
                office_id,
                provider,
                LIST,
                done_until=at,
                cursor=after,
                looked_at=len(found),
                found=0,
                note="",
                at=at,
            )
        total += len(found)
        if after == cursor or not found:
            break
        cursor = after
    if note:
        async with reader.db.office(office_id) as conn:
            await polls.put_poll(
                conn, office_id, provider, LIST, done_until=None, cursor=cursor, looked_at=0, found=0, note=note, at=at
            )
    return total


async def _page(reader: Reader, office_id: UUID, feed: Feed, cursor: str) -> tuple[tuple[Fetched, ...], str]:
    async def work(account: Account) -> tuple[tuple[Fetched, ...], str]:
        return await feed.since(cursor, account, deadline=DEADLINE)

    return await reader.line.call(office_id, feed.provider, feed.limits, work)
