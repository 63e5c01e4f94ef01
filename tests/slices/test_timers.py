"""A timer is a row: one worker runs it when it is due, failures are kept."""

import asyncio
from datetime import datetime, timedelta

from rekindle import timers
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db, Unavailable


async def test_five_workers_run_a_due_timer_once(db: Db, clock: HandClock) -> None:
    ran: list[datetime] = []

    async def note(_: Db, at: datetime) -> None:
        ran.append(at)

    timer = timers.Timer("note", timedelta(hours=1), note)
    await asyncio.gather(*(timers.run_due(db, clock, (timer,)) for _ in range(5)))
    assert ran == [clock.at]
    clock.advance(timedelta(minutes=59))
    assert await timers.run_due(db, clock, (timer,)) == 0
    clock.advance(timedelta(minutes=1))
    assert await timers.run_due(db, clock, (timer,)) == 1


async def test_a_failing_timer_is_remembered_and_tried_at_its_next_turn(db: Db, clock: HandClock) -> None:
    async def fail(_: Db, __: datetime) -> None:
        raise Unavailable[0]("gone")

    timer = timers.Timer("fails", timedelta(hours=1), fail)
    assert await timers.run_due(db, clock, (timer,)) == 1
    async with db.plain() as conn:
        cursor = await conn.execute("select ran_at, error from timer where name = 'fails'")
        assert await cursor.fetchall() == [{"ran_at": clock.at, "error": "OperationalError"}]


async def test_the_schedule_that_ships_runs(db: Db, clock: HandClock) -> None:
    assert await timers.run_due(db, clock) == len(timers.TIMERS)
