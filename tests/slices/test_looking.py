"""A connection that stops working is told to managers once, and the all-clear puts that away."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.alerts import looking
from rekindle.connections.look import Looker
from rekindle.errands.ask import ask
from rekindle.errands.types import Kind
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from tests.outboxes import KEYRING
from tests.slices.brook import Brook, bad, good
from tests.slices.inbox_world import World


@pytest.fixture
def brook() -> Brook:
    return Brook()


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, brook: Brook) -> World:
    made = World(db, office_id, clock, KEYRING)
    made.handlers = {Kind.LOOK: looking.handler(Looker(db, KEYRING, clock), {"brook": brook})}
    await made.connect(values={"token": "t", "location": "loc-1"})
    return made


async def look(w: World, provider: str = "brook") -> None:
    w.clock.advance(timedelta(hours=1))
    async with w.db.office(w.office_id) as conn:
        await ask(conn, w.office_id, Kind.LOOK, provider, {"provider": provider}, at=w.clock.now())
    await w.run()


async def unseen(w: World) -> list[str]:
    return [row["text"] for row in await w.rows("select text from notice where seen_at is null")]


async def test_what_worked_and_does_not_any_more_is_told_once_and_put_away_when_it_does(w: World, brook: Brook) -> None:
    await look(w)
    assert await unseen(w) == []
    brook.checks = bad
    await look(w)
    await look(w)
    assert await unseen(w) == ["The connection to brook does not work any more: Brook says the token is wrong."]
    assert [row["count"] for row in await w.rows("select count from notice")] == [1]
    brook.checks = good
    await look(w)
    assert await unseen(w) == []
    assert await w.errands() == []


async def test_what_never_worked_is_told_on_its_page_only(w: World, brook: Brook) -> None:
    brook.checks = bad
    await look(w)
    assert await unseen(w) == []
    [row] = await w.rows("select state, note from connection")
    assert row == {"state": "failing", "note": "Brook says the token is wrong."}


async def test_what_is_not_connected_or_not_wired_in_is_not_looked_at(w: World, brook: Brook) -> None:
    await w.disconnect()
    await look(w)
    await look(w, "creek")
    assert brook.seen == []
    assert await w.errands() == []
