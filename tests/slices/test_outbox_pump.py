"""Lanes and crowds: urgent before bulk however full it is, and any number of pumps send each message once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.decide.words import Lane, MessageClass
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.outbox.pump import Outbox
from tests import outboxes as o
from tests.carrier import Act, Carrier, refuse
from tests.conftest import make_office


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    return Carrier(tmp_path / "carrier.db")


@pytest.fixture
async def bulk(db: Db, office_id: UUID, clock: HandClock) -> list[str]:
    return await o.many_planned(db, office_id, await o.leads(db, office_id, 2_000, at=clock.now()), at=clock.now())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 the carrier is the outside: it sets no event of ours
            await asyncio.sleep(0.005)


async def test_a_first_touch_leaves_next_though_bulk_is_full(
    db: Db, office_id: UUID, clock: HandClock, carrier: Carrier, bulk: list[str]
) -> None:
    carrier.usual = Act(takes=0.05)  # every slot that bulk may have is taken all the time
    desk = o.desk(db, clock, carrier, slots=8)
    outbox, stop = Outbox(desk), asyncio.Event()
    running = asyncio.create_task(outbox.run(stop))
    await until(lambda: len(carrier.took()) >= 40)

    [ada] = await o.leads(db, office_id, 1, at=clock.now(), first=5_000)
    first_touch = await o.planned(
        db,
        office_id,
        ada,
        at=clock.now(),
        address=o.email(5_000),
        lane=Lane.FIRST_TOUCH,
        message_class=MessageClass.INQUIRY_RESPONSE,
    )
    before = len(carrier.took())
    outbox.wake.set()
    await until(lambda: first_touch in carrier.took())
    stop.set()
    await running

    took = carrier.took()
    on_the_wire = desk.terms.slots // 2  # what bulk had in flight when the first touch came
    assert took.index(first_touch) <= before + on_the_wire
    assert len(took) < len(bulk)
    assert carrier.most_busy <= on_the_wire + 1


async def test_bulk_alone_never_takes_more_than_half_of_the_slots(
    db: Db, office_id: UUID, clock: HandClock, carrier: Carrier
) -> None:
    await o.many_planned(db, office_id, await o.leads(db, office_id, 12, at=clock.now()), at=clock.now())
    carrier.usual = Act(takes=0.25)
    assert await Outbox(o.desk(db, clock, carrier, slots=6)).drain() == 12
    assert carrier.most_busy == 3


async def test_two_pumps_send_each_message_once(db: Db, office_id: UUID, clock: HandClock, carrier: Carrier) -> None:
    keys = await o.many_planned(db, office_id, await o.leads(db, office_id, 200, at=clock.now()), at=clock.now())
    desk = o.desk(db, clock, carrier)
    handled = await asyncio.gather(Outbox(desk).drain(), Outbox(desk).drain())
    assert sorted(carrier.took()) == sorted(keys)
    assert sum(handled) == 200
    assert await o.states(db, office_id) == {"accepted": 200}


async def test_offices_take_turns(db: Db, office_id: UUID, clock: HandClock, carrier: Carrier) -> None:
    many = await o.many_planned(db, office_id, await o.leads(db, office_id, 100, at=clock.now()), at=clock.now())
    other = await make_office(db, "hillside")
    few = await o.many_planned(db, other, await o.leads(db, other, 3, at=clock.now()), at=clock.now())
    await Outbox(o.desk(db, clock, carrier, slots=2)).drain()
    took = carrier.took()
    assert sorted(took) == sorted(many + few)
    assert max(took.index(key) for key in few) < 10


async def test_a_rate_limit_pauses_every_lane_of_that_office_and_loses_nothing(
    db: Db, office_id: UUID, clock: HandClock, carrier: Carrier
) -> None:
    keys = await o.many_planned(db, office_id, await o.leads(db, office_id, 20, at=clock.now()), at=clock.now())
    carrier.usual = refuse("20429", retry_after=30)
    outbox = Outbox(o.desk(db, clock, carrier, slots=4))
    await outbox.drain()
    assert len(carrier.calls()) <= 4  # what was on the wire when the first of them was told to wait

    carrier.usual = Act()
    asked = len(carrier.calls())
    [ada] = await o.leads(db, office_id, 1, at=clock.now(), first=5_000)
    first_touch = await o.planned(db, office_id, ada, at=clock.now(), address=o.email(5_000), lane=Lane.FIRST_TOUCH)
    other = await make_office(db, "hillside")
    theirs = await o.many_planned(db, other, await o.leads(db, other, 1, at=clock.now()), at=clock.now())
    await outbox.drain()
    assert carrier.calls()[asked:] == theirs  # another office has its own account with the provider
    waiting = [await o.message(db, office_id, key) for key in [*keys, first_touch]]
    assert {(row["state"], row["attempts"]) for row in waiting} == {("planned", 0)}  # being told to wait costs no try
    # 20429 was told so, PAUSED was claimed when it came, PROVIDER_PAUSED was not even claimed.
    assert {row["error_code"] for row in waiting} <= {"20429", "PROVIDER_PAUSED"}
    assert waiting[-1]["error_code"] == "PROVIDER_PAUSED"

    clock.advance(timedelta(minutes=1))
    await outbox.drain()
    assert sorted(carrier.took()) == sorted([*keys, first_touch, *theirs])


async def test_stopping_settles_what_is_on_the_wire(
    db: Db, office_id: UUID, clock: HandClock, carrier: Carrier
) -> None:
    await o.many_planned(db, office_id, await o.leads(db, office_id, 50, at=clock.now()), at=clock.now())
    carrier.usual = Act(takes=0.05)
    outbox, stop = Outbox(o.desk(db, clock, carrier, slots=4)), asyncio.Event()
    running = asyncio.create_task(outbox.run(stop))
    await until(lambda: carrier.busy == 2)
    stop.set()
    await running
    states = await o.states(db, office_id)
    assert set(states) == {"planned", "accepted"}
    assert states["accepted"] == len(carrier.took())
