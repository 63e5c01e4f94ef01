"""A provider's yes is written down even when the news about the provider cannot be."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from rekindle.alerts import wires
from rekindle.kit import db as kit_db
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import Fault, SendRefusedError
from tests import outboxes as o
from tests.carrier import Act

BARRED = Act(accepts=False, refuses=SendRefusedError("20003", "Authenticate", permanent=False, fault=Fault.ACCOUNT))


async def test_a_message_that_closes_the_breaker_is_accepted_though_nobody_can_be_told(
    db: Db, database_url: str, office_id: UUID, clock: HandClock, tmp_path: Path
) -> None:
    w = await o.world(db, office_id, clock, tmp_path / "carrier.db")
    async with kit_db.connect(database_url, size=1, patience=0.2) as away:
        told = wires.of_breakers(away, clock)
    w.desk = replace(w.desk, tell=told)  # its database is gone by now
    w.carrier.script[o.phone(0)] = [BARRED]
    key = await w.plan()
    await w.drain()
    clock.advance(timedelta(minutes=10))
    await w.drain()
    assert (w.carrier.took(), (await w.message(key))["state"]) == ([key], "accepted")
