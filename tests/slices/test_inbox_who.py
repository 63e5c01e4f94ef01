"""Whose words a reply is, by contact, by the address it answered, or by its own; what machines and carriers said."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rekindle.content import threads
from rekindle.decide.words import Channel
from rekindle.kit.claims import MAX_ATTEMPTS
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import Carrier
from rekindle.sequences.enroll import enroll
from rekindle.sequences.install import install_builtin
from tests import outboxes as o
from tests.outboxes import KEYRING
from tests.slices.inbox_world import World, contact, writes

STRANGER = "stranger@people.example"


@pytest.fixture
async def out(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> o.World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


@pytest.fixture
def w(out: o.World) -> World:
    return World(out.db, out.office_id, out.clock, KEYRING)


def mails(name: str = "r1", body: str = "Is it still free?", **more: Any) -> Any:
    return writes(name, body, **({"channel": Channel.EMAIL, "sender": o.email(0), "subject": "Re: Hello"} | more))


async def walk(out: o.World) -> None:
    async with out.office() as conn:
        await install_builtin(conn, out.office_id, at=out.clock.now())
        await enroll(conn, out.office_id, out.ada, "new-buyer", at=out.clock.now())


async def walks(w: World) -> list[str]:
    return [row["state"] for row in await w.rows("select state from enrollment order by id")]


async def heard(w: World) -> list[dict[str, Any]]:
    return await w.rows("select lead_id, address, body from message where direction = 'in' order by id")


# ---------------------------------------------------------------- by contact


def by_contact(name: str = "r1", body: str = "Is it still free?", contact_id: str = "c1") -> Any:
    return writes(name, body, sender="", contact_id=contact_id)


async def known(w: World) -> str:
    ada = contact(external_id="c1:1", name="Ada Lane", phones=(o.phone(0),), emails=(), activated=False)
    return await w.say("c1:1", ada, source="brook-contact")


async def test_a_reply_that_names_only_a_contact_is_that_leads(w: World, out: o.World) -> None:
    await known(w)
    assert (await w.say("r1", by_contact())).startswith("reply: NONE")
    assert await heard(w) == [{"lead_id": out.ada, "address": o.phone(0), "body": "Is it still free?"}]


@pytest.mark.usefixtures("out")
async def test_a_contact_who_writes_from_a_number_nobody_knows_is_still_that_lead(w: World, out: o.World) -> None:
    await known(w)
    await w.say("r1", writes("r1", sender=o.phone(9), contact_id="c1"))
    assert [(row["lead_id"], row["address"]) for row in await heard(w)] == [(out.ada, o.phone(9))]
    await w.say("r2", writes("r2", sender=o.phone(8), contact_id="c9"))  # nobody knows this contact
    assert len(await w.rows("select 1 from lead")) == 2


async def test_a_reply_of_a_contact_we_do_not_know_waits_for_it_and_is_then_attributed(w: World) -> None:
    event_id = await w.arrive("r1", by_contact(body="STOP"))
    await w.handle()
    assert await w.outcome(event_id) == "due: waits for its contact"
    assert [errand["key"] for errand in await w.errands()] == ["brook-contact:c1"]
    await known(w)
    w.clock.advance(timedelta(minutes=1))
    await w.handle()
    assert (await w.outcome(event_id)).startswith("reply: STOP")
    assert await w.blocked() == {("sms", "asked to stop"), ("email", "asked to stop")}


async def test_a_stop_outlasts_a_crm_that_cannot_say_for_two_days_whose_it_is(w: World, out: o.World) -> None:
    event_id = await w.arrive("r1", by_contact(body="STOP"))
    for _ in range(48):
        await w.handle()  # its contact is still to be fetched
        w.clock.advance(timedelta(hours=1))
    assert await w.outcome(event_id) == "due: waits for its contact"
    assert await w.notices() == []
    await known(w)
    w.clock.advance(timedelta(minutes=5))
    await w.handle()
    assert (await w.outcome(event_id)).startswith("reply: STOP")
    assert [row["lead_id"] for row in await heard(w)] == [out.ada]


async def test_a_reply_whose_contact_never_comes_lies_with_the_dead_and_says_why(w: World) -> None:
    event_id = await w.arrive("r1", by_contact())
    for _ in range(MAX_ATTEMPTS):
        await w.handle()
        await w.fetches_nothing()
        w.clock.advance(timedelta(hours=1))
    assert await w.outcome(event_id) == "dead: the contact 'c1' could not be fetched from the CRM"
    assert len(await w.notices()) == 1


@pytest.mark.usefixtures("out")
async def test_a_reply_by_webhook_without_an_id_and_by_list_with_one_is_one(w: World) -> None:
    await known(w)
    at = w.clock.now()
    by_hook = writes("hash-1", "Is it still free?", sender="", contact_id="c1", at=at)
    by_list = writes("m9", "Is it still free?", sender="", contact_id="c1", at=at - timedelta(seconds=2))
    await w.say("hash-1", by_hook)
    assert await w.say("m9", by_list, source="brook-message") == "reply seen before"
    assert len(await heard(w)) == 1


# ---------------------------------------------------------------- by what it answered


async def test_the_token_of_the_address_answered_counts_more_than_who_it_is_from(w: World, out: o.World) -> None:
    """A lead answers from another mailbox of theirs: it is still the lead's answer."""
    await walk(out)
    key = await out.plan(address=o.email(0))
    token = threads.make(await w.key(), (await out.message(key))["id"])
    assert (await w.say("r1", mails(sender=STRANGER, thread=token, authentic=False))).startswith("reply: NONE")
    assert [row["lead_id"] for row in await heard(w)] == [out.ada]
    assert await walks(w) == ["exited"]
    assert len(await w.rows("select 1 from lead")) == 1


