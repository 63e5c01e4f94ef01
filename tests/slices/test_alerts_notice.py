"""One cause rings once until somebody looked."""

import asyncio
from datetime import timedelta
from uuid import UUID

from rekindle.alerts import notice
from rekindle.alerts.types import Kind
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from tests.conftest import NOON

ANA, MAX = new_id(), new_id()


async def ring(db: Db, office_id: UUID, key: str, person: UUID | None, *, text: str = "Look", minutes: int = 0) -> UUID:
    async with db.office(office_id) as conn:
        return await notice.notify(
            conn,
            office_id,
            key=key,
            person_id=person,
            lead_id=None,
            kind=Kind.PROBLEM,
            text=text,
            at=NOON + timedelta(minutes=minutes),
        )


async def unseen(db: Db, office_id: UUID, person: UUID, *, manager: bool = False) -> list[tuple[str, str, int]]:
    async with db.office(office_id) as conn:
        rows = await notice.for_person(conn, office_id, person, office_wide=manager)
    return [(n.key, n.text, n.count) for n in rows]


async def test_an_unseen_cause_counts_up_and_rings_anew_after_it_was_seen(db: Db, office_id: UUID) -> None:
    first = await ring(db, office_id, "sms:down", ANA, text="SMS fails")
    again = await ring(db, office_id, "sms:down", ANA, text="SMS still fails", minutes=5)
    assert first == again
    assert await unseen(db, office_id, ANA) == [("sms:down", "SMS still fails", 2)]
    async with db.office(office_id) as conn:
        assert await notice.mark_seen(conn, office_id, first, ANA, office_wide=False, at=NOON)
        assert not await notice.mark_seen(conn, office_id, first, ANA, office_wide=False, at=NOON)
    assert await unseen(db, office_id, ANA) == []
    assert await ring(db, office_id, "sms:down", ANA, minutes=9) != first
    assert await unseen(db, office_id, ANA) == [("sms:down", "Look", 1)]


async def test_twenty_at_once_are_one_notice(db: Db, office_id: UUID) -> None:
    ids = await asyncio.gather(*(ring(db, office_id, "same", ANA) for _ in range(20)))
    assert len(set(ids)) == 1
    assert await unseen(db, office_id, ANA) == [("same", "Look", 20)]


async def test_each_sees_their_own_and_managers_the_offices(db: Db, office_id: UUID) -> None:
    await ring(db, office_id, "mine", ANA)
    await ring(db, office_id, "his", MAX, minutes=1)
    wide = await ring(db, office_id, "everybody", None, minutes=2)
    assert [k for k, _, _ in await unseen(db, office_id, ANA)] == ["mine"]
    assert [k for k, _, _ in await unseen(db, office_id, MAX, manager=True)] == ["everybody", "his"]
    async with db.office(office_id) as conn:
        assert not await notice.mark_seen(conn, office_id, wide, ANA, office_wide=False, at=NOON)
        assert await notice.mark_seen(conn, office_id, wide, MAX, office_wide=True, at=NOON)


async def test_a_cause_that_is_gone_takes_its_notice_along(db: Db, office_id: UUID) -> None:
    await ring(db, office_id, "handoff:1", ANA)
    async with db.office(office_id) as conn:
        assert await notice.settle(conn, office_id, "handoff:1", by=ANA, at=NOON)
        assert not await notice.settle(conn, office_id, "handoff:1", by=ANA, at=NOON)
    assert await unseen(db, office_id, ANA) == []
