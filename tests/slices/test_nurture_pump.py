"""Batches: never one lead by two, never a lead lost, never one lead in the way of another."""

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from rekindle.decide.words import Lane
from rekindle.kit.claims import MAX_ATTEMPTS, Lease
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.leads.ask import ask
from rekindle.nurture import store
from rekindle.nurture.pump import LEASE_SECONDS, consider_batch, wake_batch
from rekindle.outbox.cancel import cancel_planned
from rekindle.routing import pause
from rekindle.sequences import enroll
from tests.conftest import NOON, make_office
from tests.slices.nurture_world import World, furnish, make_lead


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return await furnish(db, office_id, clock, keyring)


async def many_leads(world: World, count: int, *, cause: str = "enquiry") -> list[UUID]:
    async with world.db.office(world.office_id) as conn:
        made = [
            await make_lead(
                conn, world.office_id, phone=f"+1312555{n:04d}", email=f"lead{n}@home.example", at=world.clock.now()
            )
            for n in range(count)
        ]
        await ask(conn, world.office_id, made, lane=Lane.FIRST_TOUCH, cause=cause, at=world.clock.now())
    return made


async def test_two_workers_never_look_at_the_same_lead(world: World) -> None:
    leads = await many_leads(world, 40)

    async def worker() -> int:
        taken = 0
        while now := await consider_batch(world.looker(batch=5, together=2)):
            taken += now
        return taken

    assert sum(await asyncio.gather(worker(), worker(), worker())) == len(leads)
    assert len(await world.rows("decision")) == len(leads)
    assert len(await world.rows("message")) == len(leads)
    assert await world.rows("consideration") == []


async def test_two_workers_never_wake_the_same_walk(world: World) -> None:
    leads = await many_leads(world, 30)
    await consider_batch(world.looker(batch=30))
    world.clock.advance(timedelta(days=2))
    woken = await asyncio.gather(*(wake_batch(world.db, clock=world.clock, batch=7) for _ in range(8)))
    assert sum(woken) == len(leads)
    assert len(await world.rows("consideration")) == len(leads)
    assert all(walk["wake_at"] > world.clock.now() for walk in await world.rows("enrollment"))


async def test_a_lead_that_cannot_be_decided_goes_dead_and_its_neighbours_go_on(world: World) -> None:
    bad, *good = await many_leads(world, 5)
    async with world.db.office(world.office_id) as conn:
        await conn.execute(
            "update lead set stage = 'no such stage' where office_id = %s and id = %s", (world.office_id, bad)
        )
    for _ in range(MAX_ATTEMPTS + 1):
        await consider_batch(world.looker(batch=2))
        await consider_batch(world.looker())
        world.clock.advance(timedelta(hours=1))
    (row,) = await world.rows("consideration")
    assert (row["lead_id"], row["state"], row["attempts"]) == (bad, "dead", MAX_ATTEMPTS)
    assert row["reason"] == "ValueError"
    assert {m["lead_id"] for m in await world.rows("message")} == set(good)
    (notice,) = await world.rows("notice")
    assert (notice["lead_id"], notice["kind"]) == (bad, "problem")
    # Mended and asked for anew, it lives again.
    async with world.db.office(world.office_id) as conn:
        await conn.execute("update lead set stage = 'new' where office_id = %s and id = %s", (world.office_id, bad))
        await ask(conn, world.office_id, [bad], lane=Lane.STEP, cause="enquiry", at=world.clock.now())
    assert await consider_batch(world.looker()) == 1
    assert await world.rows("consideration") == []


async def test_a_worker_that_dies_is_replaced_when_its_lease_ends(world: World) -> None:
    (lead,) = await many_leads(world, 1)
    async with world.db.office(world.office_id) as conn:
        await store.claim(conn, world.office_id, lease=Lease.take(NOON, LEASE_SECONDS), at=NOON, limit=9)
    assert await consider_batch(world.looker()) == 0
    world.clock.advance(timedelta(seconds=LEASE_SECONDS))
    assert await consider_batch(world.looker()) == 1
    assert len(await world.rows("message", lead)) == 1


async def test_a_lead_that_kills_its_workers_goes_dead(world: World) -> None:
    await many_leads(world, 1)
    for _ in range(MAX_ATTEMPTS):
        at = world.clock.now()
        async with world.db.office(world.office_id) as conn:
            lease = Lease.take(at, LEASE_SECONDS)
            assert len(await store.claim(conn, world.office_id, lease=lease, at=at, limit=9)) == 1
        world.clock.advance(timedelta(seconds=LEASE_SECONDS))
    await consider_batch(world.looker())
    (row,) = await world.rows("consideration")
    assert (row["state"], row["reason"]) == ("dead", "the worker died while looking at this lead")


