"""Errands: asked for once however often, run until they are done or a person must look, kept through every outage."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.errands import store
from rekindle.errands.ask import ask
from rekindle.errands.run import PATIENCE, run_batch
from rekindle.errands.types import Errand, HopelessError, Kind
from rekindle.kit.claims import MAX_ATTEMPTS, Lease
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Fault
from tests.conftest import make_office
from tests.slices.inbox_world import World

AWAY = CallFailedError("503", "brook is away", fault=Fault.AWAY)


@dataclass
class Desk:
    """Somebody who runs errands of one kind as told: a call to brook that ends as `ends` says."""

    w: World
    ends: Callable[[], Any] = lambda: None
    ran: list[Errand] = field(default_factory=list)

    async def __call__(self, errand: Errand) -> str:
        self.ran.append(errand)

        async def work(_: Account) -> None:
            said = self.ends()
            if asyncio.iscoroutine(said):
                said = await said
            if isinstance(said, Exception):
                raise said

        await self.w.line.call(errand.office_id, "brook", lambda _: (), work)
        return "done"


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    made = World(db, office_id, clock, keyring)
    await made.connect()
    return made


@pytest.fixture
def desk(w: World) -> Desk:
    made = Desk(w)
    w.handlers = {Kind.FETCH: made}
    return made


async def want(w: World, key: str = "k", payload: dict[str, Any] | None = None, **more: Any) -> bool:
    async with w.db.office(w.office_id) as conn:
        return await ask(conn, w.office_id, Kind.FETCH, key, payload or {}, at=w.clock.now(), **more)


async def test_asked_for_twice_is_run_once_with_the_newest_payload(w: World, desk: Desk) -> None:
    await want(w, payload={"n": 1})
    await want(w, payload={"n": 2}, due_at=w.clock.now() + timedelta(hours=1))  # brought forward, never put off
    assert await w.run() == 1
    assert [errand.payload for errand in desk.ran] == [{"n": 2}]
    assert await w.errands() == []
    assert await w.run() == 0


async def test_asked_for_while_it_is_being_run_it_is_run_once_more(w: World, desk: Desk) -> None:
    async def change_meanwhile() -> None:
        if len(desk.ran) == 1:
            await want(w, payload={"n": 2})

    desk.ends = change_meanwhile
    await want(w, payload={"n": 1})
    await w.run()
    assert [errand.payload for errand in desk.ran] == [{"n": 1}, {"n": 2}]
    assert await w.errands() == []


async def test_two_workers_run_an_errand_once(w: World, desk: Desk) -> None:
    for n in range(20):
        await want(w, f"k{n}")
    await asyncio.gather(w.run(), w.run())
    assert sorted(errand.key for errand in desk.ran) == sorted(f"k{n}" for n in range(20))


async def test_an_errand_is_asked_for_exactly_when_its_fact_is_kept(w: World, desk: Desk) -> None:
    async def break_off() -> None:
        async with w.db.office(w.office_id) as conn:
            await ask(conn, w.office_id, Kind.FETCH, "k", {}, at=w.clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert await w.run() == 0
    assert desk.ran == []


@pytest.mark.usefixtures("desk")
async def test_a_worker_that_died_is_followed_by_another(w: World) -> None:
    await want(w)
    at = w.clock.now()
    async with w.db.office(w.office_id) as conn:
        [held] = await store.claim(conn, w.office_id, Lease.take(at, 60), limit=8, at=at)
    assert await w.run() == 0
    w.clock.advance(timedelta(seconds=60))
    assert await w.run() == 1
    async with w.db.office(w.office_id) as conn:  # it was not dead but slow: nothing is left for it to end
        assert not await store.finish(conn, held, at=at)
        assert not await store.put_off(conn, held, due_at=at, reason="late")


async def test_an_outage_is_waited_for_and_nothing_is_lost(w: World, desk: Desk) -> None:
    desk.ends = lambda: AWAY
    await want(w)
    begun = w.clock.now()
    while w.clock.now() - begun < PATIENCE - timedelta(hours=2):
        await w.run()
        w.clock.advance(timedelta(minutes=45))
    [row] = await w.errands()
    assert row["state"] == "due"
    assert "brook is away" in row["reason"]
    desk.ends = lambda: None
    w.clock.advance(timedelta(hours=1))
    await w.run()
    assert await w.errands() == []
    assert await w.notices() != []  # that brook does not answer was told while it did not


async def test_after_three_days_a_person_must_look(w: World, desk: Desk) -> None:
    desk.ends = lambda: AWAY
    await want(w)
    begun = w.clock.now()
    while w.clock.now() - begun < PATIENCE + timedelta(hours=2):
        await w.run()
        w.clock.advance(timedelta(minutes=45))
    [row] = await w.errands()
    assert (row["state"], row["reason"]) == ("dead", "503: brook is away")
    assert "An errand (fetch) could not be done: 503: brook is away" in await w.notices()


async def test_waits_between_tries_grow(w: World, desk: Desk) -> None:
    waits = []
    desk.ends = lambda: ValueError("a bug")
    await want(w)
    for _ in range(4):
        await run_batch(w.runner())
        [row] = await w.errands()
        waits.append((row["due_at"] - w.clock.now()).total_seconds())
        w.clock.advance(row["due_at"] - w.clock.now())
    assert waits == [1.5, 3.0, 6.0, 12.0]


async def test_an_open_breaker_puts_errands_off_without_an_attempt(w: World, desk: Desk) -> None:
    desk.ends = lambda: CallFailedError("401", "brook does not know us", fault=Fault.ACCOUNT)
    await want(w, "first")
    await w.run()
    tried = len(desk.ran)
    await want(w, "second")
    for _ in range(3):
        await run_batch(w.runner())
    [row] = [row for row in await w.errands() if row["key"] == "second"]
    assert (row["attempts"], row["state"], row["reason"]) == (0, "due", "brook does not know us")
    assert len(desk.ran) == tried + 1  # taken up, and not a call made
    [told] = await w.notices()
    assert told.startswith("brook does not let us in (brook does not know us).")


async def test_told_to_come_back_later_it_comes_back_then_and_loses_no_attempt(w: World, desk: Desk) -> None:
    desk.ends = lambda: CallFailedError("429", "too fast", fault=Fault.BUSY, retry_after=90)
    await want(w)
    await run_batch(w.runner())
    [row] = await w.errands()
    assert (row["attempts"], row["due_at"]) == (0, w.clock.now() + timedelta(seconds=90))


async def test_what_never_can_work_is_laid_down_at_once_and_told(w: World, desk: Desk) -> None:
    desk.ends = lambda: CallFailedError("422", "no such thing", fault=Fault.MESSAGE)
    await want(w)
    await w.run()
    [row] = await w.errands()
    assert (row["state"], row["reason"], row["attempts"]) == ("dead", "422: no such thing", 1)
    assert await w.notices() == ["An errand (fetch) could not be done: 422: no such thing"]
    desk.ends = lambda: HopelessError("gone for good")
    await want(w, "k2")
    await w.run()
    assert [row["reason"] for row in await w.errands()] == ["422: no such thing", "gone for good"]


async def test_what_breaks_of_itself_is_laid_down_after_some_tries(w: World, desk: Desk) -> None:
    desk.ends = lambda: ValueError("a \x00b\ud800ug")
    await want(w)
    for _ in range(MAX_ATTEMPTS + 2):
        await w.run()
        w.clock.advance(timedelta(hours=1))
    [row] = await w.errands()
    assert (row["state"], row["attempts"], row["reason"]) == ("dead", MAX_ATTEMPTS, "ValueError: a b?ug")
    assert len(desk.ran) == MAX_ATTEMPTS


async def test_the_dead_are_revived_or_let_go_by_a_person(w: World, desk: Desk) -> None:
    desk.ends = lambda: HopelessError("gone")
    await want(w, "k1")
    await want(w, "k2")
    await w.run()
    desk.ends = lambda: None
    async with w.db.office(w.office_id) as conn:
        first, second = [row["id"] for row in await store.listed(conn, w.office_id, dead=True, limit=10)]
        assert await store.revive(conn, w.office_id, first, at=w.clock.now())
        assert await store.discard(conn, w.office_id, second)
        assert not await store.revive(conn, w.office_id, second, at=w.clock.now())
        assert not await store.discard(conn, w.office_id, first)
    await w.run()
    assert await w.errands() == []


async def test_a_dead_one_that_is_asked_for_anew_has_all_its_tries_again(w: World, desk: Desk) -> None:
    desk.ends = lambda: HopelessError("gone")
    await want(w)
    await w.run()
    desk.ends = lambda: None
    await want(w)
    await w.run()
    assert await w.errands() == []


@pytest.mark.usefixtures("desk")
async def test_nothing_is_asked_of_whom_the_office_is_not_connected_to(w: World) -> None:
    assert not await want(w, "k1", providers=("creek",))
    assert await want(w, "k2", providers=("creek", "brook"))
    await w.disconnect()
    assert not await want(w, "k3", providers=("brook",))
    await w.run()  # k2: disconnected meanwhile
    [row] = await w.errands()
    assert (row["key"], row["state"], row["reason"]) == ("k2", "dead", "brook is not connected any more")
    assert await w.notices() == []  # whoever disconnected it knows


async def test_an_office_whose_provider_hangs_holds_up_no_other(w: World, desk: Desk) -> None:
    other = await make_office(w.db, "hillside")
    twin = World(w.db, other, w.clock, w.keyring)
    await twin.connect()
    await want(w)
    await want(twin)
    both = asyncio.Barrier(2)

    async def meet() -> None:
        await both.wait()

    desk.ends = meet  # each ends only when the other has begun
    async with asyncio.timeout(30):
        assert await w.run() == 2


@pytest.mark.usefixtures("desk")
async def test_errands_of_one_office_are_no_business_of_another(w: World) -> None:
    other = await make_office(w.db, "hillside")
    await want(w)
    async with w.db.plain() as conn:
        assert await store.due_offices(conn, w.clock.now()) == [w.office_id]
        assert await store.due_offices(conn, w.clock.now() - timedelta(seconds=1)) == []
    async with w.db.office(other) as conn:
        assert await store.listed(conn, other, dead=False, limit=10) == []
        assert await (await conn.execute("select 1 from errand")).fetchall() == []
