"""What the CRM saw leave: the echo of ours changes nothing, what somebody wrote there is theirs and counts."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import SentElsewhere
from rekindle.sequences.enroll import enroll
from rekindle.sequences.install import install_builtin
from tests import outboxes as o
from tests.carrier import DROP_SILENTLY, TAKE_SILENTLY
from tests.outboxes import KEYRING
from tests.slices.inbox_world import World, contact

WORDS = "Hello Ada, still looking?"  # what tests.outboxes plans


@pytest.fixture
async def out(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> o.World:
    """The CRM itself carries the office's texts."""
    made = await o.world(db, office_id, clock, tmp_path / "carrier.db")
    made.carrier.name = "brook"
    return made


@pytest.fixture
async def w(out: o.World) -> World:
    """Ada is contact c1 of the CRM."""
    made = World(out.db, out.office_id, out.clock, KEYRING)
    known = contact(external_id="c1:1", name="Ada Lane", emails=(o.email(0),), phones=(o.phone(0),), activated=False)
    assert await made.say("c1:1", known, source="brook-contact") == "new contact, not activated"
    return made


def sent(name: str = "m1", **more: Any) -> SentElsewhere:
    given: dict[str, Any] = {
        "crm": "brook", "contact_id": "c1", "provider_id": name, "channel": Channel.SMS, "address": "", "body": WORDS,
        "person": "", "at": None,
    }  # fmt: skip
    return SentElsewhere(name, **(given | more))


async def messages(w: World) -> list[dict[str, Any]]:
    return await w.rows("select provider_id, state, step, body from message where direction = 'out' order by id")


async def test_the_echo_of_ours_is_known_by_the_providers_id(w: World, out: o.World) -> None:
    key = await out.plan()
    await out.drain()
    before = await out.story()
    assert await w.say("m1", sent(provider_id=(await out.message(key))["provider_id"])) == "echo of our own"
    assert len(await messages(w)) == 1
    assert await out.story() == before


async def test_the_echo_settles_a_message_whose_answer_was_lost(w: World, out: o.World) -> None:
    """The send timed out, and the provider cannot say: its own echo proves that it left. It is never sent again."""
    out.carrier.blind = True
    out.carrier.script[o.phone(0)] = [TAKE_SILENTLY]
    key = await out.plan()
    await out.drain()
    assert (await out.message(key))["state"] in ("in_flight", "unknown")
    reflowed = f" {WORDS.replace(' ', chr(10))} -- Sent with Brook"  # as HTML renders it, with a footer of theirs
    assert await w.say("m1", sent(at=w.clock.now(), body=reflowed)) == "echo of our own"
    row = await out.message(key)
    assert (row["state"], row["provider_id"]) == ("accepted", "m1")
    w.clock.advance(timedelta(days=1))
    await out.drain()
    assert out.carrier.book.execute("select count(*) from took").fetchone() == (1,)
    assert await w.say("m1-again", sent(at=w.clock.now())) == "echo of our own"
    assert len(await messages(w)) == 1


async def test_an_echo_that_names_no_id_is_known_by_its_words(w: World, out: o.World) -> None:
    key = await out.plan(at=w.clock.now() - timedelta(days=1), due_at=w.clock.now())  # planned long before it left
    await out.drain()
    known = (await out.message(key))["provider_id"]
    assert await w.say("hash-1", sent("hash-1", provider_id="", at=w.clock.now())) == "echo of our own"
    assert await w.say("m1", sent(known, at=w.clock.now())) == "echo of our own"
    assert len(await messages(w)) == 1
    assert (await out.message(key))["provider_id"] == known


@pytest.mark.parametrize(("wrote", "counts"), [(None, True), (timedelta(hours=2), True), (timedelta(minutes=5), False)])
async def test_a_persons_message_counts_for_caps_but_an_answer_to_the_lead_does_not(
    w: World, out: o.World, wrote: timedelta | None, counts: bool
) -> None:
    if wrote is not None:
        await w.rows("update lead set last_inbound_at = %s returning 1", w.clock.now() - wrote)
    await w.say("m1", sent(body="Call me", person="user-7"))
    planned = await out.plan()
    await out.drain()
    assert (await out.message(planned))["error_code"] == ("CAP_GAP" if counts else None)


