"""A hand-off opens once, goes to somebody who is on, and is taken by exactly one."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.alerts import notice
from rekindle.decide.words import Conversation
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.leads import store as leads
from rekindle.office import people
from rekindle.office.types import Role
from rekindle.routing import handoff, store
from rekindle.routing.types import AlreadyTakenError, Handoff, NoSuchHandoffError
from tests.conftest import NOON, make_office
from tests.slices.staff import NEVER, hire, lead, story


async def hand_over(db: Db, office_id: UUID, lead_id: UUID, minutes: int = 0) -> UUID:
    async with db.office(office_id) as conn:
        return await handoff.open_handoff(
            conn,
            office_id,
            lead_id,
            cause="wants_person",
            summary="asks for a call",
            at=NOON + timedelta(minutes=minutes),
        )


async def get(db: Db, office_id: UUID, handoff_id: UUID) -> Handoff:
    async with db.office(office_id) as conn:
        found = await store.get(conn, office_id, handoff_id)
    assert found is not None
    return found


async def acknowledge(db: Db, office_id: UUID, handoff_id: UUID, person: UUID) -> None:
    async with db.office(office_id) as conn:
        await handoff.acknowledge(conn, office_id, handoff_id, person, at=NOON + timedelta(minutes=1))


async def told(db: Db, office_id: UUID, person: UUID, *, manager: bool = False) -> list[tuple[str, str]]:
    async with db.office(office_id) as conn:
        return [(n.kind, n.text) for n in await notice.for_person(conn, office_id, person, office_wide=manager)]


async def test_it_opens_once_and_tells_the_agent(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    first = await hand_over(db, office_id, dana)
    assert await hand_over(db, office_id, dana, 5) == first
    found = await get(db, office_id, first)
    assert (found.person_id, found.offered_at, found.cause) == (ana, NOON, "wants_person")
    assert await told(db, office_id, ana) == [("handoff", "Dana Fox needs you: asks for a call")]
    assert await story(db, office_id, dana) == ["handed_off", "offered"]


async def test_twenty_at_once_open_one(db: Db, office_id: UUID) -> None:
    await hire(db, office_id, "ana")
    dana = await lead(db, office_id)
    ids = await asyncio.gather(*(hand_over(db, office_id, dana) for _ in range(20)))
    assert len(set(ids)) == 1
    assert (await story(db, office_id, dana)).count("handed_off") == 1


async def test_turns_go_round_even_when_offered_at_once(db: Db, office_id: UUID) -> None:
    agents = [await hire(db, office_id, name) for name in ("ana", "ben", "cleo")]
    people_waiting = [await lead(db, office_id, f"Lead {n}") for n in range(9)]
    ids = await asyncio.gather(*(hand_over(db, office_id, each) for each in people_waiting))
    offered = Counter([(await get(db, office_id, each)).person_id for each in ids])
    assert offered == Counter(dict.fromkeys(agents, 3))


async def test_who_is_off_away_full_or_not_accepting_is_not_asked(db: Db, office_id: UUID) -> None:
    await hire(db, office_id, "off", week=NEVER)
    await hire(db, office_id, "away", away_until=NOON + timedelta(days=2))
    await hire(db, office_id, "full", capacity=0)
    resting = await hire(db, office_id, "resting")
    async with db.office(office_id) as conn:
        await people.set_accepting(conn, office_id, resting, accepting=False)
    on = await hire(db, office_id, "on", capacity=1)
    first = await hand_over(db, office_id, await lead(db, office_id, "One"))
    second = await hand_over(db, office_id, await lead(db, office_id, "Two"))
    assert (await get(db, office_id, first)).person_id == on
    assert (await get(db, office_id, second)).person_id is None


async def test_with_nobody_on_the_managers_are_told_and_no_agent_is_made_up(db: Db, office_id: UUID) -> None:
    boss = await hire(db, office_id, "boss", role=Role.OWNER)
    late = await hire(db, office_id, "late", away_until=NOON + timedelta(hours=1))
    dana = await lead(db, office_id)
    opened = await hand_over(db, office_id, dana)
    assert (await get(db, office_id, opened)).person_id is None
    assert await told(db, office_id, boss, manager=True) == [
        ("uncovered", "Dana Fox needs a person and nobody is available: asks for a call")
    ]
    assert await handoff.offer_waiting(db, office_id, at=NOON + timedelta(minutes=30)) == 0
    assert len(await told(db, office_id, boss, manager=True)) == 1
    assert await handoff.offer_waiting(db, office_id, at=NOON + timedelta(minutes=61)) == 1
    assert (await get(db, office_id, opened)).person_id == late
    assert await told(db, office_id, boss, manager=True) == []
    assert await handoff.offer_waiting(db, office_id, at=NOON + timedelta(minutes=62)) == 0


async def test_the_leads_own_agent_comes_first_when_on(db: Db, office_id: UUID) -> None:
    own = await hire(db, office_id, "own")
    other = await hire(db, office_id, "other")
    for number in range(3):
        mine = await lead(db, office_id, f"Lead {number}")
        async with db.office(office_id) as conn:
            await leads.set_fields(conn, office_id, mine, at=NOON, owner_id=own)
        assert (await get(db, office_id, await hand_over(db, office_id, mine))).person_id == own
    async with db.office(office_id) as conn:
        await people.set_accepting(conn, office_id, own, accepting=False)
        theirs = await lead(db, office_id, "Late")
        await leads.set_fields(conn, office_id, mine, at=NOON, owner_id=own)
    assert (await get(db, office_id, await hand_over(db, office_id, theirs))).person_id == other


async def test_twenty_say_it_is_mine_and_one_is_right(db: Db, office_id: UUID) -> None:
    crowd = [await hire(db, office_id, f"agent{n}", week=NEVER) for n in range(20)]  # so it is offered to nobody
    dana = await lead(db, office_id)
    opened = await hand_over(db, office_id, dana)
    results = await asyncio.gather(
        *(acknowledge(db, office_id, opened, each) for each in crowd), return_exceptions=True
    )
    losers = [r for r in results if isinstance(r, AlreadyTakenError)]
    (winner,) = [person for person, r in zip(crowd, results, strict=True) if r is None]
    assert len(losers) == 19
    assert {error.by for error in losers} == {winner}
    async with db.office(office_id) as conn:
        found = await leads.get(conn, office_id, dana)
    assert (found.owner_id, found.conversation) == (winner, Conversation.PERSON)
    assert (await story(db, office_id, dana)).count("acknowledged") == 1
    await acknowledge(db, office_id, opened, winner)  # again is no error
    assert await told(db, office_id, winner) == []


async def test_an_offer_to_one_agent_is_not_there_for_another_but_for_every_manager(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    ben = await hire(db, office_id, "ben", week=NEVER)
    boss = await hire(db, office_id, "boss", role=Role.MANAGER)
    opened = await hand_over(db, office_id, await lead(db, office_id))
    assert (await get(db, office_id, opened)).person_id == ana
    with pytest.raises(NoSuchHandoffError):
        await acknowledge(db, office_id, opened, ben)
    await acknowledge(db, office_id, opened, boss)
    with pytest.raises(AlreadyTakenError):
        await acknowledge(db, office_id, opened, ana)


async def test_a_declined_offer_goes_to_the_next(db: Db, office_id: UUID) -> None:
    boss = await hire(db, office_id, "boss", role=Role.MANAGER)
    pair = {await hire(db, office_id, "ana"), await hire(db, office_id, "ben")}
    opened = await hand_over(db, office_id, await lead(db, office_id))
    first = (await get(db, office_id, opened)).person_id
    assert first is not None
    async with db.office(office_id) as conn:
        await handoff.release(conn, office_id, opened, first, at=NOON)
    second = (await get(db, office_id, opened)).person_id
    assert {first, second} == pair
    assert await told(db, office_id, first) == []
    with pytest.raises(AlreadyTakenError):
        async with db.office(office_id) as conn:
            await handoff.release(conn, office_id, opened, first, at=NOON)
    assert second is not None
    await acknowledge(db, office_id, opened, second)
    async with db.office(office_id) as conn:
        await people.set_accepting(conn, office_id, first, accepting=False)
        await handoff.release(conn, office_id, opened, second, at=NOON)
    assert (await get(db, office_id, opened)).person_id is None
    assert [kind for kind, _ in await told(db, office_id, boss, manager=True)] == ["uncovered"]


async def test_unknown_hand_offs_strangers_and_other_offices_are_refused(db: Db, office_id: UUID) -> None:
    ana = await hire(db, office_id, "ana")
    opened = await hand_over(db, office_id, await lead(db, office_id))
    with pytest.raises(NoSuchHandoffError):
        await acknowledge(db, office_id, new_id(), ana)
    with pytest.raises(people.UnknownPersonError):
        await acknowledge(db, office_id, opened, new_id())
    other = await make_office(db, "other-office")
    with pytest.raises(NoSuchHandoffError):
        await acknowledge(db, other, opened, ana)
