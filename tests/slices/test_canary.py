"""The canary: webhooks that stop are missed within hours; an office that never had any is told once, not every hour."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.errands.ask import ask
from rekindle.errands.types import Kind
from rekindle.inbox import canary
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Fault
from rekindle.providers.ports.crm import CANARY, CANARY_EMAIL
from tests.slices.inbox_world import Outside, World, contact


class Crm(Outside):
    """A CRM that keeps the stamp of its one contact that is nobody."""

    async def chirp(self, account: Account, stamp: str, *, deadline: float) -> None:  # noqa: ARG002 the port's
        self.answer(stamp)


@pytest.fixture
def crm() -> Crm:
    made = Crm()
    made.then(None)
    return made


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, crm: Crm) -> World:
    made = World(db, office_id, clock, keyring)
    made.handlers = {Kind.CANARY: canary.handler(db, clock, made.line, {"brook": crm})}  # type: ignore[dict-item]
    await made.connect()
    return made


async def hour(w: World) -> None:
    """What the timer does, an hour after the last time."""
    w.clock.advance(timedelta(hours=1))
    async with w.db.office(w.office_id) as conn:
        await ask(conn, w.office_id, Kind.CANARY, "brook", {"provider": "brook"}, at=w.clock.now())
    await w.run()


async def hears(w: World, crm: Crm, *, source: str = "brook") -> str:
    """The CRM tells of the newest change."""
    stamp = str(crm.calls[-1])
    return await w.say(
        f"{source}:{stamp}", contact("nobody", emails=(CANARY_EMAIL,), tags=(CANARY + stamp,)), source=source
    )


async def unseen(w: World) -> list[tuple[str, int]]:
    rows = await w.rows("select text, count from notice where seen_at is null")
    return [(row["text"].partition(".")[0].partition(":")[0], row["count"]) for row in rows]


async def test_while_webhooks_come_nobody_is_told_and_the_canary_is_no_lead(w: World, crm: Crm) -> None:
    for _ in range(3):
        await hour(w)
        assert await hears(w, crm) == "the canary"
    assert len(set(crm.calls)) == 3
    assert await unseen(w) == []
    assert await w.rows("select 1 from lead") == []


async def test_webhooks_that_stop_are_told_and_the_notice_goes_when_they_come_again(w: World, crm: Crm) -> None:
    await hour(w)
    await hears(w, crm)
    await hour(w)
    assert await unseen(w) == []
    for times in (1, 2):
        await hour(w)
        assert await unseen(w) == [("Webhooks of brook do not arrive", times)]
    await hears(w, crm)
    assert await unseen(w) == []


async def test_what_the_lists_show_of_the_canary_is_no_webhook(w: World, crm: Crm) -> None:
    await hour(w)
    await hears(w, crm)
    await hour(w)
    await hears(w, crm, source="brook-contact")
    await hour(w)
    assert [text for text, _ in await unseen(w)] == ["Webhooks of brook do not arrive"]


async def test_an_office_that_never_had_webhooks_is_told_once_and_not_every_hour(w: World, crm: Crm) -> None:
    for _ in range(5):
        await hour(w)
    assert await unseen(w) == [("No webhook of brook has come yet", 1)]
    await hears(w, crm)
    assert await unseen(w) == []
    await hour(w)
    await hour(w)
    assert await unseen(w) == [("Webhooks of brook do not arrive", 1)]


async def test_a_crm_that_is_away_is_not_taken_for_one_whose_webhooks_stopped(w: World, crm: Crm) -> None:
    await hour(w)
    await hears(w, crm)
    crm.now(CallFailedError("down", "it is down", fault=Fault.AWAY))
    for _ in range(3):
        await hour(w)
    assert [text for text, _ in await unseen(w) if text.startswith("Webhooks")] == []
