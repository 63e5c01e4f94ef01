"""The notice that no provider is connected is put away once one is, whatever state that one is in by then."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import Fault
from tests import outboxes as o


async def test_connected_but_paused_is_not_unconnected(
    db: Db, office_id: UUID, clock: HandClock, tmp_path: Path
) -> None:
    w = await o.world(db, office_id, clock, tmp_path / "carrier.db")
    connected = w.desk
    w.desk = replace(connected, routes=o.Fixed(None))
    key = await w.plan()
    await w.drain()
    w.desk = connected
    clock.advance(timedelta(minutes=16))
    await w.desk.traffic.enter(office_id, "carrier", ())
    await w.desk.traffic.leave(office_id, "carrier", Fault.BUSY, retry_after=60.0)
    await w.drain()
    assert (await w.message(key))["error_code"] == "PROVIDER_PAUSED"
    clock.advance(timedelta(minutes=2))
    await w.drain()
    assert w.carrier.took() == [key]
    async with w.office() as conn:
        cursor = await conn.execute("select key from notice where seen_at is null")
        assert await cursor.fetchall() == []
