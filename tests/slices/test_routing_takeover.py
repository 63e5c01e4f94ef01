"""One person takes the conversation, automation is silent, and gets it back when released."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.alerts import notice
from rekindle.content.install import install_builtin as install_templates
from rekindle.decide.words import Conversation
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.leads import store as leads
from rekindle.leads.types import Lead, NoSuchLeadError
from rekindle.office import people
from rekindle.routing import assign, handoff, pause, store, takeover
from rekindle.routing.types import AlreadyTakenError
from rekindle.sequences import enroll
from rekindle.sequences.install import install_builtin
from tests.conftest import NOON
from tests.slices.staff import hire, lead, story


async def take(db: Db, office_id: UUID, lead_id: UUID, person: UUID) -> None:
    async with db.office(office_id) as conn:
        await takeover.take_over(conn, office_id, lead_id, person, at=NOON)


async def give_back(db: Db, office_id: UUID, lead_id: UUID, person: UUID) -> bool:
    async with db.office(office_id) as conn:
        return await takeover.release(conn, office_id, lead_id, person, at=NOON)


async def read(db: Db, office_id: UUID, lead_id: UUID) -> Lead:
    async with db.office(office_id) as conn:
        return await leads.get(conn, office_id, lead_id)


async def causes(db: Db, office_id: UUID, lead_id: UUID) -> list[str]:
    async with db.office(office_id) as conn:
        cursor = await conn.execute("select causes from consideration where lead_id = %s", (lead_id,))
        row = await cursor.fetchone()
    return list(row["causes"]) if row else []


async def plan(db: Db, office_id: UUID, lead_id: UUID) -> UUID:
    made = new_id()
    async with db.office(office_id) as conn:
        await conn.execute(
            "insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, body,"
            " created_at, due_at, key) values (%s, %s, %s, 'out', 'sms', '+13125550142', 'marketing', 2, 'planned',"
            " 'Hello', %s, %s, %s)",
            (office_id, made, lead_id, NOON, NOON + timedelta(hours=1), str(made)),
        )
    return made


async def state_of(db: Db, office_id: UUID, message_id: UUID) -> str:
    async with db.office(office_id) as conn:
        cursor = await conn.execute("select state from message where id = %s", (message_id,))
        row = await cursor.fetchone()
    assert row is not None
    return str(row["state"])


async def test_taking_over_ends_everything_planned(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    async with db.office(office_id) as conn:
        await install_templates(conn, office_id, at=NOON)
        await install_builtin(conn, office_id, at=NOON)
        await enroll.enroll(conn, office_id, dana, "new-buyer", at=NOON)
    planned = await plan(db, office_id, dana)
    await take(db, office_id, dana, ana)
    found = await read(db, office_id, dana)
    assert (found.conversation, found.owner_id, found.next_touch_at) == (Conversation.PERSON, ana, None)
    assert await state_of(db, office_id, planned) == "canceled"
    async with db.office(office_id) as conn:
        cursor = await conn.execute("select state from enrollment where lead_id = %s", (dana,))
        assert [row["state"] for row in await cursor.fetchall()] == ["exited"]
    assert (await story(db, office_id, dana))[-1] == "taken_over"
    await take(db, office_id, dana, ana)
    assert (await story(db, office_id, dana)).count("taken_over") == 1


async def test_a_hand_off_cancels_what_is_planned_too(db: Db, office_id: UUID) -> None:
    await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    planned = await plan(db, office_id, dana)
    async with db.office(office_id) as conn:
        await handoff.open_handoff(conn, office_id, dana, cause="reply", summary="", at=NOON)
    assert await state_of(db, office_id, planned) == "canceled"


async def test_twenty_take_over_and_one_has_it(db: Db, office_id: UUID) -> None:
    crowd = [await hire(db, office_id, f"agent{n}") for n in range(20)]
    dana = await lead(db, office_id)
    results = await asyncio.gather(*(take(db, office_id, dana, each) for each in crowd), return_exceptions=True)
    (winner,) = [person for person, r in zip(crowd, results, strict=True) if r is None]
    assert [r.by for r in results if isinstance(r, AlreadyTakenError)] == [winner] * 19
    assert (await read(db, office_id, dana)).owner_id == winner
    assert (await story(db, office_id, dana)).count("taken_over") == 1


async def test_taking_over_takes_the_hand_off_along_until_release(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    async with db.office(office_id) as conn:
        opened = await handoff.open_handoff(conn, office_id, dana, cause="reply", summary="wants a tour", at=NOON)
    await take(db, office_id, dana, ana)
    async with db.office(office_id) as conn:
        taken = await store.get(conn, office_id, opened)
        assert await notice.for_person(conn, office_id, ana, office_wide=True) == []
    assert taken is not None
    assert (taken.acknowledged_by, taken.closed_at) == (ana, None)
    assert await give_back(db, office_id, dana, ana)
    async with db.office(office_id) as conn:
        closed = await store.get(conn, office_id, opened)
    assert closed is not None
    assert (closed.closed_by, closed.closed_at) == (ana, NOON)


async def test_release_lets_automation_look_again(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    assert not await give_back(db, office_id, dana, ana)
    await take(db, office_id, dana, ana)
    assert await give_back(db, office_id, dana, ana)
    found = await read(db, office_id, dana)
    assert (found.conversation, found.owner_id) == (Conversation.AUTOMATION, ana)
    assert await causes(db, office_id, dana) == ["released"]
    assert (await story(db, office_id, dana))[-1] == "released"
    assert not await give_back(db, office_id, dana, ana)


async def test_release_closes_a_hand_off_nobody_took(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    async with db.office(office_id) as conn:
        await handoff.open_handoff(conn, office_id, dana, cause="reply", summary="", at=NOON)
    assert await give_back(db, office_id, dana, ana)
    async with db.office(office_id) as conn:
        assert await store.open_of(conn, office_id, dana) is None


async def test_strangers_and_people_who_left_take_nothing(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    async with db.office(office_id) as conn:
        await people.deactivate(conn, office_id, ana)
    for person in (ana, new_id()):
        with pytest.raises(people.UnknownPersonError):
            await take(db, office_id, dana, person)
    with pytest.raises(NoSuchLeadError):
        await take(db, office_id, new_id(), ana)
    assert await story(db, office_id, dana) == []


async def test_assigning_tells_the_new_owner_and_moves_the_hand_off(db: Db, office_id: UUID) -> None:
    ana, ben = await hire(db, office_id, "ana"), await hire(db, office_id, "ben")
    dana = await lead(db, office_id)
    async with db.office(office_id) as conn:
        opened = await handoff.open_handoff(conn, office_id, dana, cause="reply", summary="", at=NOON)
        assert await assign.assign(conn, office_id, dana, ben, by=ana, at=NOON)
        assert not await assign.assign(conn, office_id, dana, ben, by=ana, at=NOON)
        moved = await store.get(conn, office_id, opened)
        assert moved is not None
        assert moved.person_id == ben
        assert [n.kind for n in await notice.for_person(conn, office_id, ben, office_wide=False)] == ["assigned"]
        assert await notice.for_person(conn, office_id, ana, office_wide=False) == []
        with pytest.raises(people.UnknownPersonError):
            await assign.assign(conn, office_id, dana, new_id(), by=ana, at=NOON)
        assert await assign.assign(conn, office_id, dana, None, by=ana, at=NOON)
    assert (await read(db, office_id, dana)).owner_id is None
    assert (await story(db, office_id, dana)).count("assigned") == 2


async def test_a_pause_ends_by_itself_or_by_a_person(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    until = NOON + timedelta(days=3)
    async with db.office(office_id) as conn:
        with pytest.raises(pause.PauseError):
            await pause.pause(conn, office_id, dana, until=NOON, by=ana, at=NOON)
        assert not await pause.resume(conn, office_id, dana, by=ana, at=NOON)
        await pause.pause(conn, office_id, dana, until=until, by=ana, at=NOON)
    assert (await read(db, office_id, dana)).paused_until == until
    async with db.office(office_id) as conn:
        assert await pause.resume(conn, office_id, dana, by=ana, at=NOON)
    assert (await read(db, office_id, dana)).paused_until is None
    assert await causes(db, office_id, dana) == ["resumed"]
    assert await story(db, office_id, dana) == ["paused", "resumed"]
