"""People and their hours."""

from datetime import time
from typing import Any
from uuid import UUID

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.office import hours, people
from rekindle.office.types import Role


async def test_an_agent_can_be_added_edited_and_barred(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with db.office(office_id) as conn:
        ana = await people.add(
            conn, office_id, email="ana@x.example", name="Ana", role=Role.AGENT, at=clock.now(), phone="+13125550101"
        )
        await people.add(conn, office_id, email="max@x.example", name="Max", role=Role.MANAGER, at=clock.now())
        assert [p.name for p in await people.everybody(conn, office_id)] == ["Ana", "Max"]
        await people.set_agent(conn, office_id, ana, timezone="America/Chicago")
        night = hours.parse([[["22:00", "24:00"]]] * 7)
        await people.set_agent(conn, office_id, ana, timezone="America/Denver", week=night, capacity=3)
        (agent,) = await people.agents(conn, office_id)
        assert (agent.timezone, agent.capacity, agent.week) == ("America/Denver", 3, night)
        await people.set_accepting(conn, office_id, ana, accepting=False)
        (agent,) = await people.agents(conn, office_id)
        assert not agent.accepting
        await people.deactivate(conn, office_id, ana)
        assert await people.agents(conn, office_id) == []
        assert (await people.get(conn, office_id, ana)).active is False


async def test_two_people_cannot_share_a_login(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with db.office(office_id) as conn:
        await people.add(conn, office_id, email="ana@x.example", name="Ana", role=Role.AGENT, at=clock.now())
        with pytest.raises(people.LoginTakenError):
            await people.add(conn, office_id, email="ANA@x.example", name="Other", role=Role.AGENT, at=clock.now())
        assert len(await people.everybody(conn, office_id)) == 1


async def test_strangers_and_nonsense_are_refused(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with db.office(office_id) as conn:
        ana = await people.add(conn, office_id, email="ana@x.example", name="Ana", role=Role.AGENT, at=clock.now())
        with pytest.raises(people.UnknownPersonError):
            await people.set_agent(conn, office_id, new_id(), timezone="America/Chicago")
        with pytest.raises(people.UnknownPersonError):
            await people.set_accepting(conn, office_id, ana, accepting=True)  # known, but no agent
        with pytest.raises(people.UnknownPersonError):
            await people.deactivate(conn, office_id, new_id())
        with pytest.raises(people.AgentError):
            await people.set_agent(conn, office_id, ana, timezone="Nowhere/Land")
        with pytest.raises(people.AgentError):
            await people.set_agent(conn, office_id, ana, timezone="America/Chicago", capacity=-1)


def test_hours_round_trip() -> None:
    assert hours.parse(hours.to_plain(hours.DEFAULT)) == hours.DEFAULT
    assert hours.DEFAULT[0] == ((time(9), time(18)),)
    assert hours.DEFAULT[6] == ()


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        [[]] * 6,
        [{}] * 7,
        [[["9", "17:00"]]] + [[]] * 6,
        [[["17:00", "09:00"]]] + [[]] * 6,
        [[["09:00"]]] + [[]] * 6,
        [[["09:00", "12:00"], ["11:00", "13:00"]]] + [[]] * 6,
        [[["20:00", "00:00"], ["21:00", "22:00"]]] + [[]] * 6,
    ],
)
def test_hours_no_week_has_are_refused(plain: Any) -> None:
    with pytest.raises(hours.HoursError):
        hours.parse(plain)
