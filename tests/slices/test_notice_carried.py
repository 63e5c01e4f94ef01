"""A notice reaches the people it is for where they look: once a cause, by each carrier on its own."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.alerts import notice, tell
from rekindle.alerts.types import Kind as NoticeKind
from rekindle.errands.types import Kind
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.providers.ports import Account, CallFailedError, Fault, StaffNotice
from tests.outboxes import KEYRING
from tests.slices.inbox_world import Outside, World, asks

BASE = "https://lakeside.example"


class Bell(Outside):
    """Carries notices to staff."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider
        self.then(None)

    async def tell(self, notice: StaffNotice, account: Account, *, deadline: float) -> None:
        assert deadline > 0
        assert account.provider == self.provider
        self.answer(notice)


@pytest.fixture
def chat() -> Bell:
    return Bell("chat")


@pytest.fixture
def post() -> Bell:
    return Bell("post")


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, chat: Bell, post: Bell) -> World:
    made = World(db, office_id, clock, KEYRING)
    made.handlers = {Kind.NOTICE: tell.handler(db, clock, made.line, {"chat": chat, "post": post}, BASE)}
    await made.connect("chat")
    await made.connect("post")
    return made


async def person(w: World, name: str, role: str, *, active: bool = True) -> UUID:
    made = new_id()
    await w.rows(
        "insert into person (office_id, id, name, email, role, active, created_at) values (%s, %s, %s, %s, %s, %s, %s)"
        " returning id",
        w.office_id, made, name, f"{name}@lakeside.example", role, active, w.clock.now(),
    )  # fmt: skip
    return made


async def ring(
    w: World, key: str = "k", *, to: UUID | None = None, lead_id: UUID | None = None, text: str = "Look at this"
) -> UUID:
    async with w.db.office(w.office_id) as conn:
        return await notice.notify(
            conn, w.office_id, key=key, person_id=to, lead_id=lead_id, kind=NoticeKind.PROBLEM, text=text,
            at=w.clock.now(),
        )  # fmt: skip


async def waiting(w: World) -> list[str]:
    return [row["state"] for row in await w.rows("select state from errand")]


async def test_a_notice_is_carried_by_everybody_the_office_has_connected(w: World, chat: Bell, post: Bell) -> None:
    await ring(w)
    await w.run()
    for bell in (chat, post):
        [said] = bell.calls
        assert (said.office, said.title, said.text) == ("Lakeside Team", "Something needs mending", "Look at this")
        assert (said.url, said.key) == (f"{BASE}/", "k")
    assert await waiting(w) == []


async def test_one_cause_rings_once_however_often_it_happens_and_again_when_nobody_looks(w: World, chat: Bell) -> None:
    for _ in range(5):
        await ring(w)
        await w.run()
        w.clock.advance(timedelta(minutes=5))
    assert len(chat.calls) == 1
    w.clock.advance(tell.AGAIN)
    await ring(w, text="And again")
    await w.run()
    assert [said.text for said in chat.calls] == ["Look at this", "And again"]


async def test_a_carrier_that_is_away_is_tried_again_and_keeps_no_other_waiting(
    w: World, chat: Bell, post: Bell
) -> None:
    chat.now(CallFailedError("503", "away", fault=Fault.AWAY), None)
    await ring(w)
    await w.run()
    assert (len(chat.calls), len(post.calls)) == (1, 1)
    w.clock.advance(timedelta(minutes=1))
    await w.run()
    assert (len(chat.calls), len(post.calls)) == (2, 1)
    assert await waiting(w) == []


async def test_what_somebody_saw_meanwhile_is_not_told(w: World, chat: Bell) -> None:
    olga = await person(w, "olga", "owner")
    chat.now(CallFailedError("503", "away", fault=Fault.AWAY), None)
    notice_id = await ring(w)
    await w.run()
    async with w.db.office(w.office_id) as conn:
        assert await notice.mark_seen(conn, w.office_id, notice_id, olga, office_wide=True, at=w.clock.now())
    w.clock.advance(timedelta(minutes=1))
    await w.run()
    assert len(chat.calls) == 1
    assert await waiting(w) == []


async def test_a_new_cause_after_the_old_one_was_seen_rings_at_once(w: World, chat: Bell) -> None:
    await ring(w)
    await w.run()
    async with w.db.office(w.office_id) as conn:
        await notice.settle(conn, w.office_id, "k", by=None, at=w.clock.now())
    await ring(w)
    await w.run()
    assert len(chat.calls) == 2


async def test_what_is_for_managers_goes_to_them_and_what_is_for_one_person_to_that_one(w: World, chat: Bell) -> None:
    await person(w, "olga", "owner")
    await person(w, "max", "manager")
    await person(w, "gone", "manager", active=False)
    ada = await person(w, "ada", "agent")
    await person(w, "bob", "agent")
    await ring(w, "office")
    await ring(w, "hers", to=ada)
    await w.run()
    told = {said.key: said.emails for said in chat.calls}
    assert told == {
        "office": ("max@lakeside.example", "olga@lakeside.example"),
        "hers": ("ada@lakeside.example",),
    }


async def test_a_notice_about_a_lead_leads_there_and_names_no_address_of_it(w: World, chat: Bell) -> None:
    await w.say("e1", asks("e1"), source="form")
    lead = await w.lead()
    await ring(w, lead_id=lead.id, text="Ann wants you")
    await w.run()
    [said] = chat.calls
    assert said.url == f"{BASE}/leads/{lead.id}"
    assert "3125550142" not in repr(said)
    assert "ann@" not in repr(said)


async def test_where_nothing_is_connected_it_stands_on_the_pages_and_nothing_waits(w: World, chat: Bell) -> None:
    await w.disconnect("chat")
    await w.disconnect("post")
    await ring(w)
    await w.run()
    assert chat.calls == []
    assert await w.notices() == ["Look at this"]
    assert await waiting(w) == []


async def test_a_carrier_that_never_can_carry_is_told_of_by_the_other_and_rings_no_circle(
    w: World, chat: Bell, post: Bell
) -> None:
    chat.now(CallFailedError("404", "no such channel", fault=Fault.MESSAGE))
    await ring(w)
    for _ in range(10):
        await w.run()
        w.clock.advance(timedelta(minutes=1))
    assert [said.text for said in post.calls] == [
        "Look at this",
        "An errand (notice) could not be done: 404: no such channel",
    ]
    assert len(chat.calls) == 2