async def test_an_ask_that_comes_during_the_look_is_not_lost(world: World) -> None:
    (lead,) = await many_leads(world, 1)
    async with world.db.office(world.office_id) as conn:
        (claimed,) = await store.claim(conn, world.office_id, lease=Lease.take(NOON, 60), at=NOON, limit=9)
    async with world.db.office(world.office_id) as conn:
        for cause in ("reply", "enquiry"):
            await ask(conn, world.office_id, [lead], lane=Lane.REPLY, cause=cause, at=NOON)
    assert await consider_batch(world.looker()) == 0  # the look under way still holds it
    async with world.db.office(world.office_id) as conn:
        assert await store.finish(conn, world.office_id, claimed)
    (row,) = await world.rows("consideration")
    assert (row["causes"], row["lease_token"], row["state"]) == (["reply", "enquiry"], None, "due")
    assert await consider_batch(world.looker()) == 1
    assert await world.rows("consideration") == []


async def test_an_ask_that_commits_while_the_look_ends_is_not_lost(world: World) -> None:
    (lead,) = await many_leads(world, 1)
    async with world.db.office(world.office_id) as conn:
        (claimed,) = await store.claim(conn, world.office_id, lease=Lease.take(NOON, 60), at=NOON, limit=9)

    async def end() -> bool:
        async with world.db.office(world.office_id) as conn:
            return await store.finish(conn, world.office_id, claimed)

    async with world.db.office(world.office_id) as conn:
        await ask(conn, world.office_id, [lead], lane=Lane.REPLY, cause="reply", at=NOON)
        ending = asyncio.create_task(end())
        await asyncio.sleep(0.2)  # it waits for the row this transaction holds
        assert not ending.done()
    assert await ending
    (row,) = await world.rows("consideration")
    assert row["causes"] == ["reply"]


async def test_a_lost_lease_writes_nothing(world: World) -> None:
    (lead,) = await many_leads(world, 1)
    async with world.db.office(world.office_id) as conn:
        (claimed,) = await store.claim(conn, world.office_id, lease=Lease.take(NOON, 60), at=NOON, limit=9)
        stranger = replace(claimed, lease=Lease.take(NOON, 60))
        assert not await store.finish(conn, world.office_id, stranger)
        await store.put_off(conn, world.office_id, stranger, due_at=NOON, reason="x")
        assert not await store.bury(conn, world.office_id, stranger, reason="x")
        assert await store.finish(conn, world.office_id, claimed)
    assert await world.rows("message", lead) == []


async def test_every_office_is_served(world: World, keyring: Keyring) -> None:
    other = await furnish(world.db, await make_office(world.db, "hillside"), world.clock, keyring)
    await many_leads(world, 2)
    await many_leads(other, 3)
    assert sum([await consider_batch(world.looker()) for _ in range(3)]) == 5
    assert (len(await world.rows("message")), len(await other.rows("message"))) == (2, 3)


async def test_first_touches_come_before_bulk_of_any_office(world: World, keyring: Keyring) -> None:
    other = await furnish(world.db, await make_office(world.db, "hillside"), world.clock, keyring)
    for each in (world, other):
        await many_leads(each, 20, cause="import")
        async with each.db.office(each.office_id) as conn:
            await conn.execute("update consideration set lane = 3 where office_id = %s", (each.office_id,))
            urgent = await make_lead(conn, each.office_id, phone="+13125559999", email="last@home.example")
            await ask(conn, each.office_id, [urgent], lane=Lane.FIRST_TOUCH, cause="enquiry", at=NOON)
    assert await consider_batch(world.looker(batch=1)) == 3  # both new leads, and one of the forty others
    for each in (world, other):
        assert [m["lane"] for m in await each.rows("message")] == [Lane.FIRST_TOUCH]
    left = len(await world.rows("consideration")), len(await other.rows("consideration"))
    assert sorted(left) == [19, 20]


@pytest.mark.parametrize("seed", range(4))
async def test_after_every_look_an_active_walk_wakes_in_the_future_once(world: World, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    leads = await many_leads(world, 3)
    for _ in range(50):
        at = world.clock.now()
        await _something(world, chance.choice(leads), chance, at)
        await wake_batch(world.db, clock=world.clock)
        while await consider_batch(world.looker()):
            pass
        for walk in await world.rows("enrollment"):
            assert (walk["state"] == "active") == (walk["wake_at"] is not None)
            assert walk["wake_at"] is None or walk["wake_at"] > at
        world.clock.advance(timedelta(hours=chance.randrange(1, 60)))
    keys = [message["key"] for message in await world.rows("message")]
    assert len(keys) == len(set(keys)) > 0
    assert await world.rows("consideration") == []


async def _something(world: World, lead: UUID, chance: random.Random, at: datetime) -> None:
    async with world.db.office(world.office_id) as conn:
        match chance.randrange(7):
            case 0 | 1:
                cause = chance.choice(["enroll:new-buyer", "enroll:new-seller", "enroll:silent-lead", "receipt"])
                await ask(conn, world.office_id, [lead], lane=Lane.STEP, cause=cause, at=at)
            case 2:
                await enroll.pause_all(conn, world.office_id, lead, reason="walk", at=at)
            case 3:
                await enroll.resume_all(conn, world.office_id, lead, reason="walk", at=at)
            case 4:
                await enroll.exit_all(conn, world.office_id, lead, reason="reply", at=at)
                await cancel_planned(conn, world.office_id, lead, reason="reply", at=at)
            case 5:
                until = at + timedelta(hours=chance.randrange(1, 200))
                await pause.pause(conn, world.office_id, lead, until=until, by=lead, at=at)
            case _:
                pass
