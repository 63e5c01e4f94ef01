"""A person's message: the same gate, every reason kept, one click one message."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.decide.words import Channel, Verdict
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring, address_hash
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.nurture import replay
from rekindle.nurture.person_send import Answer, Note, send
from tests.conftest import NOON
from tests.slices.nurture_world import World, furnish, make_lead, write_in


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return await furnish(db, office_id, clock, keyring)


async def person(world: World) -> UUID:
    made = new_id()
    async with world.db.office(world.office_id) as conn:
        await conn.execute(
            "insert into person (office_id, id, email, name, role, created_at)"
            " values (%s, %s, 'kim@lakeside.example', 'Kim', 'agent', %s)",
            (world.office_id, made, NOON),
        )
    return made


async def write(world: World, lead: UUID, note: Note, who: UUID) -> Answer:
    async with world.db.office(world.office_id) as conn:
        return await send(conn, world.office_id, lead, note, person_id=who, means=world.means, at=world.clock.now())


def text(body: str, channel: Channel = Channel.SMS) -> Note:
    return Note(channel, body, "Hello" if channel is Channel.EMAIL else None, new_id())


async def test_what_a_person_writes_goes_out_once_with_who_and_how_to_stop(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
    kim, note = await person(world), text("Hi {{ lead.first_name }}, free at five?")
    first, again = await write(world, lead, note, kim), await write(world, lead, note, kim)
    (message,) = await world.rows("message", lead)
    assert (first.verdict, first.message_id) == (Verdict.ALLOW, message["id"])
    assert again.message_id is None
    assert message["body"].startswith("Hi Ana, free at five? Lakeside Team with Lakeside Realty LLC.")
    assert (message["actor_id"], message["step"], message["state"]) == (kim, "person", "planned")
    assert message["class"] == "inquiry_response"


async def test_an_answer_to_what_the_lead_just_wrote_is_a_reply(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id, sms_consent=False)
        heard = await write_in(conn, world.office_id, lead, "What does it cost?", at=NOON - timedelta(minutes=2))
        await conn.execute(
            "insert into signal (office_id, id, lead_id, at, kind, value, source, version)"
            " values (%s, %s, %s, %s, 'reply', jsonb_build_object('message_id', %s::text, 'tier', 'NONE',"
            " 'intent', 'question_property'), 'rules', '1')",
            (world.office_id, new_id(), lead, NOON, str(heard)),
        )
    answer = await write(world, lead, text("It is 420."), await person(world))
    (decision,) = [d for d in await world.rows("decision", lead) if d["phase"] == "person"]
    assert decision["facts"]["attempt"]["reply_to"] == str(heard)
    assert decision["facts"]["attempt"]["message_class"] == "conversational_reply"
    assert answer.verdict is Verdict.ALLOW, answer.reasons


async def test_no_person_writes_to_a_suppressed_number(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        await conn.execute(
            "insert into suppression (office_id, channel, address_hash, reason, rule, at)"
            " values (%s, 'sms', %s, 'opt_out', 'test', %s)",
            (world.office_id, address_hash(world.key, "+13125550142"), NOON),
        )
    answer = await write(world, lead, text("One more thing"), await person(world))
    assert (answer.verdict, answer.message_id) == (Verdict.DENY, None)
    assert any("SUPPRESSED" in reason.code for reason in answer.reasons)
    assert await world.rows("message", lead) == []


async def test_every_refusal_is_kept_and_replays(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id, phone=None, email_consent=False)
    kim = await person(world)
    answers = [
        await write(world, lead, text("By text"), kim),
        await write(world, lead, text("Hello {{ lead.property_address }}", Channel.EMAIL), kim),
    ]
    assert answers[0].code == "NO_ADDRESS"
    assert answers[1].verdict is Verdict.DENY
    decisions = await world.rows("decision", lead)
    assert {d["id"] for d in decisions} == {answer.decision_id for answer in answers}
    async with world.db.office(world.office_id) as conn:
        assert all([(await replay.replay(conn, world.office_id, d["id"])).same for d in decisions])
    assert [line["kind"] for line in await world.rows("timeline", lead)] == ["decided", "decided"]
