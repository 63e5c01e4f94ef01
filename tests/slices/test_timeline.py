"""The timeline keeps order and stands behind the wall."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.timeline import store
from rekindle.timeline.types import Kind
from tests.conftest import NOON, make_office


async def test_lines_come_back_newest_first(db: Db, office_id: UUID) -> None:
    lead = new_id()
    async with db.office(office_id) as conn:
        await store.append(conn, office_id, lead, Kind.CREATED, at=NOON)
        await store.append(conn, office_id, lead, Kind.SCORED, {"score": 40}, at=NOON + timedelta(seconds=1))
        lines = await store.of_lead(conn, office_id, [lead])
    assert [(e.kind, e.data) for e in lines] == [(Kind.SCORED, {"score": 40}), (Kind.CREATED, {})]


async def test_another_office_sees_nothing_and_nobody_can_rewrite(db: Db, office_id: UUID) -> None:
    lead = new_id()
    async with db.office(office_id) as conn:
        await store.append(conn, office_id, lead, Kind.CREATED, at=NOON)
    stranger = await make_office(db, "stranger")
    async with db.office(stranger) as conn:
        assert await store.of_lead(conn, office_id, [lead]) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.office(office_id) as conn:
            await conn.execute("delete from timeline")
