"""Whoever was never handed a message cannot say that it did not leave: another account's word sends nothing again."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.connections import sealed, store
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.routes import Connected
from rekindle.providers.ports import Accepted, Account, CannotTell, Found, Missing, Outgoing
from tests import outboxes as o
from tests.carrier import DROP_SILENTLY, TAKE_SILENTLY, Carrier
from tests.slices.inbox_world import World

AGES = timedelta(minutes=3)  # longer than the grace after which a provider's "never had it" is believed


@dataclass
class Accounted(Carrier):
    """A carrier that shows an account its own messages only, as they all do."""

    sent_by: dict[str, str] = field(default_factory=dict)

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        self.sent_by[outgoing.key] = account.get("sid")
        return await super().send(outgoing, account, deadline=deadline)

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:
        if self.sent_by.get(outgoing.key) != account.get("sid"):
            return Missing()
        return await super().find(outgoing, account, deadline=deadline)


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock) -> World:
    made = World(db, office_id, clock, o.KEYRING)
    await made.connect("brook", {"sid": "AC1"})
    async with db.office(office_id) as conn:
        await store.put_route(conn, office_id, Channel.SMS, "brook")
    clock.advance(timedelta(minutes=1))
    return made


@pytest.fixture
def brook(tmp_path: Path) -> Accounted:
    return Accounted(tmp_path / "brook.db", "brook")


async def lost_sight_of(w: World, outbox: Outbox) -> str:
    [ada] = await o.leads(w.db, w.office_id, 1, at=w.clock.now())
    key = await o.planned(w.db, w.office_id, ada, at=w.clock.now(), address=o.phone(0))
    await outbox.drain()
    assert (await o.message(w.db, w.office_id, key))["state"] == "unknown"
    return key


def outbox_of(w: World, brook: Accounted) -> Outbox:
    return Outbox(replace(o.desk(w.db, w.clock, brook), routes=Connected(w.accounts, {"brook": brook}, None)))


async def enter(w: World, sid: str) -> None:
    async with w.db.office(w.office_id) as conn:
        closed = sealed.seal(o.KEYRING, w.office_id, "brook", {"sid": sid})
        await store.put(conn, w.office_id, "brook", account="", sealed=closed, at=w.clock.now())


async def look(w: World, outbox: Outbox) -> None:
    w.clock.advance(AGES)
    await reconcile(outbox.desk)
    await outbox.drain()


async def test_what_the_old_account_took_is_not_sent_again_by_the_new_one(w: World, brook: Accounted) -> None:
    outbox = outbox_of(w, brook)
    brook.script[o.phone(0)] = [TAKE_SILENTLY]
    key = await lost_sight_of(w, outbox)
    w.clock.advance(timedelta(seconds=1))
    await enter(w, "AC2")
    await look(w, outbox)
    assert brook.took() == [key]
    assert (await o.message(w.db, w.office_id, key))["state"] == "unknown"
    await enter(w, "AC1")  # the one that was asked knows
    w.clock.advance(timedelta(hours=1))
    await look(w, outbox)
    assert (brook.took(), (await o.message(w.db, w.office_id, key))["state"]) == ([key], "accepted")


async def test_the_account_it_was_handed_to_is_believed_when_it_never_had_it(w: World, brook: Accounted) -> None:
    outbox = outbox_of(w, brook)
    brook.script[o.phone(0)] = [DROP_SILENTLY]
    key = await lost_sight_of(w, outbox)
    await look(w, outbox)
    assert (brook.took(), (await o.message(w.db, w.office_id, key))["state"]) == ([key], "accepted")
