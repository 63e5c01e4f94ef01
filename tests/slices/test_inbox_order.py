"""One person's events are handled in the order they came; nobody waits for others, or behind something broken."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.decide.words import Lane
from rekindle.inbox import store
from rekindle.inbox.handle import AT_ONCE, URGENT, handle_batch
from rekindle.kit.claims import Lease
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.slices.inbox_world import ANN, World, asks, writes


@pytest.fixture
def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return World(db, office_id, clock, keyring)


async def claimed(w: World, *, limit: int = AT_ONCE) -> list[str]:
    """What a worker of its own takes, and holds for a minute."""
    at = w.clock.now()
    async with w.db.office(w.office_id) as conn:
        jobs = await store.claim(conn, w.office_id, Lease.take(at, 60), lanes=URGENT, limit=limit, at=at)
    return [job.external_id for job in jobs]


async def test_while_one_worker_has_a_persons_event_another_takes_only_other_peoples(w: World) -> None:
    await w.arrive("ann-1", asks("ann-1"), party="ann")
    await w.arrive("ann-2", writes("ann-2"), party="ann")
    await w.arrive("bob-1", writes("bob-1", sender="+13125550143"), party="bob")
    await w.arrive("nobody", writes("nobody", sender="+13125550144"))
    w.clock.advance(timedelta(seconds=1))
    first = await claimed(w, limit=1)
    assert first == ["ann-1"]
    assert sorted(await claimed(w)) == ["bob-1", "nobody"]
    assert await claimed(w) == []


async def test_one_claim_never_holds_two_events_of_one_person(w: World) -> None:
    for n in range(5):
        await w.arrive(f"ann-{n}", writes(f"ann-{n}"), party="ann")
    w.clock.advance(timedelta(seconds=1))
    assert await claimed(w) == ["ann-0"]


async def test_two_workers_keep_the_order_of_everybody(w: World) -> None:
    """Ten people write five times each, in turns; whoever reads their story reads it as they wrote it."""
    for n in range(5):
        for person in range(10):
            said = writes(f"{person}-{n}", f"Line {n}", sender=f"+131255501{person + 10}")
            await w.arrive(f"{person}-{n}", said, party=f"p{person}")
    w.clock.advance(timedelta(seconds=1))

    async def worker() -> None:
        while await handle_batch(w.handler()):
            pass

    await asyncio.gather(worker(), worker())
    await worker()
    rows = await w.rows("select address, body from message where direction = 'in' order by id")
    assert len(rows) == 50
    for person in {row["address"] for row in rows}:
        assert [row["body"] for row in rows if row["address"] == person] == [f"Line {n}" for n in range(5)]


async def test_a_stop_behind_an_enquiry_that_cannot_be_handled_counts_at_once(w: World) -> None:
    await w.arrive("bad", RuntimeError("poison"), party=ANN)
    await w.arrive("stop", writes("stop", "STOP"), party=ANN)
    w.clock.advance(timedelta(seconds=1))
    assert await handle_batch(w.handler()) == 1  # the poisoned one fails
    assert await handle_batch(w.handler()) == 1  # and what came behind it has its turn, at this very second
    assert await w.blocked() == {("sms", "asked to stop")}
    [waits] = await w.rows("select external_id, state from inbox_job")
    assert waits == {"external_id": "bad", "state": "due"}


async def test_nobody_waits_longer_than_ten_seconds_for_a_worker_that_hangs(w: World) -> None:
    await w.arrive("ann-1", asks("ann-1"), party="ann")
    await w.arrive("stop", writes("stop", "STOP"), party="ann")
    w.clock.advance(timedelta(seconds=1))
    assert await claimed(w) == ["ann-1"]  # by a worker that hangs from here on
    w.clock.advance(timedelta(seconds=8))
    assert await claimed(w) == []
    w.clock.advance(timedelta(seconds=2))
    assert await claimed(w) == ["stop"]


async def test_a_dead_event_holds_nobody(w: World) -> None:
    await w.arrive("ann-1", asks("ann-1", phones=(), emails=()), party="ann")
    await w.handle()
    assert [row["state"] for row in await w.rows("select state from inbox_job")] == ["dead"]
    assert await w.say("ann-2", writes("ann-2"), party="ann") == "reply: NONE, other"


async def test_a_first_touch_is_not_late_behind_a_hundred_thousand_rows_of_bulk(w: World) -> None:
    """The plan of a claim reads the queue by its indexes, however much of a list waits, with parties or without."""
    at = w.clock.now()
    for party in ("null", "sha256(n::text::bytea)"):
        await w.rows(
            "with given as (select gen_random_uuid() as id, n from generate_series(1, 50000) n)"
            " insert into inbox_job (office_id, event_id, received_at, source, external_id, lane, party, due_at)"
            f" select %s, id, %s, 'import', id::text, %s, {party}, %s from given returning 1",
            w.office_id, at - timedelta(minutes=1), int(Lane.BULK), at - timedelta(minutes=1),
        )  # fmt: skip
    await w.arrive("ann-1", asks("ann-1"), party="ann")
    await w.arrive("ann-2", writes("ann-2"), party="ann")
    w.clock.advance(timedelta(seconds=1))
    read = await rows_read(w)
    assert read["taken"] == ["ann-1"]
    assert read["rows"] < 1_000


async def rows_read(w: World) -> dict[str, object]:
    """What a claim takes, and how many rows of the queue it looked at on the way."""
    at = w.clock.now()
    async with w.db.office(w.office_id) as conn:
        before = await _looked_at(conn)
        jobs = await store.claim(conn, w.office_id, Lease.take(at, 60), lanes=URGENT, limit=AT_ONCE, at=at)
        after = await _looked_at(conn)
    return {"taken": [job.external_id for job in jobs], "rows": after - before}


async def _looked_at(conn: object) -> int:
    cursor = await conn.execute(  # type: ignore[attr-defined]
        "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint as n"
        " from pg_stat_xact_user_tables where relname = 'inbox_job'"
    )
    row = await cursor.fetchone()
    return int(row["n"])