async def test_the_echo_before_our_own_books_know_it_left_is_no_second_message(w: World, out: o.World) -> None:
    """The webhook is faster than the answer to our call."""
    out.carrier.script[o.phone(0)] = [DROP_SILENTLY]
    key = await out.plan()
    await out.drain()
    assert await w.say("m1", sent(body=f"{WORDS} ")) == "echo of our own"
    assert (await out.message(key))["provider_id"] == "m1"
    assert len(await messages(w)) == 1


@pytest.mark.parametrize("more", [{"body": "Call me"}, {"channel": Channel.EMAIL}])
async def test_other_words_or_another_channel_are_no_echo(w: World, out: o.World, more: dict[str, Any]) -> None:
    out.carrier.blind = True
    out.carrier.script[o.phone(0)] = [TAKE_SILENTLY]
    await out.plan()
    await out.drain()
    assert await w.say("m1", sent(**more)) == "sent in brook"
    assert len(await messages(w)) == 2


async def test_a_person_who_writes_in_the_crm_ends_the_plan(w: World, out: o.World) -> None:
    async with out.office() as conn:
        await install_builtin(conn, out.office_id, at=w.clock.now())
        await enroll(conn, out.office_id, out.ada, "new-buyer", at=w.clock.now())
    planned = await out.plan(due_at=w.clock.now() + timedelta(days=1))
    assert await w.say("m1", sent(body="Hi Ada, it is me, Olga", person="user-7")) == "sent in brook"
    assert (await out.message(planned))["state"] == "canceled"
    [walk] = await w.rows("select state, end_reason from enrollment")
    assert walk == {"state": "exited", "end_reason": "somebody wrote in brook"}
    [line] = await w.rows("select data from timeline where kind = 'left'")
    assert (line["data"]["elsewhere"], line["data"]["text"]) == ("person", "Hi Ada, it is me, Olga")


async def test_an_automation_of_the_crm_ends_nothing_but_counts_for_caps(w: World, out: o.World) -> None:
    assert await w.say("m1", sent(body="Your CRM says hello")) == "sent in brook"
    planned = await out.plan()
    await out.drain()
    row = await out.message(planned)
    assert (row["state"], row["error_code"]) == ("planned", "CAP_GAP")


async def test_by_webhook_without_an_id_and_by_list_with_one_is_one_message(w: World, out: o.World) -> None:
    said_at = w.clock.now()
    by_hook = sent("hash-1", provider_id="", body="Call me", person="user-7", at=said_at)
    by_list = sent("m9", body="Call me", person="user-7", at=said_at - timedelta(seconds=3))
    assert await w.say("hash-1", by_hook) == "sent in brook"
    assert await w.say("m9", by_list, source="brook-message") == "seen before"
    assert len(await messages(w)) == 1
    assert (await out.story()).count("left") == 1


@pytest.mark.usefixtures("out")
async def test_the_same_words_on_another_day_are_another_message(w: World) -> None:
    await w.say("m1", sent("m1", body="Call me", person="user-7", at=w.clock.now()))
    w.clock.advance(timedelta(days=1))
    assert await w.say("m2", sent("m2", body="Call me", person="user-7", at=w.clock.now())) == "sent in brook"
    assert len(await messages(w)) == 2


async def test_a_message_to_a_contact_we_do_not_know_waits_until_it_is_fetched(w: World) -> None:
    w.handlers = {}
    event_id = await w.arrive("m1", sent(contact_id="c2", body="Call me", person="user-7"))
    await w.handle()
    assert await w.outcome(event_id) == "due: waits for its contact"
    [errand] = await w.errands()
    assert (errand["kind"], errand["key"]) == ("fetch", "brook-contact:c2")
    known = contact("c2", external_id="c2:1", phones=(o.phone(5),), emails=(), activated=False)
    await w.say("c2:1", known, source="brook-contact")
    w.clock.advance(timedelta(minutes=1))
    await w.handle()
    assert await w.outcome(event_id) == "sent in brook"
    assert len(await messages(w)) == 1


async def test_a_message_to_a_contact_that_never_can_be_fetched_is_let_go(w: World) -> None:
    event_id = await w.arrive("m1", sent(contact_id="c2", body="Call me", person="user-7"))
    for _ in range(8):
        await w.handle()
        await w.fetches_nothing()
        w.clock.advance(timedelta(hours=1))
    assert await w.outcome(event_id) == "sent to somebody who is no lead"
    assert await w.notices() == []
