"""What a lead writes is kept, read and obeyed in one transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.consent.suppress import standing, suppress
from rekindle.decide.words import Channel, Lane, MessageClass
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.leads import store as leads
from rekindle.office.keys import office_key
from rekindle.outbox.plan import plan
from rekindle.sequences.enroll import enroll
from rekindle.sequences.install import install_builtin
from tests.conftest import NOON
from tests.slices.test_inbox_handle import ANN, arrive, calendar, drain, form, handler, lead_of, texted
from tests.slices.test_inbox_receive import rows

__all__ = ["calendar", "handler"]
MAIL = "ann@lake.example"


async def walking(db: Db, office_id: UUID, handler: Handler) -> leads.Lead:
    """Ann, who agreed to texts, on a sequence with a message planned."""
    await arrive(db, office_id, form("e1", email=MAIL, consent={"sms": True}))
    await drain(handler)
    lead = await lead_of(db, office_id)
    async with db.office(office_id) as conn:
        await install_builtin(conn, office_id, at=NOON)
        await enroll(conn, office_id, lead.id, "new-buyer", at=NOON)
        await plan(
            conn, office_id, lead_id=lead.id, channel=Channel.SMS, address=ANN, message_class=MessageClass.MARKETING,
            lane=Lane.STEP, subject=None, body="Hi Ann, still looking?", at=NOON, due_at=NOON + timedelta(days=1),
            expires_at=None, key="a:b:sms",
        )  # fmt: skip
    return lead


async def blocked(db: Db, office_id: UUID, keyring: Keyring) -> set[tuple[str, str]]:
    async with db.office(office_id) as conn:
        key = await office_key(conn, office_id, keyring)
        return {(s.channel.value, s.address) for s in await standing(conn, office_id, key, [ANN, MAIL])}


async def planned(db: Db, office_id: UUID) -> list[dict[str, Any]]:
    return await rows(db, office_id, "select class, state, body, key from message where direction = 'out' order by id")


async def test_any_reply_is_kept_and_stops_what_was_planned(db: Db, office_id: UUID, handler: Handler) -> None:
    lead = await walking(db, office_id, handler)
    await arrive(db, office_id, texted("r1", "Is the house on Oak St still available?"))
    await drain(handler)
    [kept] = await rows(db, office_id, "select * from message where direction = 'in'")
    assert (kept["lead_id"], kept["address"], kept["state"]) == (lead.id, ANN, "received")
    assert kept["body"] == "Is the house on Oak St still available?"
    [signal] = await rows(db, office_id, "select kind, value from signal")
    assert (signal["kind"], signal["value"]["tier"]) == ("reply", "NONE")
    assert signal["value"]["message_id"] == str(kept["id"])
    assert [row["state"] for row in await rows(db, office_id, "select state from enrollment")] == ["exited"]
    assert [row["state"] for row in await planned(db, office_id)] == ["canceled"]
    now = await lead_of(db, office_id)
    assert (now.stage, now.last_inbound_at is not None, now.intent) == ("contacted", True, "question_property")
    [asked] = await rows(db, office_id, "select lane, causes from consideration")
    assert (asked["lane"], asked["causes"]) == (Lane.FIRST_TOUCH, ["enquiry", "reply"])


async def test_stop_revokes_blocks_cancels_and_confirms_once(
    db: Db, office_id: UUID, handler: Handler, keyring: Keyring
) -> None:
    await walking(db, office_id, handler)
    await arrive(db, office_id, texted("r1", "STOP"))
    await drain(handler)
    assert await blocked(db, office_id, keyring) == {("sms", ANN), ("email", MAIL)}
    assert await rows(db, office_id, "select 1 from consent_state where granted") == []
    assert [row["end_reason"] for row in await rows(db, office_id, "select end_reason from enrollment")] == ["opt_out"]
    old, confirmation = await planned(db, office_id)
    assert old["state"] == "canceled"
    assert (confirmation["class"], confirmation["state"]) == ("compliance", "planned")
    assert "Lakeside Realty LLC" in confirmation["body"]
    assert (await lead_of(db, office_id)).stage == "new"  # a no says nothing of how far the lead has come
    written = await rows(db, office_id, "select xmin::text as tx from suppression union select xmin::text from signal")
    assert len(written) == 1  # one transaction
    await arrive(db, office_id, texted("r2", "STOP"), texted("r3", "please stop texting me"))
    await drain(handler)
    assert len(await planned(db, office_id)) == 2  # no second confirmation


async def test_all_of_a_stop_or_nothing(db: Db, office_id: UUID, handler: Handler, keyring: Keyring) -> None:
    """The confirmation cannot be planned: then nothing of the reply is there, and it is tried again."""
    await walking(db, office_id, handler)
    async with db.office(office_id) as conn:
        await conn.execute("set local role none")
        await conn.execute("alter table message add constraint no_compliance check (class <> 'compliance')")
    await arrive(db, office_id, texted("r1", "STOP"))
    assert await handle_batch(handler) == 1
    assert await blocked(db, office_id, keyring) == set()
    assert await rows(db, office_id, "select 1 from message where direction = 'in'") == []
    assert [row["state"] for row in await planned(db, office_id)] == ["planned"]
    [job] = await rows(db, office_id, "select state, attempts from inbox_job")
    assert job == {"state": "due", "attempts": 1}


@pytest.mark.parametrize("text", ["Wrong number", "you have the wrong number"])
async def test_a_wrong_number_closes_that_number_only(
    db: Db, office_id: UUID, handler: Handler, keyring: Keyring, text: str
) -> None:
    await walking(db, office_id, handler)
    await arrive(db, office_id, texted("r1", text))
    await drain(handler)
    assert await blocked(db, office_id, keyring) == {("sms", ANN)}


async def test_start_lifts_the_block_of_its_own_number(
    db: Db, office_id: UUID, handler: Handler, keyring: Keyring, clock: HandClock
) -> None:
    await walking(db, office_id, handler)
    await arrive(db, office_id, texted("r1", "STOP"))
    await drain(handler)
    clock.advance(timedelta(days=1))
    source, external_id, said = texted("r2", " Start! ")
    await arrive(db, office_id, (source, external_id, said | {"at": (NOON + timedelta(days=1)).isoformat()}))
    await drain(handler)
    assert await blocked(db, office_id, keyring) == {("email", MAIL)}


async def test_a_stop_quoted_from_us_is_no_stop(db: Db, office_id: UUID, handler: Handler, keyring: Keyring) -> None:
    await walking(db, office_id, handler)
    async with db.office(office_id) as conn:
        await conn.execute("update message set state = 'sent', body = 'Hi Ann. Reply STOP to opt out.'")
    await arrive(db, office_id, texted("r1", "Hi Ann. Reply STOP to opt out.\nYes I am still looking, call me"))
    await drain(handler)
    assert await blocked(db, office_id, keyring) == set()


async def test_a_stranger_who_writes_is_a_new_lead(db: Db, office_id: UUID, handler: Handler) -> None:
    await arrive(db, office_id, texted("r1", "Do you have 3 bedrooms?", sender="773-555-0101"))
    await drain(handler)
    lead = await lead_of(db, office_id, "+17735550101")
    assert lead.source == "reply"
    assert len(await rows(db, office_id, "select 1 from message where direction = 'in'")) == 1


async def test_the_same_message_by_two_events_is_one(db: Db, office_id: UUID, handler: Handler) -> None:
    await arrive(db, office_id, form("e1"), texted("r1", "Hello"))
    await drain(handler)
    before = await rows(db, office_id, "select * from timeline order by id")
    async with db.office(office_id) as conn:  # the event's key was lost, the provider sends it again
        await conn.execute("update event_key set external_id = 'old' where external_id = 'r1'")
    await arrive(db, office_id, texted("r1", "Hello"))
    await drain(handler)
    assert await rows(db, office_id, "select * from timeline order by id") == before


async def test_a_block_from_elsewhere_outlives_a_new_enquiry(
    db: Db, office_id: UUID, handler: Handler, keyring: Keyring
) -> None:
    async with db.office(office_id) as conn:
        key = await office_key(conn, office_id, keyring)
        await suppress(
            conn, office_id, key, channels=frozenset({Channel.SMS}), address=ANN, reason="asked to stop",
            rule="per_se", event_id=None, at=NOON,
        )  # fmt: skip
    await arrive(db, office_id, form("e1", consent={"sms": True}))
    await drain(handler)
    assert await blocked(db, office_id, keyring) == {("sms", ANN)}


async def test_an_unusable_sender_is_laid_down_for_a_person(db: Db, office_id: UUID, handler: Handler) -> None:
    await arrive(db, office_id, texted("r1", "Hello", sender="TXT-ALERT"))
    await handle_batch(handler)
    [job] = await rows(db, office_id, "select state, reason from inbox_job")
    assert job == {"state": "dead", "reason": "the sender's address is not usable"}
