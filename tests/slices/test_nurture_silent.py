"""Silent leads: found, asked for once, in the bulk lane."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.nurture import silent
from rekindle.nurture.pump import consider_batch
from tests.conftest import NOON
from tests.slices.nurture_world import World, furnish, make_lead

LONG_AGO = NOON - timedelta(days=200)


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return await furnish(db, office_id, clock, keyring)


async def old_lead(conn: Conn, office_id: UUID, number: int, **columns: object) -> UUID:
    made = await make_lead(
        conn,
        office_id,
        phone=f"+1312555{number:04d}",
        email=f"old{number}@home.example",
        at=LONG_AGO,
        enquired_at=LONG_AGO,
        stage=str(columns.pop("stage", "contacted")),
        email_consent=bool(columns.pop("consent", True)),
        sms_consent=False,
    )
    for name, value in columns.items():
        query = f"update lead set {name} = %s where office_id = %s and id = %s"
        await conn.execute(query, (value, office_id, made))  # type: ignore[arg-type]
    return made


async def test_only_leads_nobody_minds_are_found(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        quiet = await old_lead(conn, world.office_id, 1)
        heard = await old_lead(conn, world.office_id, 2, last_inbound_at=NOON - timedelta(days=90))
        await old_lead(conn, world.office_id, 3, last_inbound_at=NOON - timedelta(days=10))
        await old_lead(conn, world.office_id, 4, last_outbound_at=NOON - timedelta(days=3))
        await old_lead(conn, world.office_id, 5, stage="client")
        await old_lead(conn, world.office_id, 6, stage="appointment")
        await old_lead(conn, world.office_id, 7, conversation="person")
        await old_lead(conn, world.office_id, 8, paused_until=NOON + timedelta(days=1))
        await old_lead(conn, world.office_id, 9, merged_into=quiet)
        await old_lead(conn, world.office_id, 10, consent=False)
        await make_lead(conn, world.office_id)
        found = await silent.find(conn, world.office_id, at=NOON)
    assert [(lead.lead_id, lead.silent_since) for lead in found] == [
        (heard, NOON - timedelta(days=90)),
        (quiet, LONG_AGO),
    ]
    assert await world.rows("consideration") == []


async def test_each_is_revived_once_in_bounded_batches(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        leads = {await old_lead(conn, world.office_id, n) for n in range(5)}
    revived: list[UUID] = []
    for _ in range(4):
        async with world.db.office(world.office_id) as conn:
            revived += await silent.revive(conn, world.office_id, at=world.clock.now(), limit=2)
    assert len(revived) == len(set(revived)) == 5
    assert {row["lane"] for row in await world.rows("consideration")} == {3}
    assert await consider_batch(world.looker()) == 5
    walks = await world.rows("enrollment")
    assert {(w["lead_id"], w["sequence"]) for w in walks} == {(lead, "silent-lead") for lead in leads}
    assert {m["lane"] for m in await world.rows("message")} == {3}
    world.clock.advance(timedelta(days=400))
    assert await silent.revive_everywhere(world.db, [world.office_id], at=world.clock.now()) == 0
