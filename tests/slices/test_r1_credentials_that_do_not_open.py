"""One office's credentials that no key opens are that office's trouble: every other office goes on."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.connections import sealed
from rekindle.connections import store as connections
from rekindle.decide.words import Channel
from rekindle.inbox.handle import handle_batch
from rekindle.kit.claims import MAX_ATTEMPTS
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.routes import Connected
from tests import outboxes as o
from tests.carrier import TAKE_SILENTLY, Carrier
from tests.conftest import make_office
from tests.slices.inbox_world import World, asks

LOST_KEY = Keyring(b"l" * 32)


async def spoil(db: Db, office_id: UUID, provider: str, clock: HandClock) -> None:
    """Sealed by a process that ran under another key."""
    async with db.office(office_id) as conn:
        closed = sealed.seal(LOST_KEY, office_id, provider, {"token": "t"})
        await connections.put(conn, office_id, provider, account="", sealed=closed, at=clock.now())


@pytest.fixture
async def harbor(db: Db) -> UUID:
    return await make_office(db, "harbor")


async def test_what_comes_in_for_it_waits_with_a_reason_and_the_others_are_handled(
    db: Db, office_id: UUID, harbor: UUID, clock: HandClock, keyring: Keyring
) -> None:
    here, there = World(db, office_id, clock, keyring), World(db, harbor, clock, keyring)
    await spoil(db, office_id, "brook", clock)
    waits = await here.arrive("e1", asks("e1"), source="form")
    handled = await there.arrive("e2", asks("e2"), source="form")
    there.sources = here.sources = {**here.sources, "form": there.sources["form"]}
    here.sources["form"].words |= {"e1": (asks("e1"),)}
    clock.advance(timedelta(seconds=1))
    assert await handle_batch(here.handler()) == 2
    assert await there.outcome(handled) == "new lead"
    assert "cannot open" in await here.outcome(waits)
    for _ in range(MAX_ATTEMPTS):
        clock.advance(timedelta(hours=1))
        await handle_batch(here.handler())
    assert (await here.outcome(waits)).startswith("dead: ")
    assert len(await here.notices()) == 1


async def test_messages_of_the_others_are_still_found_out_about(
    db: Db, office_id: UUID, harbor: UUID, clock: HandClock, tmp_path: Path
) -> None:
    carrier = Carrier(tmp_path / "c.db", "brook")
    worlds = {each: World(db, each, clock, o.KEYRING) for each in (office_id, harbor)}
    desk = o.desk(db, clock, carrier)
    accounts = worlds[office_id].accounts
    object.__setattr__(desk, "routes", Connected(accounts, {"brook": carrier}, None))
    keys = {}
    for n, (each, made) in enumerate(worlds.items()):
        await made.connect("brook")
        async with db.office(each) as conn:
            await connections.put_route(conn, each, Channel.SMS, "brook")
        [lead] = await o.leads(db, each, 1, at=clock.now(), first=n)
        carrier.script[o.phone(n)] = [TAKE_SILENTLY]
        keys[each] = await o.planned(db, each, lead, at=clock.now(), address=o.phone(n))
    await Outbox(desk).drain()
    await spoil(db, office_id, "brook", clock)
    clock.advance(timedelta(seconds=10))
    assert await reconcile(desk) == 2
    assert (await o.message(db, harbor, keys[harbor]))["state"] == "accepted"
    assert (await o.message(db, office_id, keys[office_id]))["state"] == "unknown"
