"""What a failed delivery means beyond its message: one more try, a dead address, a barred sender, a person told."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rekindle.consent.record import revoke
from rekindle.decide.words import Basis, Channel, MessageState
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.office.keys import office_key
from rekindle.outbox.resume import resume
from rekindle.providers.ports import Consequence, Receipt
from rekindle.receipts.apply import apply
from rekindle.traffic import breaker
from tests import outboxes as o
from tests.conftest import make_office
from tests.outboxes import World

UNDELIVERED = MessageState.UNDELIVERED
HOUR = timedelta(hours=1)
GAP = timedelta(hours=4)  # no lead gets two texts within, be it a second try


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


async def broken(w: World, key: str, code: str, meant: Consequence, **more: Any) -> None:
    """The provider says that this message did not arrive, and what that means."""
    told: dict[str, Any] = {"text": "what they say", "permanent": False, "at": None} | more
    one = Receipt("r1", "carrier", "", key, UNDELIVERED, code, consequence=meant.value, **told)
    async with w.office() as conn:
        secret = await office_key(conn, w.office_id, w.desk.keyring)
        await apply(conn, w.office_id, one, office_key=secret, at=w.clock.now())


async def sent(w: World, **more: Any) -> str:
    key = await w.plan(**more)
    await w.drain()
    assert (await w.message(key))["state"] == "accepted"
    return key


def took(w: World) -> list[str]:
    """The keys of what the carrier was handed, in order."""
    return [row[0] for row in w.carrier.book.execute("select key from took order by n")]


async def blocked(w: World) -> list[tuple[str, str, str]]:
    async with w.office() as conn:
        rows = await (await conn.execute("select channel, reason, rule from suppression order by channel")).fetchall()
    return [(row["channel"], row["reason"], row["rule"]) for row in rows]


async def notices(w: World) -> list[str]:
    async with w.office() as conn:
        return [row["text"] for row in await (await conn.execute("select text from notice")).fetchall()]


@pytest.mark.parametrize("code", ["30003", "30008"])
async def test_a_handset_that_is_off_is_tried_once_more_no_sooner_than_in_an_hour_and_never_again(
    w: World, code: str
) -> None:
    key = await sent(w)
    await broken(w, key, code, Consequence.RETRY_ONCE)
    await broken(w, key, code, Consequence.RETRY_ONCE)  # told twice, as providers do
    w.clock.advance(HOUR - timedelta(seconds=1))
    await w.drain()
    assert took(w) == [key]
    w.clock.advance(GAP)
    await w.drain()
    assert took(w) == [key, f"{key}:again"]
    await broken(w, f"{key}:again", code, Consequence.RETRY_ONCE)
    w.clock.advance(2 * GAP)
    await w.drain()
    assert took(w) == [key, f"{key}:again"]
    assert await blocked(w) == []


async def test_the_second_try_passes_the_gate_like_any_message(w: World) -> None:
    key = await sent(w)
    await broken(w, key, "30003", Consequence.RETRY_ONCE)
    async with w.office() as conn:
        await revoke(
            conn, w.office_id, channels=frozenset({Channel.SMS}), address=o.phone(0), basis=Basis.REPLY,
            lead_id=w.ada, event_id=None, evidence={}, at=w.clock.now(),
        )  # fmt: skip
    w.clock.advance(HOUR)
    await w.drain()
    assert took(w) == [key]
    assert (await w.message(f"{key}:again"))["state"] == "canceled"


async def test_a_message_that_would_come_too_late_is_not_tried_again(w: World) -> None:
    key = await sent(w, expires_at=w.clock.now() + timedelta(minutes=30))
    await broken(w, key, "30008", Consequence.RETRY_ONCE)
    w.clock.advance(HOUR)
    await w.drain()
    assert took(w) == [key]


@pytest.mark.parametrize("code", ["30005", "30006"])
async def test_a_number_that_is_dead_or_a_landline_gets_no_more_texts(w: World, code: str) -> None:
    key = await sent(w)
    await broken(w, key, code, Consequence.DEAD_ADDRESS, permanent=True)
    assert await blocked(w) == [("sms", "unreachable", f"provider:{code}")]
    again = await w.plan()
    await w.drain()
    assert took(w) == [key]
    assert (await w.message(again))["state"] == "canceled"


@pytest.mark.parametrize(("code", "meant"), [("21610", Consequence.OPTED_OUT), ("21610", Consequence.NOTHING)])
async def test_an_opt_out_that_only_the_provider_heard_counts_here_too(w: World, code: str, meant: Consequence) -> None:
    key = await sent(w)
    await broken(w, key, code, meant, permanent=True)
    await broken(w, key, code, meant, permanent=True)
    assert await blocked(w) == [("sms", "opted_out", "provider:21610")]
    assert (await w.story()).count("suppressed") == 1


async def test_a_barred_sender_stops_everything_it_carries_until_a_person_mends_it(w: World) -> None:
    key = await sent(w)
    await broken(w, key, "30034", Consequence.STOP_SENDER, permanent=True)
    [ben] = await o.leads(w.db, w.office_id, 1, at=w.clock.now(), first=1)
    waits = await o.planned(w.db, w.office_id, ben, at=w.clock.now(), address=o.phone(1))
    w.clock.advance(timedelta(seconds=2))  # what a process remembers of a breaker is a second old at most
    await w.drain()
    assert took(w) == [key]
    assert (await o.message(w.db, w.office_id, waits))["state"] == "planned"
    [told] = await notices(w)
    assert "carrier 30034: what they say" in told
    assert "until this is mended" in told

    w.clock.advance(timedelta(hours=2))  # an outage would have been tried again long since
    await w.drain()
    assert took(w) == [key]

    async with w.office() as conn:
        await breaker.mend(conn, w.office_id, "carrier", at=w.clock.now())
        await resume(conn, w.office_id, at=w.clock.now())
    w.clock.advance(timedelta(seconds=2))
    await w.drain()
    assert took(w) == [key, waits]
    async with w.office() as conn:
        [row] = await (await conn.execute("select state from breaker")).fetchall()
    assert row["state"] == "closed"


async def test_a_barred_sender_of_one_office_stops_no_other(w: World) -> None:
    key = await sent(w)
    await broken(w, key, "30034", Consequence.STOP_SENDER, permanent=True)
    other = await make_office(w.db, "hillside")
    [cleo] = await o.leads(w.db, other, 1, at=w.clock.now(), first=2)
    goes = await o.planned(w.db, other, cleo, at=w.clock.now(), address=o.phone(2))
    w.clock.advance(timedelta(seconds=2))
    await w.drain()
    assert (await o.message(w.db, other, goes))["state"] == "accepted"


async def test_what_was_filtered_as_spam_rings_once_however_often_it_happens(w: World) -> None:
    for n in range(3):
        [lead] = await o.leads(w.db, w.office_id, 1, at=w.clock.now(), first=10 + n)
        key = await o.planned(w.db, w.office_id, lead, at=w.clock.now(), address=o.phone(10 + n))
        await w.drain()
        await broken(w, key, "30007", Consequence.ALERT, permanent=True)
    [told] = await notices(w)
    assert told.startswith("carrier 30007: what they say")
    assert await blocked(w) == []


async def test_words_that_were_filtered_as_spam_are_held_for_a_day_or_until_they_are_changed(w: World) -> None:
    async def planned(n: int, version: int, template: str | None = "welcome") -> str:
        [lead] = await o.leads(w.db, w.office_id, 1, at=w.clock.now(), first=n)
        more = {"template": template, "template_version": version if template else None}
        return await o.planned(w.db, w.office_id, lead, at=w.clock.now(), address=o.phone(n), **more)

    filtered = await planned(20, 1)
    await w.drain()
    await broken(w, filtered, "30007", Consequence.ALERT, permanent=True)
    same, changed, other, by_hand = (
        await planned(21, 1),
        await planned(22, 2),
        await planned(23, 1, "later"),
        await planned(24, 0, None),
    )
    await w.drain()
    assert sorted(took(w)) == sorted([filtered, changed, other, by_hand])
    waits = await o.message(w.db, w.office_id, same)
    assert (waits["state"], waits["error_code"]) == ("planned", "TEMPLATE_FILTERED")
    [told] = await notices(w)
    assert "held for a day, or until it is changed" in told

    w.clock.advance(timedelta(days=1, seconds=1))
    await w.drain()
    assert same in took(w)


async def test_a_consequence_is_drawn_once_even_when_the_receipt_comes_again_after_the_mending(w: World) -> None:
    key = await sent(w)
    await broken(w, key, "30034", Consequence.STOP_SENDER, permanent=True)
    async with w.office() as conn:
        await breaker.mend(conn, w.office_id, "carrier", at=w.clock.now())
    await broken(w, key, "30034", Consequence.STOP_SENDER, permanent=True)
    [ben] = await o.leads(w.db, w.office_id, 1, at=w.clock.now(), first=1)
    goes = await o.planned(w.db, w.office_id, ben, at=w.clock.now(), address=o.phone(1))
    w.clock.advance(timedelta(seconds=2))
    await w.drain()
    assert took(w) == [key, goes]
