"""Receipts come by the hundred in one request: what we know counts at once, what is not ours harms nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rekindle.decide.words import Channel, MessageState
from rekindle.inbox import dead
from rekindle.inbox.failure import RECEIPT_TRIES
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import Ignored, OptedOut, Receipt, Touched
from tests import outboxes as o
from tests.outboxes import KEYRING
from tests.slices.inbox_world import World

SENT, DELIVERED = MessageState.SENT, MessageState.DELIVERED


@pytest.fixture
def w(db: Db, office_id: UUID, clock: HandClock) -> World:
    return World(db, office_id, clock, KEYRING)


@pytest.fixture
async def out(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> o.World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


def receipt(name: str, *, key: str = "", state: MessageState = DELIVERED, **more: Any) -> Receipt:
    given: dict[str, Any] = {"code": "", "text": "", "permanent": False, "at": None} | more
    return Receipt(name, "carrier", "", key, state, **given)


async def left(w: World, out: o.World, count: int) -> list[str]:
    """E-mails to as many people, all handed over; their keys."""
    people = await o.leads(w.db, w.office_id, count, at=w.clock.now(), first=1)
    keys = [
        await o.planned(w.db, w.office_id, lead_id, at=w.clock.now(), address=o.email(n))
        for n, lead_id in enumerate(people, 1)
    ]
    await out.drain()
    assert set((await states(w)).values()) == {"accepted"}
    return keys


async def states(w: World) -> dict[str, str]:
    rows = await w.rows("select key, state from message where direction = 'out'")
    return {row["key"]: row["state"] for row in rows}


async def test_the_known_of_a_batch_count_at_once_and_the_unknown_are_looked_at_again(w: World, out: o.World) -> None:
    ours = await left(w, out, 3)
    batch = [receipt(f"r{n}", key=key) for n, key in enumerate(ours)]
    event_id = await w.arrive("batch", batch[0], receipt("x1", key="nobody's"), *batch[1:])
    await w.handle()
    assert set((await states(w)).values()) == {"delivered"}
    assert await w.outcome(event_id) == "due: receipt: delivered; about a message that is not ours"


async def test_a_receipt_in_a_batch_that_overtook_our_books_counts_when_they_are_there(w: World, out: o.World) -> None:
    event_id = await w.arrive("batch", receipt("r1", key="late"), receipt("x1", key="nobody's"))
    await w.handle()
    assert await w.outcome(event_id) == "due: about a message that is not ours"
    await out.plan(key="late", address=o.email(0))
    await out.drain()
    w.clock.advance(timedelta(seconds=10))
    await w.handle()
    assert await states(w) == {"late": "delivered"}


async def test_what_stays_unknown_is_told_as_not_ours_and_rings_nobody(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    event_id = await w.arrive("batch", receipt("r1", key=key), receipt("x1", key="nobody's"), Ignored("a deferral"))
    for _ in range(RECEIPT_TRIES):
        await w.handle()
        w.clock.advance(timedelta(minutes=5))
    assert await w.outcome(event_id) == (
        "receipt: delivered; about a message that is not ours; nothing to do: a deferral"
    )
    assert await w.rows("select 1 from inbox_job") == []
    assert await w.notices() == []


async def test_a_batch_repeated_changes_nothing(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    row = await out.message(key)
    click = Touched("t1", "carrier", "", key, "click", "https://x.example", human=True, at=None)
    await w.say("batch", receipt("r1", key=key, state=SENT), click, receipt("r2", key=key))
    tables = ("timeline", "signal", "message", "suppression", "notice")
    before = [await w.rows(f"select * from {table} order by 1, 2, 3") for table in tables]
    await w.say("batch-retried", receipt("r1", key=key, state=SENT), click, receipt("r2", key=key))
    assert [await w.rows(f"select * from {table} order by 1, 2, 3") for table in tables] == before
    assert row["state"] == "accepted"
    assert (await out.story()).count("touched") == 1


async def test_a_batch_that_breaks_in_the_middle_leaves_nothing_of_itself(w: World, out: o.World) -> None:
    keys = await left(w, out, 2)
    async with w.db.office(w.office_id) as conn:
        await conn.execute("set local role none")
        await conn.execute("alter table message add constraint broken check (error_code is distinct from 'boom')")
    failed = receipt("r2", key=keys[1], state=MessageState.FAILED, code="boom")
    event_id = await w.arrive("batch", receipt("r1", key=keys[0]), failed)
    await w.handle()
    assert set((await states(w)).values()) == {"accepted"}
    assert (await w.outcome(event_id)).startswith("due: CheckViolation")
    async with w.db.office(w.office_id) as conn:
        await conn.execute("set local role none")
        await conn.execute("alter table message drop constraint broken")
    w.clock.advance(timedelta(minutes=1))
    await w.handle()
    assert await states(w) == {keys[0]: "delivered", keys[1]: "failed"}


async def test_a_worker_killed_within_a_batch_is_followed_by_another_that_does_all_of_it(
    w: World, out: o.World
) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    event_id = await w.arrive("batch", receipt("r1", key=key))
    await w.rows(
        "update inbox_job set lease_token = gen_random_uuid(), lease_until = %s, due_at = %s, attempts = 1 returning 1",
        w.clock.now() + timedelta(seconds=60), w.clock.now() + timedelta(seconds=60),
    )  # fmt: skip
    assert await w.handle() == 0
    w.clock.advance(timedelta(seconds=60))
    assert await w.handle() == 1
    assert await w.outcome(event_id) == "receipt: delivered"


async def test_one_part_that_nobody_can_read_does_not_take_the_others_with_it(w: World, out: o.World) -> None:
    """The good ones count; the event lies with the dead for its other part, and a retry doubles nothing."""
    key = await out.plan(address=o.email(0))
    await out.drain()
    nobody = OptedOut("u1", frozenset({Channel.EMAIL}), "not an address", "list:unsubscribe", complaint=False, at=None)
    event_id = await w.arrive("batch", receipt("r1", key=key), nobody, receipt("r2", key=key))
    await w.handle()
    assert await states(w) == {key: "delivered"}
    assert await w.outcome(event_id) == (
        "dead: receipt: delivered; not understood: the opt-out names no usable address"
    )
    assert len(await w.notices()) == 1
    before = await w.rows("select * from timeline order by id")
    async with w.db.office(w.office_id) as conn:
        await dead.retry(conn, w.office_id, event_id, at=w.clock.now())
    await w.handle()
    assert await w.rows("select * from timeline order by id") == before
