"""Receipts move a message forward only, in any order, any number of times, even before our own books know it left."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.decide.words import MessageState
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.office.keys import office_key
from rekindle.outbox import settle
from rekindle.outbox.claim import Ready, take
from rekindle.outbox.reconcile import reconcile
from rekindle.providers.ports import Accepted, Receipt
from rekindle.receipts.apply import UnknownMessageError, apply
from tests import outboxes as o
from tests.outboxes import World

SENT, DELIVERED, UNDELIVERED = MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, tmp_path: Path) -> World:
    return await o.world(db, office_id, clock, tmp_path / "carrier.db")


def receipt(
    state: MessageState,
    *,
    key: str = "",
    provider_id: str = "C1",
    code: str = "",
    permanent: bool = False,
    at: datetime | None = None,
) -> Receipt:
    return Receipt("r1", "carrier", provider_id, key, state, code, "", permanent, at)


async def arrive(w: World, *receipts: Receipt) -> None:
    for one in receipts:
        async with w.office() as conn:
            secret = await office_key(conn, w.office_id, w.desk.keyring)
            await apply(conn, w.office_id, one, office_key=secret, at=w.clock.now())


async def test_receipts_in_every_order_and_doubled_end_alike(w: World) -> None:
    key = await w.plan()
    await w.drain()
    ended = await w.story()
    for order in itertools.permutations([SENT, DELIVERED, SENT, MessageState.ACCEPTED]):
        await arrive(w, *(receipt(state) for state in order))
    row = await w.message(key)
    assert (row["state"], row["delivered_at"]) == ("delivered", w.clock.now())
    assert (await w.story())[: len(ended)] == ended
    assert (await w.story()).count("receipt") == 2  # sent, then delivered; never back, never again


async def test_a_receipt_that_comes_before_we_settle_proves_that_it_left(w: World) -> None:
    key = await w.plan()
    ready = await take(w.desk, w.office_id)
    assert isinstance(ready, Ready)
    await arrive(w, receipt(DELIVERED, key=key))
    assert (await w.message(key))["state"] == "delivered"

    await settle.accepted(w.desk, w.office_id, ready.outgoing.message_id, Accepted("C1"), provider="carrier")
    w.clock.advance(timedelta(hours=1))
    assert await reconcile(w.desk) == 0
    assert await w.drain() == 0
    assert (await w.message(key))["state"] == "delivered"
    assert await w.story() == ["planned", "left", "receipt"]


async def test_a_receipt_for_a_message_put_back_keeps_it_from_being_sent_twice(w: World) -> None:
    key = await w.plan()
    assert isinstance(await take(w.desk, w.office_id), Ready)
    w.clock.advance(w.desk.terms.grace)
    await reconcile(w.desk)
    assert (await w.message(key))["state"] == "planned"

    await arrive(w, receipt(SENT, key=key))
    assert await w.drain() == 0
    assert (await w.message(key))["state"] == "sent"


async def test_an_undelivered_number_that_is_dead_is_suppressed_and_the_lead_looked_at_again(w: World) -> None:
    key = await w.plan()
    await w.drain()
    broken = receipt(UNDELIVERED, code="30005", permanent=True)
    await arrive(w, broken, broken)
    row = await w.message(key)
    assert (row["state"], row["error_code"]) == ("undelivered", "30005")
    async with w.office() as conn:
        standing = await (await conn.execute("select channel, reason, rule from suppression")).fetchall()
        asked = await (await conn.execute("select lead_id, causes from consideration")).fetchall()
    assert standing == [{"channel": "sms", "reason": "unreachable", "rule": "provider:30005"}]
    assert asked == [{"lead_id": w.ada, "causes": ["receipt"]}]


async def test_a_passing_failure_suppresses_nobody(w: World) -> None:
    await w.plan()
    await w.drain()
    await arrive(w, receipt(UNDELIVERED, code="30003"))
    async with w.office() as conn:
        assert await (await conn.execute("select * from suppression")).fetchall() == []


async def test_a_receipt_for_a_message_we_do_not_know_is_to_be_retried(w: World) -> None:
    with pytest.raises(UnknownMessageError):
        await arrive(w, receipt(DELIVERED, key="nobody's", provider_id="C77"))


async def test_a_receipt_from_the_future_is_dated_now(w: World) -> None:
    key = await w.plan()
    await w.drain()
    await arrive(w, receipt(DELIVERED, at=w.clock.now() + timedelta(days=1)))
    assert (await w.message(key))["delivered_at"] == w.clock.now()
