"""A limit that is used up pauses the calls it counts, and nothing else that goes to the same provider."""

from pathlib import Path
from uuid import UUID

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import Limit
from rekindle.traffic.traffic import PausedError
from tests import outboxes as o

PUSHES = Limit("contacts", 2, 10)


@pytest.mark.parametrize("app", [False, True])
async def test_a_first_touch_leaves_while_pushes_to_the_same_provider_wait(
    db: Db, office_id: UUID, clock: HandClock, tmp_path: Path, app: bool
) -> None:
    w = await o.world(db, office_id, clock, tmp_path / "carrier.db")
    limit = Limit(PUSHES.name, PUSHES.count, PUSHES.seconds, app=app)
    for _ in range(limit.count):
        await w.desk.traffic.enter(office_id, "carrier", (limit,))
    with pytest.raises(PausedError):
        await w.desk.traffic.enter(office_id, "carrier", (limit,))
    key = await w.plan()
    await w.drain()
    assert w.carrier.took() == [key]
