"""A provider's outage of hours loses no message, also where a single one waits and has to try the door each time."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.outbox.reconcile import reconcile
from rekindle.providers.ports import Fault, SendRefusedError
from tests import outboxes as o
from tests.carrier import DROP_SILENTLY, TAKE, Act
from tests.outboxes import World

OUTAGE, AFTER = timedelta(hours=5), timedelta(hours=1)


def refused(fault: Fault) -> Act:
    return Act(accepts=False, refuses=SendRefusedError("down", "cannot be reached", permanent=False, fault=fault))


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


async def pass_time(w: World, by: timedelta, *, until: Callable[[], bool] = lambda: False) -> None:
    end = w.clock.now() + by
    while w.clock.now() < end and not until():
        w.clock.advance(timedelta(minutes=1))
        await w.drain()
        await reconcile(w.desk)


@pytest.mark.parametrize("outage", [refused(Fault.AWAY), refused(Fault.ACCOUNT), DROP_SILENTLY])
async def test_the_only_message_of_a_quiet_office_leaves_once_when_the_provider_is_back(w: World, outage: Act) -> None:
    w.carrier.usual = outage
    key = await w.plan()
    await pass_time(w, OUTAGE)
    assert w.carrier.took() == []
    w.carrier.usual = TAKE
    await pass_time(w, AFTER, until=lambda: bool(w.carrier.took()))
    assert w.carrier.took() == [key]
    assert (await w.message(key))["state"] == "accepted"
