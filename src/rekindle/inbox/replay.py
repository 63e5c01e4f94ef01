"""Stored raw events read again with today's adapters and accounts: what differs, and, if wanted, handled again.

Handling an event again has no effect twice: what it says is known by its own id, or by what stands there already.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from rekindle.connections.accounts import Accounts
from rekindle.inbox import store
from rekindle.inbox.kept import store as kept
from rekindle.inbox.kept.types import Kept, State, Turn, Wanted
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, Event, Ignored, Inbound, Parsed, UnparsableError

logger = log.get("replay")

A_SECOND = 100  # events put back: what comes in meanwhile does not wait behind a month of them


class Again(StrEnum):
    """Which events are put back in the queue."""

    NONE = "none"
    MENDED = "mended"  # the dead that can be read now
    ALL = "all"  # every one, but those a person let go


class Now(StrEnum):
    """How today's reading compares with what became of the event."""

    SAME = "same"
    UNREADABLE = "unreadable"  # it was handled, and could not be read any more
    READABLE = "readable"  # it is dead, and can be read


@dataclass(frozen=True)
class Reader:
    """What reading again works with."""

    db: Db
    clock: Clock
    inbound: Mapping[str, Inbound]
    accounts: Accounts


@dataclass(frozen=True)
class Reread:
    """One event read again. `words`: what its adapter says of it today; `queued`: it is handled again."""

    event: Kept
    now: Now
    words: str
    queued: bool = False


async def reread(
    reader: Reader, office_id: UUID, wanted: Wanted, *, again: Again, limit: int | None
) -> AsyncIterator[Reread]:
    """Every event that is meant, oldest first, a page in memory at a time; changes nothing when `again` is NONE."""
    after: tuple[datetime, UUID] | None = None
    left, queued, begun = limit, 0, reader.clock.now()
    while left is None or left > 0:
        held = await reader.accounts.of(office_id)
        accounts = held.accounts if held else {}
        async with reader.db.office(office_id) as conn:
            page = await kept.page(conn, office_id, wanted, after=after, limit=left or kept.MOST_ROWS)
        if not page:
            return
        read = [_reread(reader.inbound, office_id, accounts, event) for event in page]
        turns = _turns(reader.inbound, read, again, queued, begun)
        if turns:
            async with reader.db.office(office_id) as conn:
                await kept.requeue(conn, office_id, turns)
                await store.hint(conn)
        queued += len(turns)
        back = {turn.event_id for turn in turns}
        for one in read:
            yield Reread(one.event, one.now, one.words, one.event.event_id in back)
        after = (page[-1].received_at, page[-1].event_id)
        left = None if left is None else left - len(page)


def says(inbound: Mapping[str, Inbound], office_id: UUID, accounts: Mapping[str, Account], event: Kept) -> str:
    """What its adapter says of an event today, in words; raises UnparsableError."""
    adapter = inbound.get(event.source)
    if adapter is None:
        raise UnparsableError(f"no adapter for the source {event.source!r} is wired in")
    account = accounts.get(adapter.provider) or Account(office_id, adapter.provider, {})
    raw = Event(event.external_id, event.body, event.received_at, event.tail, event.content_type)
    return _named(adapter.parse(raw, account))


def _reread(inbound: Mapping[str, Inbound], office_id: UUID, accounts: Mapping[str, Account], event: Kept) -> Reread:
    try:
        words = says(inbound, office_id, accounts, event)
    except UnparsableError as error:
        return _unreadable(event, str(error))
    except Exception as error:
        logger.exception(
            "a parser broke", event_id=str(event.event_id), source=event.source, error=type(error).__name__
        )
        return _unreadable(event, f"its adapter broke: {type(error).__name__}")
    return Reread(event, Now.READABLE if event.state is State.DEAD else Now.SAME, words)


def _unreadable(event: Kept, why: str) -> Reread:
    return Reread(event, Now.UNREADABLE if event.state is State.HANDLED else Now.SAME, why)


def _turns(
    inbound: Mapping[str, Inbound], read: list[Reread], again: Again, queued: int, begun: datetime
) -> list[Turn]:
    chosen = [
        one.event
        for one in read
        if (again is not Again.NONE and one.now is Now.READABLE)
        or (again is Again.ALL and one.event.state in (State.DEAD, State.HANDLED) and one.event.source in inbound)
    ]
    return [
        Turn(event.event_id, int(inbound[event.source].lane), begun + timedelta(seconds=(queued + place) / A_SECOND))
        for place, event in enumerate(chosen)
    ]


def _named(parsed: tuple[Parsed, ...]) -> str:
    """For people: "2 x receipt, nothing to do: an echo"."""
    names = Counter(f"nothing to do: {one.why}" if isinstance(one, Ignored) else _plain(one) for one in parsed)
    return ", ".join(name if many == 1 else f"{many} x {name}" for name, many in names.items()) or "nothing to do"


def _plain(parsed: Parsed) -> str:
    """The kind's own name, apart: SentElsewhere is "sent elsewhere"."""
    name = type(parsed).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
