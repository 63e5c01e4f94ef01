"""The outbox sends what is planned, once, unless the gate or the world says otherwise."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.consent.suppress import suppress
from rekindle.decide.words import Channel, Lane, MessageClass
from rekindle.kit.claims import LeaseLostError
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.nurture import replay
from rekindle.office.keys import office_key
from rekindle.outbox import keys, settle
from rekindle.outbox.cancel import cancel_planned
from rekindle.outbox.claim import Ready, take
from rekindle.outbox.plan import plan
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.send import send
from rekindle.providers.ports import Accepted, SendRefusedError
from tests import outboxes as o
from tests.carrier import DROP_SILENTLY, TAKE_SILENTLY, refuse
from tests.outboxes import World


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


async def test_a_planned_message_leaves_once_and_the_lead_knows(w: World) -> None:
    key = await w.plan(lane=Lane.FIRST_TOUCH)
    w.clock.advance(timedelta(seconds=5))

    assert await w.drain() == 1
    assert await w.drain() == 0

    row = await w.message(key)
    assert (row["state"], row["provider"], row["provider_id"]) == ("accepted", "carrier", "C1")
    assert w.carrier.took() == [key]
    async with w.office() as conn:
        lead = await (await conn.execute("select * from lead where id = %s", (w.ada,))).fetchone()
        decided = await (await conn.execute("select * from decision where message_id = %s", (row["id"],))).fetchone()
    assert lead is not None
    assert lead["first_response_seconds"] == 65
    assert (lead["last_outbound_at"], lead["stage"]) == (w.clock.now(), "attempting")
    assert decided is not None
    assert (decided["phase"], decided["verdict"]) == ("claim", "allow")
    assert await w.story() == ["planned", "left"]


async def test_one_intent_is_planned_once(w: World) -> None:
    key = keys.of_step(w.ada, "hello", Channel.SMS)
    await w.plan(key=key)
    async with w.office() as conn:
        again = await plan(
            conn,
            w.office_id,
            lead_id=w.ada,
            channel=Channel.SMS,
            address=o.phone(0),
            message_class=MessageClass.MARKETING,
            lane=Lane.STEP,
            subject=None,
            body="Hello again",
            at=w.clock.now(),
            due_at=w.clock.now(),
            expires_at=None,
            key=key,
        )
    assert again is None
    assert await w.story() == ["planned"]


async def test_a_stop_between_plan_and_claim_is_obeyed(w: World) -> None:
    key = await w.plan()
    async with w.office() as conn:
        secret = await office_key(conn, w.office_id, w.desk.keyring)
        await suppress(
            conn,
            w.office_id,
            secret,
            channels=frozenset({Channel.SMS}),
            address=o.phone(0),
            reason="opted_out",
            rule="stop",
            event_id=None,
            at=w.clock.now(),
        )

    await w.drain()

    row = await w.message(key)
    assert w.carrier.took() == []
    assert row["state"] == "canceled"
    assert "suppress" in row["error_code"].lower()
    assert await w.story() == ["planned", "canceled"]
    async with w.office() as conn:
        asked = await (await conn.execute("select causes from consideration where lead_id = %s", (w.ada,))).fetchone()
    assert asked is not None


async def test_canceled_while_claimed_is_canceled(w: World) -> None:
    key = await w.plan()
    async with w.office() as conn:
        assert await cancel_planned(conn, w.office_id, w.ada, reason="reply", at=w.clock.now()) == 1
        assert await take(w.desk, w.office_id) is None  # our lock keeps it from being claimed meanwhile

    assert await w.drain() == 0
    assert (await w.message(key))["error_code"] == "reply"
    assert w.carrier.took() == []


async def test_the_decision_at_the_claim_replays(w: World) -> None:
    key = await w.plan()
    await w.drain()
    row = await w.message(key)
    async with w.office() as conn:
        decided = await (await conn.execute("select * from decision where message_id = %s", (row["id"],))).fetchone()
    assert decided is not None
    assert replay.again(decided).same


async def test_without_a_provider_it_waits(w: World) -> None:
    key = await w.plan()
    await w.plan()
    for _ in range(3):
        await Outbox(replace(w.desk, routes=o.Fixed(None))).drain()
        w.clock.advance(timedelta(minutes=15))
    row = await w.message(key)
    assert (row["state"], row["error_code"], row["attempts"]) == ("planned", "NO_PROVIDER", 0)
    assert await w.story() == ["planned", "planned", "decided", "decided"]  # each message says once why it waits
    told = "select key, person_id, kind, text, count from notice where seen_at is null"
    async with w.office() as conn:
        assert await (await conn.execute(told)).fetchall() == [
            {
                "key": "no-provider:sms",
                "person_id": None,
                "kind": "problem",
                "text": "Texts cannot leave: no provider is connected for SMS.",
                "count": 2,
            }
        ]

    await w.drain()
    assert key in w.carrier.took()
    async with w.office() as conn:
        assert await (await conn.execute(told)).fetchall() == []


async def test_a_lead_that_cannot_be_read_does_not_stop_the_others(w: World) -> None:
    bad = await w.plan(expires_at=None)
    [grace] = await o.leads(w.db, w.office_id, 1, at=w.clock.now(), first=1)
    async with w.office() as conn:
        await conn.execute("update lead set stage = 'no such stage' where id = %s", (w.ada,))
    good = await o.planned(w.db, w.office_id, grace, at=w.clock.now(), address=o.phone(1))
    for _ in range(9):
        await w.drain()
        w.clock.advance(timedelta(minutes=10))
    row = await w.message(bad)
    assert w.carrier.took() == [good]
    assert (row["state"], row["error_code"]) == ("planned", "CLAIM_FAILED")
    async with w.office() as conn:
        told = await (await conn.execute("select lead_id from notice")).fetchall()
        await conn.execute("update lead set stage = 'new' where id = %s", (w.ada,))
    assert told == [{"lead_id": w.ada}]

    w.clock.advance(timedelta(minutes=30))
    await w.drain()
    assert w.carrier.took() == [good, bad]


async def test_expired_is_canceled_not_sent(w: World) -> None:
    key = await w.plan(expires_at=w.clock.now() + timedelta(hours=1))
    w.clock.advance(timedelta(hours=1))
    await w.drain()
    assert ((await w.message(key))["error_code"], w.carrier.took()) == ("EXPIRED", [])


async def test_at_night_it_is_held_until_the_window_opens(w: World) -> None:
    w.clock.advance(timedelta(hours=11))  # 23:00 in Chicago
    key = await w.plan()
    await w.drain()
    row = await w.message(key)
    assert (row["state"], row["attempts"], w.carrier.took()) == ("planned", 0, [])
    assert row["due_at"] > w.clock.now() + timedelta(hours=8)

    assert await w.story() == ["planned", "decided"]

    w.clock.at = row["due_at"]
    await w.drain()
    assert w.carrier.took() == [key]


async def test_timeout_after_acceptance_is_found_out_and_not_repeated(w: World) -> None:
    w.carrier.script[o.phone(0)] = [TAKE_SILENTLY]
    key = await w.plan()
    await w.drain()
    assert (await w.message(key))["state"] == "unknown"

    w.clock.advance(timedelta(seconds=6))
    assert await reconcile(w.desk) == 1
    assert await w.drain() == 0
    row = await w.message(key)
    assert (row["state"], row["error_code"]) == ("accepted", None)
    assert w.carrier.took() == [key]
    assert await w.story() == ["planned", "unknown", "reconciled", "left"]


async def test_timeout_before_acceptance_is_sent_again_only_after_the_grace(w: World) -> None:
    w.carrier.script[o.phone(0)] = [DROP_SILENTLY]
    key = await w.plan()
    await w.drain()

    w.clock.advance(timedelta(seconds=6))
    await reconcile(w.desk)
    assert (await w.message(key))["state"] == "unknown"  # it may still be on its way

    w.clock.advance(w.desk.terms.grace)
    await reconcile(w.desk)
    assert (await w.message(key))["state"] == "planned"
    await w.drain()
    assert w.carrier.took() == [key]
    assert (await w.message(key))["attempts"] == 2


async def test_what_nobody_can_tell_stays_unknown_and_is_shown_to_a_person(w: World) -> None:
    w.carrier.script[o.phone(0)] = [DROP_SILENTLY]
    w.carrier.blind = True
    key = await w.plan()
    await w.drain()
    looks = 0
    for _ in range(100):
        w.clock.advance(timedelta(hours=3))
        looks += await reconcile(w.desk)
        await w.drain()

    row = await w.message(key)
    assert (row["state"], row["lease_until"], w.carrier.took()) == ("unknown", None, [])
    assert 10 < looks < 60
    async with w.office() as conn:
        notice = await (await conn.execute("select count(*) as n from notice where lead_id = %s", (w.ada,))).fetchone()
    assert notice == {"n": 1}


async def test_a_crash_while_in_flight_is_reconciled(w: World) -> None:
    key = await w.plan()
    ready = await take(w.desk, w.office_id)
    assert isinstance(ready, Ready)
    await w.carrier.send(ready.outgoing, ready.route.account, deadline=1)  # and the process died here

    assert await reconcile(w.desk) == 0  # the lease still runs
    w.clock.advance(timedelta(seconds=w.desk.terms.lease))
    assert await reconcile(w.desk) == 1
    assert ((await w.message(key))["state"], w.carrier.took()) == ("accepted", [key])


async def test_a_process_that_slept_does_not_call_the_provider(w: World) -> None:
    await w.plan()
    ready = await take(w.desk, w.office_id)
    assert isinstance(ready, Ready)
    w.clock.advance(timedelta(seconds=w.desk.terms.lease))
    assert await send(w.desk, ready) is None
    assert w.carrier.took() == []


async def test_a_zombie_records_acceptance_and_nothing_else(w: World) -> None:
    key = await w.plan()
    ready = await take(w.desk, w.office_id)
    assert isinstance(ready, Ready)
    w.clock.advance(w.desk.terms.grace)
    await reconcile(w.desk)  # the provider never had it: planned again
    assert (await w.message(key))["state"] == "planned"

    message_id = ready.outgoing.message_id
    with pytest.raises(LeaseLostError):
        await settle.refused(
            w.desk, w.office_id, message_id, ready.lease, SendRefusedError("30005", "no", permanent=True)
        )
    with pytest.raises(LeaseLostError):
        await settle.uncertain(w.desk, w.office_id, message_id, ready.lease, code="TIMEOUT")
    assert (await w.message(key))["state"] == "planned"

    await settle.accepted(w.desk, w.office_id, message_id, Accepted("C9"), provider="carrier")
    row = await w.message(key)
    assert (row["state"], row["provider_id"]) == ("accepted", "C9")
    assert await w.drain() == 0


async def test_a_transient_refusal_waits_as_long_as_told(w: World) -> None:
    w.carrier.script[o.phone(0)] = [refuse("20429", retry_after=90)]
    key = await w.plan()
    await w.drain()
    row = await w.message(key)
    assert (row["state"], row["due_at"], row["attempts"]) == ("planned", w.clock.now() + timedelta(seconds=90), 0)

    w.clock.advance(timedelta(seconds=90))
    await w.drain()
    assert w.carrier.took() == [key]


async def test_refused_again_and_again_ends_with_its_reason(w: World) -> None:
    w.carrier.usual = refuse("20500")
    key = await w.plan(expires_at=None)
    for _ in range(12):
        await w.drain()
        w.clock.advance(timedelta(hours=24))
    row = await w.message(key)
    assert (row["state"], row["error_code"], row["attempts"]) == ("failed", "20500", 8)


@pytest.mark.parametrize(("code", "reason"), [("21610", "opted_out"), ("30005", "unreachable"), ("21408", None)])
async def test_a_permanent_refusal_fails_and_is_minded(w: World, code: str, reason: str | None) -> None:
    w.carrier.script[o.phone(0)] = [refuse(code, permanent=True)]
    key = await w.plan()
    await w.drain()
    row = await w.message(key)
    assert (row["state"], row["error_code"]) == ("failed", code)
    async with w.office() as conn:
        standing = await (await conn.execute("select reason, channel from suppression")).fetchall()
    assert standing == ([] if reason is None else [{"reason": reason, "channel": "sms"}])
