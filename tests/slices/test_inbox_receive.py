"""Raw events are durable before the answer, once each, and none can keep another out."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.inbox import store
from rekindle.inbox.receive import Arrival, FullError, Receiver, receive_many
from rekindle.kit.claims import Lease
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from tests.conftest import NOON, make_office


def arrival(office_id: UUID, external_id: str = "e1", body: bytes = b"{}") -> Arrival:
    return Arrival(office_id, "form", external_id, "application/json", body)


async def rows(db: Db, office_id: UUID, query: Any) -> list[dict[str, Any]]:
    async with db.office(office_id) as conn:
        return await (await conn.execute(query)).fetchall()


async def test_what_came_in_is_kept_byte_for_byte_with_its_job(db: Db, office_id: UUID, clock: HandClock) -> None:
    bodies = [b"\x00\xff first", b"", b"third \xe2\x82\xac"]
    async with Receiver(db, clock) as receiver:
        done = await asyncio.gather(
            *(receiver.receive(arrival(office_id, f"e{n}", body)) for n, body in enumerate(bodies))
        )
    kept = await rows(db, office_id, "select id, external_id, body, received_at from event order by external_id")
    assert [row["body"] for row in kept] == bodies
    assert [row["id"] for row in kept] == [stored.event_id for stored in done]
    assert {row["received_at"] for row in kept} == {NOON}
    assert len(await rows(db, office_id, "select 1 from inbox_job")) == 3


async def test_the_same_event_five_times_at_once_is_stored_once(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with Receiver(db, clock) as receiver:
        done = await asyncio.gather(*(receiver.receive(arrival(office_id)) for _ in range(5)))
        again = await receiver.receive(arrival(office_id, body=b"another body under the same id"))
    assert sorted(stored.duplicate for stored in done) == [False, True, True, True, True]
    assert again.duplicate
    assert {stored.event_id for stored in [*done, again]} == {done[0].event_id}
    assert len(await rows(db, office_id, "select 1 from event")) == 1
    assert len(await rows(db, office_id, "select 1 from inbox_job")) == 1


async def test_many_at_once_share_transactions(db: Db, office_id: UUID, clock: HandClock) -> None:
    stranger = await make_office(db, "stranger")
    async with Receiver(db, clock) as receiver:
        done = await asyncio.gather(
            *(receiver.receive(arrival(stranger if n % 3 else office_id, f"e{n}")) for n in range(600))
        )
    assert not any(stored.duplicate for stored in done)
    mine = await rows(db, office_id, "select id, xmin::text as tx from event")
    theirs = await rows(db, stranger, "select id, xmin::text as tx from event")
    assert (len(mine), len(theirs)) == (200, 400)
    assert {row["id"] for row in mine + theirs} == {stored.event_id for stored in done}
    assert len({row["tx"] for row in mine + theirs}) < 10


async def test_one_poisoned_event_fails_alone(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with Receiver(db, clock) as receiver:
        good = [receiver.receive(arrival(office_id, f"e{n}")) for n in range(20)]
        poisoned = receiver.receive(arrival(office_id, "nul \x00 in a name"))
        *done, error = await asyncio.gather(*good, poisoned, return_exceptions=True)
    assert isinstance(error, Exception)
    assert not any(isinstance(stored, BaseException) or stored.duplicate for stored in done)
    assert len(await rows(db, office_id, "select 1 from inbox_job")) == 20


async def test_a_full_queue_says_so_at_once_and_loses_nothing_it_took(
    db: Db, office_id: UUID, clock: HandClock
) -> None:
    async with Receiver(db, clock, waiting=4, flushers=1) as receiver:
        done = await asyncio.gather(
            *(receiver.receive(arrival(office_id, f"e{n}")) for n in range(50)), return_exceptions=True
        )
    full = [answer for answer in done if isinstance(answer, FullError)]
    assert len(full) == 46
    assert len(await rows(db, office_id, "select 1 from event")) == 4


async def test_a_file_goes_in_with_the_callers_transaction(db: Db, office_id: UUID) -> None:
    chunks = [Arrival(office_id, "import", f"c{n}", "application/x-ndjson", b"{}", Lane.BULK) for n in range(3)]
    with contextlib.suppress(RuntimeError):
        async with db.office(office_id) as conn:
            await receive_many(conn, office_id, chunks, at=NOON)
            raise RuntimeError
    assert await rows(db, office_id, "select 1 from event_key") == []
    async with db.office(office_id) as conn:
        await receive_many(conn, office_id, chunks, at=NOON)
    async with db.office(office_id) as conn:
        assert [s.duplicate for s in await receive_many(conn, office_id, chunks, at=NOON)] == [True, True, True]


async def test_urgent_work_is_claimed_first_and_one_offices_work_by_nobody_else(db: Db, office_id: UUID) -> None:
    stranger = await make_office(db, "stranger")
    bulk = [Arrival(office_id, "import", f"c{n}", "", b"", Lane.BULK) for n in range(5)]
    async with db.office(office_id) as conn:
        await receive_many(conn, office_id, [*bulk, arrival(office_id)], at=NOON)
    lease = Lease.take(NOON, 60)
    async with db.office(stranger) as conn:
        assert await store.claim(conn, office_id, lease, lanes=tuple(Lane), limit=9, at=NOON) == []
    async with db.office(office_id) as conn:
        [first] = await store.claim(conn, office_id, lease, lanes=tuple(Lane), limit=1, at=NOON)
    assert first.lane is Lane.FIRST_TOUCH
