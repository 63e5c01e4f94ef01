"""What a person mended is used at once, also by the processes that knew it broken."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.outbox.resume import resume
from rekindle.providers.ports import Fault, SendRefusedError
from rekindle.traffic.breaker import mend
from tests import outboxes as o
from tests.carrier import TAKE, Act
from tests.outboxes import World

BARRED = Act(accepts=False, refuses=SendRefusedError("20003", "Authenticate", permanent=False, fault=Fault.ACCOUNT))


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


async def another(w: World) -> str:
    """A text to somebody else: its key."""
    [bea] = await o.leads(w.db, w.office_id, 1, at=w.clock.now(), first=1)
    return await o.planned(w.db, w.office_id, bea, at=w.clock.now(), address=o.phone(1))


async def test_messages_that_waited_for_it_leave_within_seconds_of_the_mending(w: World) -> None:
    w.carrier.usual = BARRED
    first = await w.plan()
    await w.drain()
    waiting = await another(w)
    w.clock.advance(timedelta(seconds=5))
    await w.drain()
    assert (await w.message(waiting))["error_code"] == "PROVIDER_PAUSED"

    w.carrier.usual = TAKE
    async with w.office() as conn:  # on the page, in another process
        await mend(conn, w.office_id, "carrier", at=w.clock.now())
        await resume(conn, w.office_id, at=w.clock.now())
    for _ in range(2):  # one goes as the probe; whoever came at the same moment follows some seconds later
        w.clock.advance(timedelta(seconds=10))
        await w.drain()
    assert sorted(w.carrier.took()) == sorted([first, waiting])


async def test_a_message_planned_after_the_mending_is_not_held_by_what_was_known_before(w: World) -> None:
    w.carrier.usual = BARRED
    await w.plan()
    await w.drain()
    w.carrier.usual = TAKE
    async with w.office() as conn:
        await mend(conn, w.office_id, "carrier", at=w.clock.now())
    w.clock.advance(timedelta(seconds=2))
    new = await another(w)
    await w.drain()
    assert new in w.carrier.took()
