"""A provider that hangs when it is asked about one office's messages, or breaks, holds up no other office's."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.providers.ports import Account, CannotTell, Found, Missing, Outgoing
from tests import outboxes as o
from tests.carrier import TAKE_SILENTLY, Carrier
from tests.conftest import make_office


@dataclass
class Hanging(Carrier):
    """Answers nobody before somebody else was asked about too."""

    asked: set[UUID] = field(default_factory=set)
    both: asyncio.Event = field(default_factory=asyncio.Event)

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:
        self.asked.add(outgoing.office_id)
        if len(self.asked) > 1:
            self.both.set()
        await self.both.wait()
        return await super().find(outgoing, account, deadline=deadline)


async def test_offices_are_asked_about_side_by_side(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> None:
    carrier = Hanging(tmp_path / "c.db", usual=TAKE_SILENTLY)
    desk = o.desk(db, clock, carrier, deadline=3.0)
    keys = {}
    for n, each in enumerate((office_id, await make_office(db, "harbor"))):
        [lead] = await o.leads(db, each, 1, at=clock.now(), first=n)
        keys[each] = await o.planned(db, each, lead, at=clock.now(), address=o.phone(n))
    await Outbox(desk).drain()
    clock.advance(timedelta(seconds=10))
    assert await reconcile(desk) == 2
    assert [(await o.message(db, each, key))["state"] for each, key in keys.items()] == ["accepted", "accepted"]
