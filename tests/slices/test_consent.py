"""Consent is appended and weighed; a block belongs to the address and nothing but its own yes lifts it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from rekindle.consent.leave import leave
from rekindle.consent.record import grant_many, revoke
from rekindle.consent.suppress import lift, standing, suppress
from rekindle.consent.types import Word
from rekindle.decide.facts import Address
from rekindle.decide.words import Basis, Channel
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind
from tests.conftest import NOON, make_office

ANN = "+13125550142"
KEY = b"k" * 32
DAY = timedelta(days=1)
SMS = frozenset({Channel.SMS})


def yes(basis: Basis = Basis.WRITTEN, said_at: datetime | None = NOON, **given: Any) -> Word:
    word = Word(Channel.SMS, ANN, True, basis, said_at, None, None, {"text": "I agree to texts", "ip": "192.0.2.7"})
    return replace(word, **given)


def no(basis: Basis = Basis.REPLY, said_at: datetime | None = NOON) -> Word:
    return yes(basis, said_at, granted=False, evidence={"text": "STOP"})


async def say(db: Db, office_id: UUID, *words: Word, at: datetime = NOON + 400 * DAY) -> None:
    async with db.office(office_id) as conn:
        for word in words:
            await grant_many(conn, office_id, [word], at=at)


async def state(db: Db, office_id: UUID) -> tuple[bool, str, datetime]:
    async with db.office(office_id) as conn:
        row = await (await conn.execute("select granted, basis, at from consent_state")).fetchone()
    assert row is not None
    return row["granted"], row["basis"], row["at"]


async def events(db: Db, office_id: UUID) -> list[dict[str, Any]]:
    async with db.office(office_id) as conn:
        return await (await conn.execute("select * from consent_event order by id")).fetchall()


async def test_the_same_evidence_twice_is_one_event(db: Db, office_id: UUID) -> None:
    lead = new_id()
    async with db.office(office_id) as conn:
        assert await grant_many(conn, office_id, [yes(lead_id=lead), yes(lead_id=lead)], at=NOON) == 1
        assert await grant_many(conn, office_id, [yes(lead_id=lead)], at=NOON + DAY) == 0
        assert [e.kind for e in await timeline.of_lead(conn, office_id, [lead])] == [Kind.CONSENT_GRANTED]
    [event] = await events(db, office_id)
    assert (event["act"], event["basis"], event["evidence"]["ip"]) == ("grant", "written", "192.0.2.7")
    assert event["evidence"]["said_at"] == NOON.isoformat()


@pytest.mark.parametrize(
    ("said", "granted", "basis"),
    [
        ([yes(), no(said_at=NOON + DAY)], False, "reply"),
        ([no(said_at=NOON + DAY), yes()], False, "reply"),  # an older yes arrives late
        ([yes(said_at=NOON + DAY), no()], True, "written"),  # an older no arrives late
        ([yes(Basis.ATTESTED, NOON + DAY), no()], False, "reply"),  # a list's date is no defence against a no
        ([no(), yes(Basis.ATTESTED, NOON + DAY)], False, "reply"),  # an import never lifts
        ([no(), yes(Basis.INQUIRY, NOON + DAY)], False, "reply"),
        ([no(), yes(said_at=NOON + DAY)], True, "written"),
        ([no(), yes(Basis.REPLY, NOON + DAY)], True, "reply"),
        ([yes(), yes(Basis.ATTESTED, NOON + DAY)], True, "written"),
        ([yes(Basis.ATTESTED, NOON + DAY), yes()], True, "written"),
        ([yes(), no(), yes(Basis.ATTESTED, None)], False, "reply"),
    ],
)
async def test_which_word_counts(db: Db, office_id: UUID, said: list[Word], granted: bool, basis: str) -> None:
    await say(db, office_id, *said)
    assert (await state(db, office_id))[:2] == (granted, basis)
    assert len(await events(db, office_id)) == len(said)  # whatever counts, all of it is kept


async def test_a_yes_of_tomorrow_is_a_yes_of_now(db: Db, office_id: UUID) -> None:
    await say(db, office_id, yes(said_at=NOON + DAY), at=NOON)
    assert (await state(db, office_id))[2] == NOON


async def test_a_weaker_newer_yes_keeps_the_stronger_and_a_newer_equal_one_renews(db: Db, office_id: UUID) -> None:
    await say(db, office_id, yes(), yes(Basis.INQUIRY, NOON + DAY))
    assert await state(db, office_id) == (True, "written", NOON)
    await say(db, office_id, yes(said_at=NOON + 2 * DAY))
    assert await state(db, office_id) == (True, "written", NOON + 2 * DAY)


async def test_revoke_and_its_event_cannot_be_rewritten(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        both = frozenset(Channel)
        told = await revoke(
            conn, office_id, channels=both, address=ANN, basis=Basis.REPLY, lead_id=None, event_id=None,
            evidence={"text": "STOP"}, at=NOON,
        )  # fmt: skip
    assert told == 2
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.office(office_id) as conn:
            await conn.execute("update consent_event set act = 'grant'")


async def block(db: Db, office_id: UUID, channels: frozenset[Channel] = SMS) -> frozenset[Channel]:
    async with db.office(office_id) as conn:
        return await suppress(
            conn, office_id, KEY, channels=channels, address=ANN, reason="asked", rule="per_se", event_id=None, at=NOON
        )


async def test_a_block_holds_once_keeps_no_address_and_ends_only_by_lift(db: Db, office_id: UUID) -> None:
    assert await block(db, office_id) == SMS
    assert await block(db, office_id) == frozenset()
    assert await block(db, office_id, frozenset(Channel)) == {Channel.EMAIL}
    async with db.office(office_id) as conn:
        rows = await (await conn.execute("select * from suppression")).fetchall()
        assert ANN not in str(rows)
        found = await standing(conn, office_id, KEY, [Address(Channel.SMS, ANN), "+13125550100"])
        assert {(s.channel, s.address, s.reason) for s in found} == {(c, ANN, "asked") for c in Channel}
        assert await standing(conn, office_id, b"x" * 32, [ANN]) == []  # another office's key finds nothing
        lifted = await lift(conn, office_id, KEY, channels=SMS, address=ANN, reason="wrote START", at=NOON)
        assert lifted == SMS
        assert [s.channel for s in await standing(conn, office_id, KEY, [ANN])] == [Channel.EMAIL]
    assert await block(db, office_id) == SMS  # and again, when they change their mind again


async def test_leaving_is_one_act_and_told_once(db: Db, office_id: UUID) -> None:
    lead = new_id()

    async def go() -> frozenset[Channel]:
        async with db.office(office_id) as conn:
            return await leave(
                conn, office_id, KEY, channels=SMS, address=ANN, reason="asked", rule="per_se", lead_id=lead,
                event_id=None, evidence={"text": "STOP"}, at=NOON,
            )  # fmt: skip

    await say(db, office_id, yes(said_at=NOON - DAY))
    assert await go() == SMS
    assert await go() == frozenset()
    assert (await state(db, office_id))[0] is False
    async with db.office(office_id) as conn:
        told = [e.kind for e in await timeline.of_lead(conn, office_id, [lead])]
    assert sorted(told) == [Kind.CONSENT_REVOKED, Kind.SUPPRESSED]


async def test_another_offices_blocks_and_consents_are_out_of_sight(db: Db, office_id: UUID) -> None:
    await say(db, office_id, yes())
    await block(db, office_id)
    stranger = await make_office(db, "stranger")
    async with db.office(stranger) as conn:
        assert await standing(conn, office_id, KEY, [ANN]) == []
    assert await events(db, stranger) == []
