"""What the core is told of a lead."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.content import install as templates
from rekindle.content.types import Template
from rekindle.decide.facts import Address, Facts, Suppression
from rekindle.decide.plain import from_plain, to_plain
from rekindle.decide.words import Channel, Conversation, Intent, Lane, MessageClass, MessageState, OptOutTier, Stage
from rekindle.facts.load import gather, load
from rekindle.facts.types import NoLeadError
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring, address_hash
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.leads import merge
from rekindle.outbox.plan import plan
from rekindle.sequences import enroll
from rekindle.signals import store as signals
from tests.conftest import NOON, make_office
from tests.slices.nurture_world import World, furnish, make_lead, write_in

PHONE, EMAIL = "+13125550142", "ana@home.example"


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return await furnish(db, office_id, clock, keyring)


async def facts_of(conn: Conn, world: World, lead: UUID) -> Facts:
    return await load(conn, world.office_id, lead, at=world.clock.now(), office_key=world.key)


async def reserve(conn: Conn, world: World, lead: UUID, *, step: str, channel: Channel, address: str) -> UUID:
    made = await plan(
        conn,
        world.office_id,
        lead_id=lead,
        channel=channel,
        address=address,
        message_class=MessageClass.INQUIRY_RESPONSE,
        lane=Lane.FIRST_TOUCH,
        subject=None,
        body="hello",
        at=world.clock.now(),
        due_at=world.clock.now(),
        expires_at=None,
        key=str(new_id()),
        step=step,
    )
    assert made is not None
    return made


async def test_a_bare_lead(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id, attributes={"timeline": "spring", "beds": "3"})
        facts = await facts_of(conn, world, lead)
    assert facts.addresses == (Address(Channel.SMS, PHONE), Address(Channel.EMAIL, EMAIL))
    assert [(c.channel, c.granted, c.basis) for c in facts.consents] == [
        (Channel.SMS, True, "written"),
        (Channel.EMAIL, True, "inquiry"),
    ]
    assert facts.attributes == (("beds", "3"), ("timeline", "spring"))
    assert (facts.stage, facts.conversation, facts.office_timezone) == (
        Stage.NEW,
        Conversation.AUTOMATION,
        "America/Chicago",
    )
    assert (facts.suppressions, facts.touches, facts.inbound, facts.steps, facts.past_sequences) == ((), (), (), (), ())
    assert from_plain(Facts, to_plain(facts)) == facts


async def test_the_next_step_comes_drafted(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        walk = await enroll.enroll(conn, world.office_id, lead, "new-buyer", at=NOON)
        known = await gather(conn, world.office_id, lead, at=NOON, office_key=world.key)
    (step,) = known.facts.steps
    assert (step.enrollment_id, step.sequence, step.step, step.index) == (str(walk), "new-buyer", "hello", 0)
    assert (step.due_at, step.next_due_at) == (NOON, NOON + timedelta(minutes=5))
    assert step.expires_at == NOON + timedelta(days=2)
    assert [(d.channel, d.missing, d.segments) for d in step.drafts] == [(Channel.SMS, (), 2), (Channel.EMAIL, (), 0)]
    assert known.openings == {PHONE, EMAIL}
    assert known.facts.past_sequences == ("new-buyer",)


async def test_a_second_greeting_takes_the_channel_the_first_did_not(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        walk = await enroll.enroll(conn, world.office_id, lead, "new-buyer", at=NOON)
        assert walk is not None
        await reserve(conn, world, lead, step="new-buyer/hello", channel=Channel.SMS, address=PHONE)
        await enroll.advance(conn, world.office_id, walk, past=0, left_at=NOON, at=NOON)
        facts = await facts_of(conn, world, lead)
    (step,) = facts.steps
    assert [draft.channel for draft in step.drafts] == [Channel.EMAIL]


async def test_a_field_without_value_is_known_before_deciding(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        await enroll.enroll(conn, world.office_id, lead, "new-buyer", at=NOON)
        broken = Template("buyer-hello-sms", 0, Channel.SMS, None, "Hi {{ lead.favourite_colour }}")
        await templates.publish(conn, world.office_id, broken, at=NOON)
        facts = await facts_of(conn, world, lead)
    sms, email = facts.steps[0].drafts
    assert (sms.version, sms.missing, email.missing) == (2, ("lead.favourite_colour",), ())


async def test_a_touch_counts_while_reserved_and_not_when_canceled(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        one = await reserve(conn, world, lead, step="new-buyer/hello", channel=Channel.SMS, address=PHONE)
        two = await reserve(conn, world, lead, step="person", channel=Channel.EMAIL, address=EMAIL)
        await conn.execute(
            "update message set state = 'canceled' where office_id = %s and id = %s", (world.office_id, two)
        )
        old = await reserve(conn, world, lead, step="old", channel=Channel.SMS, address=PHONE)
        await conn.execute(
            "update message set state = 'delivered', in_flight_at = %s where office_id = %s and id = %s",
            (NOON - timedelta(days=36), world.office_id, old),
        )
        facts = await facts_of(conn, world, lead)
    assert [(t.message_id, t.state, t.step, t.at) for t in facts.touches] == [
        (str(one), MessageState.PLANNED, "new-buyer/hello", NOON)
    ]


async def test_inbound_is_unread_until_somebody_read_it(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        first = await write_in(conn, world.office_id, lead, "Is it free?", at=NOON - timedelta(minutes=5))
        await write_in(conn, world.office_id, lead, "Hello?", at=NOON)
        read = {"message_id": str(first), "tier": "NONE", "intent": "question_property"}
        await signals.save(conn, world.office_id, lead, kind="reply", value=read, source="rules", version="1", at=NOON)
        facts = await facts_of(conn, world, lead)
        latest = await signals.latest(conn, world.office_id, lead, "reply")
    assert [(i.tier, i.intent) for i in facts.inbound] == [
        (OptOutTier.NONE, Intent.QUESTION_PROPERTY),
        (None, None),
    ]
    assert latest is not None
    assert latest["value"] == read


async def test_a_suppression_is_found_by_the_hash_of_the_address(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        await conn.execute(
            "insert into suppression (office_id, channel, address_hash, reason, rule, at)"
            " values (%s, 'sms', %s, 'opt_out', 'stop', %s)",
            (world.office_id, address_hash(world.key, PHONE), NOON),
        )
        facts = await facts_of(conn, world, lead)
    assert facts.suppressions == (Suppression(Channel.SMS, PHONE, "opt_out", NOON),)


async def test_a_merged_lead_brings_its_past_and_is_gone_itself(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        winner = await make_lead(conn, world.office_id)
        loser = await make_lead(conn, world.office_id, phone="+13125550199", email=None)
        await enroll.enroll(conn, world.office_id, loser, "silent-lead", at=NOON)
        await write_in(conn, world.office_id, loser, "Hi", at=NOON, address="+13125550199")
        await reserve(conn, world, loser, step="silent-lead/open", channel=Channel.SMS, address="+13125550199")
        await conn.execute(
            "update message set state = 'delivered' where office_id = %s and direction = 'out'", (world.office_id,)
        )
        await merge.merge(conn, world.office_id, winner, loser, reason="same person", at=NOON, actor="test")
        facts = await facts_of(conn, world, winner)
        with pytest.raises(NoLeadError):
            await facts_of(conn, world, loser)
    assert len(facts.addresses) == 3
    assert (len(facts.inbound), len(facts.touches), facts.past_sequences) == (1, 1, ("silent-lead",))


async def test_no_office_sees_another_ones_lead(world: World, keyring: Keyring) -> None:
    other = await furnish(world.db, await make_office(world.db, "hillside"), world.clock, keyring)
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
    async with other.db.office(other.office_id) as conn:
        with pytest.raises(NoLeadError):
            await facts_of(conn, other, lead)
        with pytest.raises(NoLeadError):
            await load(conn, world.office_id, lead, at=NOON, office_key=world.key)


async def test_only_a_whole_instant_is_an_appointment(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        found = []
        for number, text in enumerate(("2026-12-01T15:00:00+00:00", "next Tuesday", "2026-12-01")):
            lead = await make_lead(
                conn,
                world.office_id,
                phone=None,
                email=f"lead{number}@home.example",
                attributes={"appointment_at": text},
            )
            found.append((await facts_of(conn, world, lead)).appointment_at)
    assert found == [NOON.replace(month=12, day=1, hour=15), None, None]