async def test_a_forged_token_attributes_nothing(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    token = threads.make(b"another office's key", (await out.message(key))["id"])
    await w.say("r1", mails(sender=STRANGER, thread=token))
    [row] = await heard(w)
    assert (row["lead_id"] != out.ada, row["address"]) == (True, STRANGER)


async def test_mail_nobody_vouches_for_goes_to_a_person_and_does_nothing(w: World, out: o.World) -> None:
    await walk(out)
    said = await w.say("r1", mails(authentic=False))
    assert said == "dead: nobody vouches for this e-mail's sender (SPF, DKIM) and it answers none of ours"
    assert await heard(w) == []
    assert await walks(w) == ["active"]
    said = await w.say("r2", mails("r2", sender=STRANGER, authentic=False))
    assert said.startswith("dead: ")
    assert len(await w.rows("select 1 from lead")) == 1  # no lead is made of a forger


async def test_an_opt_out_counts_whoever_vouches(w: World, out: o.World) -> None:
    """To be silent to somebody who never asked for it harms nobody; to go on harms."""
    await walk(out)
    assert (await w.say("r1", mails(body="unsubscribe", authentic=False))).startswith("reply: STOP")
    assert ("email", "asked to stop") in await w.blocked()
    assert await walks(w) == ["exited"]


# ---------------------------------------------------------------- machines and carriers


async def test_an_automatic_answer_is_kept_and_ends_nothing(w: World, out: o.World) -> None:
    await walk(out)
    planned = await out.plan(due_at=w.clock.now() + timedelta(days=1))
    await w.say("r1", mails(body="Thank you for your message. We will answer soon.", automatic=True))
    assert len(await heard(w)) == 1
    assert await walks(w) == ["active"]
    assert (await out.message(planned))["state"] == "planned"
    [lead] = await w.rows("select last_inbound_at, stage from lead")
    assert lead == {"last_inbound_at": None, "stage": "new"}


@pytest.mark.parametrize("text", ["STOP", "ARRET", "Stop it"])
async def test_a_stop_the_carrier_confirmed_is_obeyed_and_not_confirmed_again(
    w: World, out: o.World, text: str
) -> None:
    await walk(out)
    said = writes("r1", text, sender=o.phone(0), handled=Carrier.STOP)
    assert (await w.say("r1", said)).startswith("reply: STOP")
    assert ("sms", "asked to stop") in await w.blocked()
    assert await walks(w) == ["exited"]
    assert await w.rows("select 1 from message where direction = 'out'") == []


async def test_a_stop_the_carrier_did_nothing_about_is_confirmed_by_us(w: World) -> None:
    await w.say("r1", writes("r1", "STOP", sender=o.phone(0)))
    [row] = await w.rows("select class from message where direction = 'out'")
    assert row["class"] == "compliance"


@pytest.mark.usefixtures("out")
async def test_a_start_the_carrier_took_opens_the_number_again(w: World) -> None:
    await w.say("r1", writes("r1", "STOP", sender=o.phone(0), handled=Carrier.STOP))
    w.clock.advance(timedelta(days=1))
    await w.say("r2", writes("r2", "YES", sender=o.phone(0), handled=Carrier.START))
    assert ("sms", "asked to stop") not in await w.blocked()
    [row] = await w.rows("select granted, basis from consent_state where channel = 'sms'")
    assert row == {"granted": True, "basis": "reply"}


@pytest.mark.usefixtures("out")
async def test_a_start_to_somebody_who_never_said_stop_grants_nothing(w: World) -> None:
    await w.say("r1", writes("r1", "YES", sender=o.phone(7), handled=Carrier.START))
    assert await w.rows("select 1 from consent_state where address = %s and granted", o.phone(7)) == []
