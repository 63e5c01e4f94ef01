"""Mailboxes and providers' own lists are read at their pace; our blocks are put on those lists in turn."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.consent import lists
from rekindle.crm import store as polls
from rekindle.decide.words import Channel
from rekindle.errands.ask import ask
from rekindle.errands.types import Kind
from rekindle.inbox import feeds
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Fault, Fetched, OptedOut
from tests.slices.inbox_world import MAIL, Outside, Told, World, asks, writes


class List(Outside):
    """A provider's own list: read page by page, and added to."""

    source = "brook-message"
    every = timedelta(minutes=10)

    def __init__(self, provider: str = "brook") -> None:
        super().__init__()
        self.provider = provider
        self.added = Told()
        self.added.then(None)
        self.use = True

    def wanted(self, account: Account) -> bool:  # noqa: ARG002 the port's
        return self.use

    async def since(self, cursor: str, account: Account, *, deadline: float) -> tuple[tuple[Fetched, ...], str]:  # noqa: ARG002
        return self.answer(cursor)  # type: ignore[no-any-return]

    async def add(self, address: str, account: Account, *, deadline: float) -> None:  # noqa: ARG002 the port's
        self.added.answer(address)


@pytest.fixture
def mine() -> List:
    made = List()
    made.then(((), ""))
    return made


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, mine: List) -> World:
    made = World(db, office_id, clock, keyring)
    reader = feeds.Reader(db, clock, made.line, {"brook": mine}, made.sources)
    made.handlers = {
        Kind.READ: feeds.handler(reader),
        Kind.LIST: lists.handler(db, clock, made.line, {"brook": mine, "creek": List("creek")}),
    }
    await made.connect()
    return made


def entry(w: World, name: str, *words: Any) -> Fetched:
    w.source("brook-message").words[name] = words
    return Fetched(name, "application/json", b"{}")


async def read(w: World) -> None:
    """What the timer does every minute, and the inbox after it."""
    async with w.db.office(w.office_id) as conn:
        await ask(conn, w.office_id, Kind.READ, "brook", {"provider": "brook"}, at=w.clock.now())
    await w.run()
    await w.handle()


async def stands(w: World) -> dict[str, Any]:
    async with w.db.office(w.office_id) as conn:
        return await polls.poll(conn, w.office_id, "brook", "list") or {}


async def test_a_mailbox_is_read_into_the_inbox_and_from_where_it_ended(w: World, mine: List) -> None:
    mine.now(((entry(w, "m1", asks("m1")),), "17"), ((), "17"))
    await read(w)
    assert (await w.lead()).name == "Ann Lee"
    assert mine.calls == ["", "17"]
    assert (await stands(w))["cursor"] == "17"
    w.clock.advance(timedelta(minutes=10))
    await read(w)
    assert mine.calls[-1] == "17"


async def test_it_is_read_at_its_own_pace_however_often_the_timer_asks(w: World, mine: List) -> None:
    await read(w)
    for _ in range(8):
        w.clock.advance(timedelta(minutes=1))
        await read(w)
    assert len(mine.calls) == 1
    w.clock.advance(timedelta(minutes=2))
    await read(w)
    assert len(mine.calls) == 2


async def test_an_account_not_set_up_to_be_read_is_not_read(w: World, mine: List) -> None:
    mine.use = False
    await read(w)
    assert mine.calls == []
    assert await w.errands() == []


async def test_what_is_read_twice_counts_once(w: World, mine: List) -> None:
    """A provider's cursor goes by the second: the last entries come again."""
    mine.now(((entry(w, "r1", writes("r1", "Hello")),), "100"), ((entry(w, "r1", writes("r1", "Hello")),), "100"))
    await read(w)
    w.clock.advance(timedelta(minutes=10))
    await read(w)
    assert len(await w.rows("select 1 from message")) == 1


async def test_an_outage_is_noted_and_the_place_kept(w: World, mine: List) -> None:
    away = CallFailedError("503", "brook is away", fault=Fault.AWAY)
    mine.now(((entry(w, "m1", asks("m1")),), "17"), away)
    await read(w)
    assert (await stands(w))["cursor"] == "17"
    assert "brook is away" in (await stands(w))["note"]
    mine.now(((), "17"))
    w.clock.advance(timedelta(hours=1))
    await read(w)
    assert mine.calls[-1] == "17"
    assert (await stands(w))["note"] == ""


async def test_what_a_providers_list_has_blocks_here(w: World, mine: List) -> None:
    await w.say("e1", asks("e1"), source="form")
    said = OptedOut("u1", frozenset({Channel.EMAIL}), MAIL, "brook:list", complaint=False, at=None)
    mine.now(((entry(w, "u1", said),), "1"), ((), "1"))
    await read(w)
    assert await w.blocked() == {("email", "unsubscribed")}


# ---------------------------------------------------------------- and the other way


async def test_an_address_blocked_here_is_put_on_the_list_of_whoever_is_connected(w: World, mine: List) -> None:
    await w.say("e1", asks("e1"), source="form")
    await w.say("u1", OptedOut("u1", frozenset({Channel.EMAIL}), MAIL, "own", complaint=False, at=None))
    await w.run()
    assert mine.added.calls == [MAIL]
    assert await w.errands() == []


async def test_a_block_of_texts_is_no_business_of_a_mail_provider(w: World, mine: List) -> None:
    await w.say("e1", asks("e1"), source="form")
    await w.say("u1", OptedOut("u1", frozenset({Channel.SMS}), "312-555-0142", "own", complaint=False, at=None))
    await w.run()
    assert mine.added.calls == []


async def test_a_list_that_is_away_gets_the_address_when_it_is_back(w: World, mine: List) -> None:
    mine.added.now(CallFailedError("503", "away", fault=Fault.AWAY), None)
    await w.say("u1", OptedOut("u1", frozenset({Channel.EMAIL}), MAIL, "own", complaint=False, at=None))
    await w.run()
    w.clock.advance(timedelta(minutes=5))
    await w.run()
    assert mine.added.calls == [MAIL, MAIL]
    assert await w.errands() == []
