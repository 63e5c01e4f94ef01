"""The CRM's own lists are compared with what reached us: what no webhook told is found, what came is not doubled."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.crm import store as polls
from rekindle.decide.words import Channel
from rekindle.errands.ask import ask
from rekindle.errands.types import Kind
from rekindle.inbox import poll
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, CrmPage, Fault, Fetched, SentElsewhere
from tests.slices.inbox_world import ANN, Outside, Told, World, contact, writes


class Crm(Outside):
    """A CRM whose lists are told page by page."""

    def __init__(self) -> None:
        self.people, self.talk = Told(), Told()
        for each in (self.people, self.talk):
            each.then(CrmPage((), ""))

    async def contacts(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        return self.people.answer((since, cursor))  # type: ignore[no-any-return]

    async def messages(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        return self.talk.answer((since, cursor))  # type: ignore[no-any-return]


@pytest.fixture
def crm() -> Crm:
    return Crm()


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, crm: Crm) -> World:
    made = World(db, office_id, clock, keyring)
    made.handlers = {
        Kind.POLL: poll.handler(poll.Poller(db, clock, made.line, {"brook": crm}, made.sources)),
    }
    await made.connect(at=clock.now() - timedelta(days=30))
    return made


def page(*names: str, cursor: str = "") -> CrmPage:
    return CrmPage(tuple(Fetched(name, "application/json", b"{}") for name in names), cursor)


def person(w: World, n: int, **more: Any) -> str:
    """A contact of the list, added a minute ago; the name its event has."""
    name = f"c{n}:v1"
    given: dict[str, Any] = {"added_at": w.clock.now() - timedelta(minutes=1), "activated": None} | more
    said = contact(f"c{n}", external_id=name, phones=(f"312-555-01{n:02d}",), emails=(), **given)
    w.source("brook-contact").words[name] = (said,)
    return name


async def compare(w: World) -> None:
    """What the timer does, and the inbox after it."""
    async with w.db.office(w.office_id) as conn:
        await ask(conn, w.office_id, Kind.POLL, "brook", {"provider": "brook"}, at=w.clock.now())
    await w.run()
    await w.handle()


async def stands(w: World, what: str = "contacts") -> dict[str, Any]:
    async with w.db.office(w.office_id) as conn:
        row = await polls.poll(conn, w.office_id, "brook", what)
    assert row is not None
    return row


async def test_a_lead_whose_webhook_never_came_is_found_and_to_be_answered(w: World, crm: Crm) -> None:
    crm.people.now(page(person(w, 42)))
    await compare(w)
    assert (await w.lead(ANN)).name == "Ann Lee"
    assert await w.causes() == ["enquiry"]
    assert (await stands(w))["found"] == 1
    assert await w.notices() == ["1 contacts of brook had never reached us by webhook; they are taken in now."]


async def test_what_came_by_webhook_is_not_found_again_nor_answered_again(w: World, crm: Crm) -> None:
    by_hook = contact("c42", external_id="c42:hook", phones=(ANN,), emails=(), activated=True)
    await w.say("c42:hook", by_hook, source="brook")
    await w.considered()
    crm.people.now(page(person(w, 42, activated=True)))
    await compare(w)
    assert ((await stands(w))["looked_at"], (await stands(w))["found"]) == (1, 0)
    assert await w.causes() == []
    assert await w.notices() == []


async def test_each_comparison_begins_where_the_last_ended_and_a_little_before(w: World, crm: Crm) -> None:
    first = w.clock.now()
    await compare(w)
    w.clock.advance(timedelta(minutes=30))
    await compare(w)
    assert [since for since, _ in crm.people.calls] == [first - poll.OVERLAP, first - poll.OVERLAP]
    w.clock.advance(timedelta(minutes=30))
    second = (await stands(w))["done_until"]
    await compare(w)
    assert crm.people.calls[-1][0] == second - poll.OVERLAP
    assert second > first


async def test_an_outage_is_noted_and_what_came_meanwhile_is_found_after_it(w: World, crm: Crm) -> None:
    await compare(w)
    before = (await stands(w))["done_until"]
    crm.people.now(CallFailedError("503", "brook is away", fault=Fault.AWAY))
    for _ in range(3):
        w.clock.advance(timedelta(hours=6))
        await compare(w)
    assert (await stands(w))["done_until"] == before
    assert "brook is away" in (await stands(w))["note"]
    crm.people.now(page(person(w, 42, added_at=before + timedelta(hours=1))))
    w.clock.advance(timedelta(hours=1))
    await compare(w)
    assert crm.people.calls[-1][0] == before - poll.OVERLAP
    assert (await w.lead(ANN)).name == "Ann Lee"
    assert (await stands(w))["note"] == ""
    assert await w.errands() == []


async def test_a_long_list_is_read_a_few_pages_a_run_and_goes_on_where_it_stopped(w: World, crm: Crm) -> None:
    pages = [page(person(w, n), cursor=str(n + 1)) for n in range(poll.PAGES + 1)]
    crm.people.now(*pages, page(person(w, 50)))
    await compare(w)
    assert len(crm.people.calls) == poll.PAGES
    begun = (await stands(w))["done_until"]
    assert (await stands(w))["cursor"] == str(poll.PAGES)
    w.clock.advance(timedelta(minutes=2))
    await compare(w)
    assert [cursor for _, cursor in crm.people.calls] == ["", "1", "2", "3", "4", "5"]
    assert len({since for since, _ in crm.people.calls}) == 1  # one list, one beginning
    assert len(await w.rows("select 1 from lead")) == poll.PAGES + 2
    # Who came while it was read may stand on a page read before: the next list begins where this one did.
    assert ((await stands(w))["cursor"], (await stands(w))["done_until"]) == ("", begun)


async def test_a_crm_that_is_away_when_it_is_first_compared_is_compared_from_then_on(w: World, crm: Crm) -> None:
    first = w.clock.now()
    crm.people.now(CallFailedError("503", "brook is away", fault=Fault.AWAY), page())
    await compare(w)
    w.clock.advance(timedelta(hours=6))
    await compare(w)
    assert [since for since, _ in crm.people.calls] == [first - poll.OVERLAP, first - poll.OVERLAP]


async def test_a_worker_that_stops_within_a_list_loses_nothing_of_it(w: World, crm: Crm) -> None:
    crm.people.now(page(person(w, 1), cursor="1"), CallFailedError("503", "away", fault=Fault.AWAY), page(person(w, 2)))
    await compare(w)
    assert (await stands(w))["cursor"] == "1"
    w.clock.advance(timedelta(minutes=2))
    await compare(w)
    assert [cursor for _, cursor in crm.people.calls] == ["", "1", "1"]
    assert len(await w.rows("select 1 from lead")) == 2


async def test_contacts_being_away_keeps_no_message_from_being_found(w: World, crm: Crm) -> None:
    await w.say("c1:1", contact(external_id="c1:1", activated=False), source="brook-contact")
    crm.people.now(CallFailedError("500", "contacts are broken", fault=Fault.MESSAGE))
    w.source("brook-message").words["m1"] = (writes("m1", sender="", contact_id="c1"),)
    crm.talk.now(page("m1"))
    await compare(w)
    [row] = await w.rows("select direction, body from message")
    assert row == {"direction": "in", "body": "Is it still free?"}
    assert (await stands(w, "messages"))["found"] == 1


async def test_messages_that_came_by_webhook_are_not_found_nor_kept_twice(w: World, crm: Crm) -> None:
    await w.say("c1:1", contact(external_id="c1:1", activated=False), source="brook-contact")
    at = w.clock.now()
    await w.say("m1", writes("m1", sender="", contact_id="c1", at=at))
    theirs = SentElsewhere("m2", "brook", "c1", "m2", Channel.SMS, "", "Call me", "user-7", at)
    await w.say("m2", theirs)
    listed = w.source("brook-message").words
    listed["m1"], listed["m2"] = (writes("m1", sender="", contact_id="c1", at=at),), (theirs,)
    crm.talk.now(page("m1", "m2"))
    await compare(w)
    assert len(await w.rows("select 1 from message")) == 2
    assert (await stands(w, "messages"))["found"] == 0


async def test_an_office_that_is_not_connected_any_more_is_left_alone(w: World, crm: Crm) -> None:
    await w.disconnect()
    await compare(w)
    assert crm.people.calls == []
    assert await w.notices() == []
