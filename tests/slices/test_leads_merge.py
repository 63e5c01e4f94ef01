"""A merge is recorded and can be taken back to the last row."""

from typing import Any
from uuid import UUID

import pytest

from rekindle.decide.words import Lane
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.leads import ask, store
from rekindle.leads.merge import MergeError, merge, unmerge
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind
from tests.conftest import NOON
from tests.slices.staff import hire
from tests.slices.test_leads_upsert import LATER, enquiry, put, rows, whole


async def two(db: Db, office_id: UUID) -> tuple[UUID, UUID]:
    ann = enquiry("e1", phones=("3125550142",), name="Ann Lee", attributes=(("beds", "3"),))
    anne = enquiry("e2", emails=("ann@lake.example",), city="Chicago", kind="seller", attributes=(("baths", "2"),))
    first, second = (await put(db, office_id, ann))[0].lead_id, (await put(db, office_id, anne, at=LATER))[0].lead_id
    assert first
    assert second
    return first, second


def facts(snapshot: dict[str, Any]) -> dict[str, Any]:
    """All that the merge room may touch, without the story and the bookkeeping of when."""
    leads = [{k: v for k, v in lead.items() if k != "updated_at"} for lead in snapshot["lead"]]
    return {**snapshot, "lead": leads, "timeline": None, "merge": None}


async def test_merge_and_unmerge_come_back_to_the_same_rows(db: Db, office_id: UUID) -> None:
    winner, loser = await two(db, office_id)
    before = await whole(db, office_id)
    async with db.office(office_id) as conn:
        await store.set_fields(conn, office_id, loser, at=LATER, conversation="person", last_inbound_at=LATER)
    before = await whole(db, office_id)
    async with db.office(office_id) as conn:
        merge_id = await merge(conn, office_id, winner, loser, reason="agent said so", at=LATER, actor="person:1")
    async with db.office(office_id) as conn:
        lead = await store.get(conn, office_id, loser)
        assert (lead.id, lead.name, lead.city, lead.kind) == (winner, "Ann Lee", "Chicago", "seller")
        assert (lead.attributes, lead.conversation) == ({"beds": "3", "baths": "2"}, "person")
        assert lead.last_inbound_at == LATER
        assert len(await store.points_of(conn, office_id, winner)) == 2
    async with db.office(office_id) as conn:
        await unmerge(conn, office_id, merge_id, at=LATER, actor="person:1")
    assert facts(await whole(db, office_id)) == facts(before)
    async with db.office(office_id) as conn:
        told = [line.kind for line in await timeline.of_lead(conn, office_id, [loser])]
        assert await store.family(conn, office_id, winner) == [winner]
    assert {Kind.MERGED, Kind.UNMERGED} <= set(told)


async def test_whoever_is_talking_goes_on_talking(db: Db, office_id: UUID) -> None:
    winner, loser = await two(db, office_id)
    ana, ben = await hire(db, office_id, "ana"), await hire(db, office_id, "ben")
    async with db.office(office_id) as conn:
        await store.set_fields(conn, office_id, winner, at=LATER, owner_id=ana)
        await store.set_fields(conn, office_id, loser, at=LATER, owner_id=ben, conversation="person")
        merge_id = await merge(conn, office_id, winner, loser, reason="same", at=LATER, actor="engine")
        lead = await store.get(conn, office_id, loser)
        assert (lead.conversation, lead.owner_id) == ("person", ben)
        await unmerge(conn, office_id, merge_id, at=LATER, actor="engine")
        lead = await store.get(conn, office_id, winner)
        assert (lead.conversation, lead.owner_id) == ("automation", ana)


async def test_what_changed_after_the_merge_stays(db: Db, office_id: UUID) -> None:
    winner, loser = await two(db, office_id)
    async with db.office(office_id) as conn:
        merge_id = await merge(conn, office_id, winner, loser, reason="same", at=LATER, actor="engine")
        await store.set_fields(conn, office_id, winner, at=LATER, city="Evanston")
        await unmerge(conn, office_id, merge_id, at=LATER, actor="engine")
        assert (await store.get(conn, office_id, winner)).city == "Evanston"
        assert (await store.get(conn, office_id, loser)).city == "Chicago"


