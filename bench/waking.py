"""Wake-ups per second while a million enrollments sleep, and what an idle look at them costs."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.place import fresh
from rekindle.kit import db as kit_db
from rekindle.kit.clock import HandClock, SystemClock
from rekindle.kit.postgres import wheel_binaries
from rekindle.kit.postgres_place import locate
from rekindle.nurture.pump import wake_batch

SLEEPING = int(os.environ.get("BENCH_SLEEPING", "1000000"))
DUE = 50_000


def measure(sleeping: int = SLEEPING, due: int = DUE) -> dict[str, Any]:
    """Claims of due walks per second with `sleeping` others, the share against none sleeping, idle ticks in ms."""
    with fresh() as place:
        url = locate(place.home, wheel_binaries(), None).url()
        office = _office(url)
        _seed(url, office, due, asleep=False)
        alone = asyncio.run(_drain(url, due))
        _seed(url, office, sleeping, asleep=True)
        _seed(url, office, due, asleep=False)
        among = asyncio.run(_drain(url, due))
        idle = asyncio.run(_idle(url))
    return {
        "sleeping": sleeping,
        "wake_ups_per_second": round(among),
        "wake_ups_per_second_with_none_sleeping": round(alone),
        "ratio": round(among / alone, 2),
        "idle_tick_ms": round(idle * 1000, 2),
    }


def _office(url: str) -> UUID:
    with psycopg.connect(url) as conn:
        row = conn.execute("select office_id from office").fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


def _seed(url: str, office: UUID, count: int, *, asleep: bool) -> None:
    """Leads with one walk each, straight into the tables: the walks are what is measured, not the way in."""
    wake = "now() + interval '1 day' + random() * interval '90 days'" if asleep else "now() - interval '1 minute'"
    with psycopg.connect(url) as conn:
        conn.execute("set synchronous_commit = off")
        conn.execute("create temp table made as select gen_random_uuid() as id from generate_series(1, %s)", (count,))
        conn.execute(
            "insert into lead (office_id, id, created_at, updated_at, kind, stage, source)"
            " select %s, id, now(), now(), 'buyer', 'new', 'bench' from made",
            (office,),
        )
        conn.execute(
            "insert into enrollment (office_id, id, lead_id, sequence, version_id, state, step, entered_at, due_at,"
            " wake_at, lane) select %s, gen_random_uuid(), id, 'new-buyer', (select id from sequence_version"
            f" where name = 'new-buyer' limit 1), 'active', 1, now(), {wake}, {wake}, 2 from made",
            (office,),
        )
        conn.execute("drop table made")
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("vacuum (analyze) enrollment")


async def _drain(url: str, due: int) -> float:
    async with kit_db.connect(url, size=4) as db:
        began, woken = time.perf_counter(), 0
        while taken := await wake_batch(db, clock=SystemClock()):
            woken += taken
        assert woken == due, woken
        return woken / (time.perf_counter() - began)


async def _idle(url: str, ticks: int = 200) -> float:
    async with kit_db.connect(url, size=4) as db:
        clock = HandClock(datetime.now(UTC) + timedelta(seconds=1))  # noqa: TID251 a bench has the machine's clock
        began = time.perf_counter()
        for _ in range(ticks):
            await wake_batch(db, clock=clock)
        return (time.perf_counter() - began) / ticks
