"""A provider's own list says no, a mailbox is dead, a lead clicked: what each of these is, and what it is not."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rekindle.content import threads
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.providers.ports import OptedOut, Touched
from tests import outboxes as o
from tests.outboxes import KEYRING
from tests.slices.inbox_world import World

EMAIL, SMS = frozenset({Channel.EMAIL}), frozenset({Channel.SMS})
BOTH = EMAIL | SMS


@pytest.fixture
def w(db: Db, office_id: UUID, clock: HandClock) -> World:
    return World(db, office_id, clock, KEYRING)


@pytest.fixture
async def out(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> o.World:
    """Ada has phone(0) and email(0), agreed to both."""
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


def opted(name: str = "u1", channels: frozenset[Channel] = EMAIL, **more: Any) -> OptedOut:
    given: dict[str, Any] = {"address": o.email(0), "rule": "list:unsubscribe", "complaint": False, "at": None} | more
    return OptedOut(name, channels, **given)


def clicked(key: str, name: str = "t1", **more: Any) -> Touched:
    given: dict[str, Any] = {"act": "click", "url": "https://lakeside.example/1", "human": False, "at": None} | more
    return Touched(name, "carrier", "", key, **given)


async def test_an_unsubscribe_closes_the_address_and_takes_back_what_was_planned(w: World, out: o.World) -> None:
    later = await out.plan(address=o.email(0), due_at=w.clock.now() + timedelta(days=1))
    text = await out.plan(due_at=w.clock.now() + timedelta(days=1))
    assert await w.say("u1", opted()) == "opted out: list:unsubscribe"
    assert await w.blocked() == {("email", "unsubscribed")}
    assert (await out.message(later))["state"] == "canceled"
    assert (await out.message(text))["state"] == "planned"  # texts were not spoken of
    granted = await w.rows("select channel from consent_state where granted")
    assert [row["channel"] for row in granted] == ["sms"]
    assert await w.notices() == []


@pytest.mark.usefixtures("out")
async def test_a_spam_report_closes_e_mails_and_texts_and_tells_a_person_once(w: World) -> None:
    complaint = opted("s1", BOTH, rule="list:spamreport", complaint=True)
    await w.say("s1", complaint)
    await w.say("s1-again", complaint)
    assert await w.blocked() == {("email", "unsubscribed"), ("sms", "unsubscribed")}
    assert await w.rows("select 1 from consent_state where granted") == []
    assert await w.notices() == ["A lead reported our e-mail as spam. Nothing more is sent to them."]
    told = await w.rows("select count from notice")
    assert [row["count"] for row in told] == [1]


async def test_a_dead_mailbox_is_written_to_no_more_but_nobody_said_no(w: World, out: o.World) -> None:
    assert await w.say("b1", opted("b1", rule="list:bounce", dead=True)) == "dead address: list:bounce"
    assert await w.blocked() == {("email", "unreachable")}
    granted = await w.rows("select channel from consent_state where granted order by channel")
    assert [row["channel"] for row in granted] == ["email", "sms"]
    assert (await out.story()).count("suppressed") == 1
    assert "unreachable" in (await w.causes())


async def test_the_token_of_our_own_unsubscribe_address_names_whom_we_wrote_to(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    token = threads.make(await w.key(), (await out.message(key))["id"])
    await w.say("u1", opted(address="somebody.else@people.example", token=token))
    [block] = await w.rows("select address_hash from suppression")
    await w.say("u2", opted("u2"))  # Ada's own address, blocked already: nothing new
    assert [row["address_hash"] for row in await w.rows("select address_hash from suppression")] == [
        block["address_hash"]
    ]


@pytest.mark.parametrize("token", ["x", "a" * 42, "é" * 42, "1" * 400])
@pytest.mark.usefixtures("out")
async def test_a_token_that_is_not_ours_is_passed_over(w: World, token: str) -> None:
    await w.say("u1", opted(token=token))
    assert await w.blocked() == {("email", "unsubscribed")}


async def test_an_address_that_is_nobodys_is_blocked_for_the_day_it_is_somebodys(w: World) -> None:
    assert await w.say("u1", opted(address="stranger@people.example")) == "opted out: list:unsubscribe"
    assert await w.blocked() == {("email", "unsubscribed")}
    assert await w.rows("select 1 from lead") == []


async def test_an_opt_out_without_an_address_lies_with_the_dead(w: World) -> None:
    assert await w.say("u1", opted(address="")) == "dead: the opt-out names no usable address"


# ---------------------------------------------------------------- opened and clicked


async def touches(w: World) -> list[dict[str, Any]]:
    return [
        {"kind": row["kind"], "human": row["value"]["human"]}
        for row in await w.rows("select kind, value from signal order by at, id")
    ]


async def test_an_open_is_kept_but_never_taken_for_a_person(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    later = w.clock.now() + timedelta(hours=1)
    w.clock.advance(timedelta(hours=2))
    assert await w.say("t1", clicked(key, act="open", human=True, at=later)) == "open (perhaps a machine)"
    assert await touches(w) == [{"kind": "email_open", "human": False}]
    assert "touched" not in await out.story()


@pytest.mark.parametrize(("seconds", "human"), [(0, False), (20, False), (21, True), (86_400, True)])
async def test_a_click_within_seconds_of_the_arrival_is_a_scanners(
    w: World, out: o.World, seconds: int, human: bool
) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    at = w.clock.now() + timedelta(seconds=seconds)
    w.clock.advance(timedelta(days=2))
    await w.say("t1", clicked(key, at=at))
    assert await touches(w) == [{"kind": "email_click", "human": human}]
    assert ("touched" in await out.story()) is human
    assert ("touched" in await w.causes()) is human


async def test_a_click_counts_from_the_delivery_when_there_was_one(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    arrived = w.clock.now() + timedelta(minutes=10)
    w.clock.advance(timedelta(minutes=20))
    await w.rows("update message set delivered_at = %s returning 1", arrived)
    await w.say("t1", clicked(key, at=arrived + timedelta(seconds=5)))
    assert await touches(w) == [{"kind": "email_click", "human": False}]


async def test_the_same_click_told_twice_is_one(w: World, out: o.World) -> None:
    key = await out.plan(address=o.email(0))
    await out.drain()
    at = w.clock.now() + timedelta(minutes=1)
    w.clock.advance(timedelta(hours=1))
    await w.say("first", clicked(key, at=at))
    await w.say("again", clicked(key, at=at))
    assert len(await touches(w)) == 1
    assert (await out.story()).count("touched") == 1
    await w.say("another", clicked(key, "t2", at=at + timedelta(minutes=1)))
    assert len(await touches(w)) == 2


async def test_a_click_in_a_message_that_is_not_ours_is_tried_again_and_let_go(w: World) -> None:
    assert (await w.say("t1", clicked("nobody's"))).startswith("due: UnknownMessageError")
