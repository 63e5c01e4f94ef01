"""A timer is a row: one worker runs it when it is due, failures are kept."""

import asyncio
from datetime import datetime, timedelta

import pytest

from rekindle import timers
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db, Unavailable
from rekindle.providers.ports import Providers


@pytest.fixture
def shop(db: Db, clock: HandClock) -> timers.Shop:
    return timers.Shop(db, clock, Providers())


async def test_five_workers_run_a_due_timer_once(shop: timers.Shop, clock: HandClock) -> None:
    ran: list[datetime] = []

    async def note(_: timers.Shop, at: datetime) -> None:
        ran.append(at)

    timer = timers.Timer("note", timedelta(hours=1), note)
    await asyncio.gather(*(timers.run_due(shop, (timer,)) for _ in range(5)))
    assert ran == [clock.at]
    clock.advance(timedelta(minutes=59))
    assert await timers.run_due(shop, (timer,)) == 0
    clock.advance(timedelta(minutes=1))
    assert await timers.run_due(shop, (timer,)) == 1


async def test_a_failing_timer_is_remembered_and_tried_at_its_next_turn(
    shop: timers.Shop, db: Db, clock: HandClock
) -> None:
    async def fail(_: timers.Shop, __: datetime) -> None:
        raise Unavailable[0]("gone")

    timer = timers.Timer("fails", timedelta(hours=1), fail)
    assert await timers.run_due(shop, (timer,)) == 1
    async with db.plain() as conn:
        cursor = await conn.execute("select ran_at, error from timer where name = 'fails'")
        assert await cursor.fetchall() == [{"ran_at": clock.at, "error": "OperationalError"}]


async def test_the_schedule_that_ships_runs(shop: timers.Shop) -> None:
    assert await timers.run_due(shop) == len(timers.TIMERS)
