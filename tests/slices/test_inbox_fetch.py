"""A hint is fetched with our own key and comes in as an event of its own, however long that takes."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.errands.types import Kind
from rekindle.inbox import fetch
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import (
    Account,
    CallFailedError,
    Fault,
    Fetch,
    Fetched,
    GoneError,
    NotYetError,
    Providers,
)
from tests.slices.inbox_world import Outside, World, asks


class Shelf(Outside):
    """What hints point at."""

    source = "brook-contact"

    async def fetch(self, ref: str, account: Account, *, deadline: float) -> tuple[Fetched, ...]:
        assert deadline > 0
        assert account.get("token") == "t"
        return self.answer(ref)  # type: ignore[no-any-return]


@pytest.fixture
def shelf() -> Shelf:
    made = Shelf()
    made.then((Fetched("lead-1", "application/json", b"{}"),))
    return made


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, shelf: Shelf) -> World:
    made = World(db, office_id, clock, keyring)
    wired = Providers(fetchers={shelf.source: shelf}, inbound=made.sources)
    made.handlers = {Kind.FETCH: fetch.handler(db, clock, made.line, wired)}
    made.source(shelf.source).words["lead-1"] = (asks("lead-1"),)
    await made.connect()
    return made


def hint(name: str = "h1", ref: str = "lead-1") -> Fetch:
    return Fetch(name, "brook-contact", ref, None)


async def test_a_hint_becomes_a_lead(w: World, shelf: Shelf) -> None:
    assert await w.say("h1", hint()) == "to be fetched: brook-contact"
    assert await w.run() == 1
    await w.handle()
    assert shelf.calls == ["lead-1"]
    assert (await w.lead()).name == "Ann Lee"
    assert await w.errands() == []


async def test_a_hint_told_twice_is_fetched_once_and_never_two_leads(w: World, shelf: Shelf) -> None:
    await w.say("h1", hint())
    await w.say("h2", hint("h2"))
    assert await w.run() == 1
    await w.handle()
    await w.say("h3", hint("h3"))  # told once more, a day late
    await w.run()
    await w.handle()
    assert shelf.calls == ["lead-1", "lead-1"]
    assert len(await w.rows("select 1 from lead")) == 1
    assert len(await w.rows("select 1 from lead_source")) == 1


async def test_what_is_not_there_yet_is_asked_for_again_when_it_says_so(w: World, shelf: Shelf) -> None:
    shelf.now(NotYetError(60), NotYetError(60), (Fetched("lead-1", "application/json", b"{}"),))
    await w.say("h1", hint())
    for _ in range(2):
        assert await w.run() == 1
        [row] = await w.errands()
        assert (row["attempts"], row["due_at"]) == (0, w.clock.now() + timedelta(seconds=60))
        w.clock.advance(timedelta(seconds=60))
    await w.run()
    await w.handle()
    assert (await w.lead()).name == "Ann Lee"


async def test_what_is_gone_lies_with_the_dead_and_says_why(w: World, shelf: Shelf) -> None:
    shelf.now(GoneError("brook has deleted it"))
    await w.say("h1", hint())
    await w.run()
    [row] = await w.errands()
    assert (row["state"], row["reason"]) == ("dead", "brook has deleted it")
    assert await w.notices() == ["An errand (fetch) could not be done: brook has deleted it"]


async def test_an_outage_keeps_the_hint(w: World, shelf: Shelf) -> None:
    shelf.now(CallFailedError("503", "brook is away", fault=Fault.AWAY))
    await w.say("h1", hint())
    for _ in range(10):
        await w.run()
        w.clock.advance(timedelta(minutes=30))
    shelf.now((Fetched("lead-1", "application/json", b"{}"),))
    await w.run()
    await w.handle()
    assert (await w.lead()).name == "Ann Lee"


async def test_a_hint_for_which_nothing_is_wired_in_is_not_lost_in_silence(w: World) -> None:
    await w.say("h1", Fetch("h1", "nobody-reads-this", "x", None))
    await w.run()
    assert await w.notices() == [
        "An errand (fetch) could not be done: nothing is wired in that fetches nobody-reads-this"
    ]


async def test_not_yet_is_an_answer_and_closes_the_breaker_of_whoever_was_away(w: World, shelf: Shelf) -> None:
    shelf.now(CallFailedError("503", "brook is away", fault=Fault.AWAY))
    await w.say("h1", hint())
    for _ in range(30):
        await w.run()
        w.clock.advance(timedelta(seconds=20))
    assert [row["state"] for row in await w.rows("select state from breaker")] == ["open"]
    assert await w.rows("select 1 from notice where seen_at is null") != []
    shelf.now(NotYetError(60))
    w.clock.advance(timedelta(hours=1))
    await w.run()
    assert [row["state"] for row in await w.rows("select state from breaker")] == ["closed"]
    assert await w.rows("select 1 from notice where seen_at is null") == []  # and what was told of it is put away
