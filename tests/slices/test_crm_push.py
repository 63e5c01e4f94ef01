"""The CRM is told what we know of a lead: soon, once, and never more than has changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.crm import push
from rekindle.decide.words import Channel, Lane
from rekindle.errands.run import run_batch
from rekindle.errands.types import Kind
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.leads import store as leads
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker, consider_batch
from rekindle.providers.ports import Account, CallFailedError, Card, Fault, OptedOut, Pushed
from tests.slices.inbox_world import MAIL, Outside, World, asks, contact, writes


class Crm(Outside):
    """A CRM that keeps the cards it was given and names the contact c7."""

    async def push(self, card: Card, account: Account, *, opportunity_id: str, deadline: float) -> Pushed:
        assert deadline > 0
        assert account.get("token") == "t"
        self.cards.append((card, opportunity_id))
        return self.answer(card)  # type: ignore[no-any-return]

    cards: list[tuple[Card, str]]


@pytest.fixture
def crm() -> Crm:
    made = Crm()
    made.cards = []
    made.then(Pushed("c7", ("rekindle: hot",), "opp-1"))
    return made


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, crm: Crm) -> World:
    made = World(db, office_id, clock, keyring)
    made.handlers = {Kind.CRM: push.handler(db, keyring, clock, made.line, {"brook": crm})}
    await made.connect()
    await made.say("e1", asks("e1"), source="form")
    return made


async def consider(w: World) -> None:
    looker = Looker(w.db, w.clock, Means(w.keyring, "https://lakeside.example", crms=("brook",)), lambda: 0.5)
    while await consider_batch(looker):
        pass


async def pushed(w: World) -> int:
    """What happened so far is considered and, seconds later, told; how many errands that took."""
    await consider(w)
    w.clock.advance(push.GATHERS)
    return await w.run()


async def change(w: World, **fields: Any) -> None:
    async with w.db.office(w.office_id) as conn:
        lead = await w.lead()
        if fields:
            await leads.set_fields(conn, w.office_id, lead.id, at=w.clock.now(), **fields)
        await push.want(conn, w.office_id, lead.id, crms=("brook",), at=w.clock.now())
    w.clock.advance(push.GATHERS)
    await w.run()


async def link(w: World) -> dict[str, Any]:
    [row] = await w.rows("select * from crm_link")
    return row


async def test_a_lead_that_was_looked_at_is_told_within_seconds_and_once(w: World, crm: Crm) -> None:
    await consider(w)
    assert await w.run() == 0  # what happens within seconds is told together
    w.clock.advance(push.GATHERS)
    assert await w.run() == 1
    [(card, opportunity)] = crm.cards
    lead = await w.lead()
    assert (card.lead_id, card.contact_id, opportunity) == (str(lead.id), "", "")
    assert (card.name, card.emails, card.phones) == ("Ann Lee", (MAIL,), ("+13125550142",))
    assert (card.stage, card.source, card.no_sms, card.no_email) == (lead.stage, "form", False, False)
    known = await link(w)
    assert (known["contact_id"], known["lead_id"], known["opportunity_id"]) == ("c7", lead.id, "opp-1")


async def test_what_was_told_is_not_told_again(w: World, crm: Crm) -> None:
    await pushed(w)
    for _ in range(3):
        async with w.db.office(w.office_id) as conn:
            await push.want(conn, w.office_id, (await w.lead()).id, crms=("brook",), at=w.clock.now())
        w.clock.advance(timedelta(hours=1))
        await w.run()
    assert len(crm.cards) == 1


async def test_each_change_is_told_with_the_contact_and_opportunity_it_is_about(w: World, crm: Crm) -> None:
    await pushed(w)
    await change(w, stage="appointment")
    [_, (card, opportunity)] = crm.cards
    assert (card.contact_id, opportunity, card.stage) == ("c7", "opp-1", "appointment")
    assert dict(card.fields)["stage"] == "appointment"


async def test_the_tag_of_how_warm_a_lead_is_goes_on_and_the_stale_ones_off(w: World, crm: Crm) -> None:
    await pushed(w)
    await change(w, temperature="hot", score=88)
    card = crm.cards[-1][0]
    assert (card.tags_on, set(card.tags_off)) == (("rekindle: hot",), {"rekindle: warm", "rekindle: cold"})
    assert (dict(card.fields)["score"], dict(card.fields)["temperature"]) == ("88", "hot")
    await change(w, temperature="cold")
    card = crm.cards[-1][0]
    assert (card.tags_on, set(card.tags_off)) == (("rekindle: cold",), {"rekindle: warm", "rekindle: hot"})


async def test_a_reply_is_told_after_it_was_looked_at(w: World, crm: Crm) -> None:
    await pushed(w)
    await w.say("r1", writes("r1", "Is it still free?"))
    await pushed(w)
    assert dict(crm.cards[-1][0].fields)["intent"] == "other"


async def test_a_stop_is_written_back_as_do_not_disturb(w: World, crm: Crm) -> None:
    await pushed(w)
    await w.say("u1", OptedOut("u1", frozenset({Channel.EMAIL}), MAIL, "list:unsubscribe", complaint=False, at=None))
    await pushed(w)
    assert (crm.cards[-1][0].no_email, crm.cards[-1][0].no_sms) == (True, False)
    await w.say("r1", writes("r1", "STOP"))
    await pushed(w)
    assert (crm.cards[-1][0].no_email, crm.cards[-1][0].no_sms) == (True, True)


async def test_a_note_is_told_once_even_when_nothing_else_changed(w: World, crm: Crm) -> None:
    await pushed(w)
    lead = await w.lead()
    await w.rows(
        "insert into handoff (office_id, id, lead_id, cause, summary, opened_at)"
        " values (%s, %s, %s, 'question', 'Asks about schools', %s) returning id",
        w.office_id, new_id(), lead.id, w.clock.now(),
    )  # fmt: skip
    await change(w)
    [(_, text)] = crm.cards[-1][0].notes
    assert text == "Rekindle hands over (question): Asks about schools"
    told = len(crm.cards)
    await change(w)
    assert len(crm.cards) == told
    await change(w, stage="qualified")
    assert crm.cards[-1][0].notes == ()


async def test_a_push_whose_answer_was_lost_tells_its_note_again_under_the_same_key(w: World, crm: Crm) -> None:
    await w.rows(
        "insert into handoff (office_id, id, lead_id, cause, summary, opened_at)"
        " values (%s, %s, %s, 'question', 'Asks about schools', %s) returning id",
        w.office_id, new_id(), (await w.lead()).id, w.clock.now(),
    )  # fmt: skip
    crm.now(CallFailedError("timeout", "no answer", fault=Fault.AWAY), Pushed("c7", (), "opp-1"))
    await pushed(w)
    w.clock.advance(timedelta(minutes=1))
    await w.run()
    [(first, _), (second, _)] = crm.cards
    assert first.notes == second.notes != ()


async def test_too_fast_is_obeyed_to_the_second(w: World, crm: Crm) -> None:
    crm.now(CallFailedError("429", "too fast", fault=Fault.BUSY, retry_after=30), Pushed("c7", (), "opp-1"))
    await pushed(w)
    w.clock.advance(timedelta(seconds=29))
    await run_batch(w.runner())
    assert len(crm.cards) == 1
    w.clock.advance(timedelta(seconds=1))
    await w.run()
    assert len(crm.cards) == 2
    assert await w.errands() == []


async def test_a_card_the_crm_never_can_take_is_laid_down_and_the_next_change_tried_anew(w: World, crm: Crm) -> None:
    crm.now(CallFailedError("422", "bad phone", fault=Fault.MESSAGE), Pushed("c7", (), "opp-1"))
    await pushed(w)
    assert [row["state"] for row in await w.errands()] == ["dead"]
    assert await w.notices() == ["An errand (crm) could not be done: 422: bad phone"]
    await change(w, stage="qualified")
    assert await w.errands() == []


async def test_a_contact_that_was_deleted_there_is_not_written_to_under_its_old_id(w: World, crm: Crm) -> None:
    await pushed(w)
    await w.say("c7:1", contact("c7", external_id="c7:1", deleted=True), source="brook-contact")
    crm.now(Pushed("c8", (), "opp-2"))
    await change(w, stage="qualified")
    assert crm.cards[-1][0].contact_id == ""


async def test_a_list_imported_here_is_not_poured_into_the_crm(w: World, crm: Crm) -> None:
    await pushed(w)
    imported = [asks(f"i{n}", phones=(f"773-555-01{n:02d}",), emails=(), enroll="none") for n in range(5)]
    await w.say("file", *imported, lane=Lane.BULK)
    await pushed(w)
    assert len(crm.cards) == 1


async def test_the_echo_of_a_push_asks_for_no_other(w: World, crm: Crm) -> None:
    """What we wrote comes back by webhook: it is known, nobody is looked at anew, nothing is pushed (no ping-pong)."""
    await pushed(w)
    card = crm.cards[0][0]
    tags = ("rekindle: hot",)
    for n in range(3):
        echo = contact(
            "c7", external_id=f"c7:{n}", name=card.name, phones=card.phones, emails=card.emails, tags=tags,
            attributes=(("score", str(50 + n)),), activated=False, at=w.clock.now(),
        )  # fmt: skip
        await w.say(f"c7:{n}", echo, source="brook-contact")
        await pushed(w)
    assert len(crm.cards) == 1


async def test_a_lead_without_an_address_is_told_to_nobody(w: World, crm: Crm) -> None:
    await w.rows("delete from contact_point returning 1")
    await pushed(w)
    assert crm.cards == []