async def test_a_merge_is_taken_back_once_and_in_order(db: Db, office_id: UUID) -> None:
    winner, loser = await two(db, office_id)
    [third] = await put(db, office_id, enquiry("e9", phones=("7735550101",)))
    assert third.lead_id
    async with db.office(office_id) as conn:
        first = await merge(conn, office_id, winner, loser, reason="same", at=LATER, actor="engine")
        second = await merge(conn, office_id, third.lead_id, winner, reason="same", at=LATER, actor="engine")
        with pytest.raises(MergeError):
            await unmerge(conn, office_id, first, at=LATER, actor="engine")
        with pytest.raises(MergeError):
            await merge(conn, office_id, third.lead_id, winner, reason="again", at=LATER, actor="engine")
        with pytest.raises(MergeError):
            await merge(conn, office_id, third.lead_id, third.lead_id, reason="itself", at=LATER, actor="engine")
        assert set(await store.family(conn, office_id, third.lead_id)) == {third.lead_id, winner, loser}
        await unmerge(conn, office_id, second, at=LATER, actor="engine")
        await unmerge(conn, office_id, first, at=LATER, actor="engine")
        with pytest.raises(MergeError):
            await unmerge(conn, office_id, first, at=LATER, actor="engine")


async def test_the_losers_open_work_ends_or_moves(db: Db, office_id: UUID) -> None:
    winner, loser = await two(db, office_id)
    version, open_one = new_id(), new_id()
    async with db.office(office_id) as conn:
        await conn.execute(
            "insert into sequence_version values (%s, %s, 'new-buyer', 1, '{}', '', true, %s)",
            (office_id, version, NOON),
        )
        await conn.execute(
            "insert into enrollment (office_id, id, lead_id, sequence, version_id, state, entered_at, due_at,"
            " wake_at, lane) values (%s, %s, %s, 'new-buyer', %s, 'active', %s, %s, %s, 2)",
            (office_id, new_id(), loser, version, NOON, NOON, NOON),
        )
        await conn.execute(
            "insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, body,"
            " created_at, due_at) values (%s, %s, %s, 'out', 'email', 'ann@lake.example', 'marketing', 2, 'planned',"
            " 'Hi', %s, %s)",
            (office_id, new_id(), loser, NOON, NOON),
        )
        await conn.execute(
            "insert into handoff (office_id, id, lead_id, cause, summary, opened_at) values (%s, %s, %s, 'x', 'x', %s)",
            (office_id, open_one, loser, NOON),
        )
        await ask.ask(conn, office_id, [loser], lane=Lane.STEP, cause="enquiry", at=NOON)
    async with db.office(office_id) as conn:
        await merge(conn, office_id, winner, loser, reason="same", at=LATER, actor="engine")
        assert [r["state"] for r in await rows(conn, "select state from enrollment")] == ["exited"]
        assert [r["state"] for r in await rows(conn, "select state from message")] == ["canceled"]
        assert [r["lead_id"] for r in await rows(conn, "select lead_id from handoff")] == [winner]
        assert await rows(conn, "select lead_id from consideration") == []


async def test_asking_again_keeps_the_most_urgent(db: Db, office_id: UUID) -> None:
    lead, _ = await two(db, office_id)
    async with db.office(office_id) as conn:
        await ask.ask(conn, office_id, [lead], lane=Lane.BULK, cause="import", at=LATER)
        await ask.ask(conn, office_id, [lead, lead], lane=Lane.REPLY, cause="reply", at=NOON)
        await ask.ask(conn, office_id, [lead], lane=Lane.BULK, cause="import", at=LATER)
        [row] = await rows(conn, "select * from consideration")
    assert (row["lane"], row["due_at"], row["causes"]) == (Lane.REPLY, NOON, ["import", "reply"])
    assert row["generation"] == 2
