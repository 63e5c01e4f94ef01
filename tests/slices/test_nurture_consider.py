"""One look at one lead: entered, scored, decided, planned, and its next wake-up set."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.alerts import wires
from rekindle.content import install as templates
from rekindle.content.types import Template
from rekindle.decide.decision import Send
from rekindle.decide.words import Channel, Lane
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.leads.ask import ask
from rekindle.nurture import replay
from rekindle.nurture.consider import consider
from rekindle.nurture.explain import explain
from rekindle.nurture.pump import consider_batch, wake_batch
from rekindle.outbox.cancel import cancel_planned
from rekindle.outbox.claim import take
from rekindle.outbox.desk import Desk
from rekindle.providers.ports import Accepted, Account, Found, Limit, Outgoing
from rekindle.routing.handoff import open_handoff
from rekindle.routing.takeover import take_over
from rekindle.sequences import enroll
from rekindle.sequences import install as sequences
from rekindle.traffic.traffic import Traffic
from tests.conftest import NOON
from tests.outboxes import Fixed
from tests.slices.nurture_world import BASE_URL, World, furnish, make_lead

NIGHT = NOON.replace(hour=9)  # three in the morning in Chicago


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return await furnish(db, office_id, clock, keyring)


async def new_lead(world: World, **about: object) -> UUID:
    """A lead whose enquiry has just been handled."""
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id, **about)  # type: ignore[arg-type]
        await ask(conn, world.office_id, [lead], lane=Lane.FIRST_TOUCH, cause="enquiry", at=world.clock.now())
    return lead


async def look(world: World, lead: UUID, *causes: str) -> object:
    async with world.db.office(world.office_id) as conn:
        return await consider(
            conn, world.office_id, lead, at=world.clock.now(), draw=0.5, means=world.means, causes=causes
        )


async def test_a_new_lead_is_greeted_without_anybody_doing_anything(world: World) -> None:
    lead = await new_lead(world)
    assert await consider_batch(world.looker()) == 1
    assert await consider_batch(world.looker()) == 0
    (message,) = await world.rows("message", lead)
    (walk,) = await world.rows("enrollment", lead)
    (row,) = await world.rows("lead", lead)
    (decision,) = await world.rows("decision", lead)
    assert (message["state"], message["channel"], message["step"]) == ("planned", "sms", "new-buyer/hello")
    assert message["lane"] == Lane.FIRST_TOUCH
    assert "Lakeside Realty LLC" in message["body"]
    assert message["body"].endswith("Reply STOP to opt out, HELP for help.")
    assert message["decision_id"] == decision["id"]
    assert (walk["step"], walk["wake_at"]) == (1, NOON + timedelta(minutes=5))
    assert row["next_touch_at"] == walk["wake_at"]
    assert row["score"] is not None
    assert (decision["kind"], decision["verdict"], decision["phase"]) == ("send", "allow", "decide")
    kinds = sorted(line["kind"] for line in await world.rows("timeline", lead))
    assert kinds == ["decided", "enrolled", "planned", "scored"]


async def test_an_allowed_send_is_told_as_allowed_and_keeps_every_line(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    (line,) = [line["data"] for line in await world.rows("timeline", lead) if line["kind"] == "decided"]
    (decision,) = await world.rows("decision", lead)
    assert (line["code"], line["text"]) == ("ALLOWED", "Allowed by every gate.")
    assert {"suppression", "consent", "hours"} <= {reason["gate"] for reason in decision["reasons"]}
    assert "Every merge field has a value." in {reason["text"] for reason in decision["reasons"]}


async def test_the_score_is_kept_current_and_told_only_when_points_change(world: World) -> None:
    lead = await new_lead(world)
    await look(world, lead, "enquiry")
    async with world.db.office(world.office_id) as conn:
        await open_handoff(conn, world.office_id, lead, cause="wants_person", summary="asks for a call", at=NOON)
    for _ in range(2):
        world.clock.advance(timedelta(seconds=1))
        await look(world, lead)
    before, now = sorted(await world.rows("signal", lead), key=lambda row: row["at"])
    assert (before["value"]["priority"], now["value"]["priority"]) == ("later", "now")
    assert before["value"]["points"] == now["value"]["points"]
    assert before["input_hash"] != now["input_hash"]
    assert [line["kind"] for line in await world.rows("timeline", lead)].count("scored") == 1


async def test_at_night_the_greeting_goes_by_email_at_once(world: World) -> None:
    world.clock.at = NIGHT
    lead = await new_lead(world)
    await consider_batch(world.looker())
    (message,) = await world.rows("message", lead)
    assert (message["channel"], message["due_at"]) == ("email", NIGHT)
    assert "https://lakeside.example/u/" in message["body"]


async def test_without_consent_to_texts_nobody_is_texted(world: World) -> None:
    lead = await new_lead(world, sms_consent=False)
    for _ in range(200):
        await consider_batch(world.looker())
        await wake_batch(world.db, clock=world.clock)
        world.clock.advance(timedelta(hours=24))
    sent = await world.rows("message", lead)
    assert sent
    assert {message["channel"] for message in sent} == {"email"}


async def test_the_next_step_is_planned_when_it_is_due_and_once(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    assert await wake_batch(world.db, clock=world.clock) == 0
    world.clock.advance(timedelta(days=1))
    assert await wake_batch(world.db, clock=world.clock) == 1
    assert await wake_batch(world.db, clock=world.clock) == 0
    await consider_batch(world.looker())
    messages = await world.rows("message", lead)
    assert len({m["key"] for m in messages}) == len(messages) >= 2


async def test_looking_again_plans_nothing_twice(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    for _ in range(3):
        await look(world, lead, "receipt")
        await look(world, lead, "enquiry")
    assert len(await world.rows("message", lead)) == 1
    assert len(await world.rows("enrollment", lead)) == 1


async def test_an_import_without_enrolling_sends_nothing(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        await ask(conn, world.office_id, [lead], lane=Lane.BULK, cause="import", at=NOON)
    await consider_batch(world.looker())
    assert await world.rows("message", lead) == []
    assert await world.rows("enrollment", lead) == []
    assert len(await world.rows("decision", lead)) == 1


async def test_a_named_sequence_ends_the_one_before(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    await look(world, lead, "enroll:silent-lead")
    walks = {w["sequence"]: w["state"] for w in await world.rows("enrollment", lead)}
    assert walks == {"new-buyer": "exited", "silent-lead": "active"}


async def test_a_sequence_nobody_has_is_told_and_stops_nothing(world: World) -> None:
    lead = await new_lead(world)
    await look(world, lead, "enroll:no-such-plan")
    notes = [line["data"]["text"] for line in await world.rows("timeline", lead) if line["kind"] == "note"]
    assert notes == ["no sequence named 'no-such-plan'"]


async def test_a_step_with_a_hole_in_its_text_is_dropped_with_the_reason(world: World) -> None:
    plan = (
        "name: holes\nexits: [reply, opt_out, booking, hand_off, takeover]\nsteps:\n"
        "  - {id: hole, after: 0m, channels: {email: hole}}\n  - {id: whole, after: 0m, channels: {email: whole}}\n"
    )
    async with world.db.office(world.office_id) as conn:
        lead = await make_lead(conn, world.office_id)
        for name, body in (("hole", "About {{ lead.property_address }}"), ("whole", "Good morning")):
            template = Template(name, 0, Channel.EMAIL, "Subject", body)
            await templates.publish(conn, world.office_id, template, at=NOON)
        known = {"hole": Channel.EMAIL, "whole": Channel.EMAIL}
        await sequences.publish(conn, world.office_id, plan, templates=known, at=NOON)
    await look(world, lead, "enroll:holes")
    (message,) = await world.rows("message", lead)
    decisions = await world.rows("decision", lead)
    assert message["step"] == "holes/whole"
    dropped = [d for d in decisions if d["verdict"] == "deny"]
    assert len(dropped) == 1
    assert any("lead.property_address" in reason["text"] for reason in dropped[0]["reasons"])


async def test_takeover_and_handoff_end_what_is_planned(world: World) -> None:
    lead, other = await new_lead(world), None
    other = await new_lead(world, phone="+13125550143", email="bo@home.example")
    await consider_batch(world.looker())
    async with world.db.office(world.office_id) as conn:
        person = await _person(conn, world.office_id)
        await take_over(conn, world.office_id, lead, person, at=NOON)
        await open_handoff(conn, world.office_id, other, cause="wants_person", summary="asks for a call", at=NOON)
    for each in (lead, other):
        await look(world, each, "enquiry")
        assert [m["state"] for m in await world.rows("message", each)] == ["canceled"]
        assert [w["state"] for w in await world.rows("enrollment", each)] == ["exited"]
        assert [row["next_touch_at"] for row in await world.rows("lead", each)] == [None]


async def test_a_reply_ends_the_plan(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    async with world.db.office(world.office_id) as conn:  # what the inbox does with a reply, in its transaction
        assert await enroll.exit_all(conn, world.office_id, lead, reason="reply", at=NOON) == 1
        assert await cancel_planned(conn, world.office_id, lead, reason="reply", at=NOON) == 1
        await ask(conn, world.office_id, [lead], lane=Lane.REPLY, cause="reply", at=NOON)
    await consider_batch(world.looker())
    assert [m["state"] for m in await world.rows("message", lead)] == ["canceled"]


async def test_a_first_touch_taken_back_at_the_claim_reaches_a_person_when_nothing_else_can_leave_today(
    world: World,
) -> None:
    lead = await new_lead(world, email=None)
    await consider_batch(world.looker())
    async with world.db.office(world.office_id) as conn:
        await conn.execute("update consent_state set granted = false")
    await take(_desk(world), world.office_id)
    await consider_batch(world.looker())
    assert await world.rows("handoff", lead) == []  # the same greeting is to be tried once more in five minutes
    await _minutes(world, 5)
    (handed,) = await world.rows("handoff", lead)
    assert handed["cause"] == "no_automatic_answer"
    assert "kept from leaving: " in handed["summary"]
    assert [m["state"] for m in await world.rows("message", lead)] == ["canceled"]
    assert [w["state"] for w in await world.rows("enrollment", lead)] == ["exited"]


async def test_a_first_touch_too_late_is_followed_by_the_next_one_of_the_day(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    async with world.db.office(world.office_id) as conn:
        await conn.execute("update message set expires_at = %s", (NOON,))
    await take(_desk(world), world.office_id)
    await _minutes(world, 5)
    messages = {m["step"]: (m["state"], m["error_code"]) for m in await world.rows("message", lead)}
    assert messages == {"new-buyer/hello": ("canceled", "EXPIRED"), "new-buyer/hello-too": ("planned", None)}
    assert await world.rows("handoff", lead) == []


async def test_a_reply_that_takes_a_held_greeting_back_calls_nobody(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    async with world.db.office(world.office_id) as conn:
        await conn.execute("update message set error_code = 'QUIET_HOURS', error_text = 'It is night.'")
        await cancel_planned(conn, world.office_id, lead, reason="reply", at=NOON)
        await enroll.exit_all(conn, world.office_id, lead, reason="reply", at=NOON)
    await look(world, lead, "reply")
    assert await world.rows("handoff", lead) == []


async def test_stored_decisions_replay_to_the_same_verdict(world: World) -> None:
    for number in range(4):
        at = {"phone": f"+1312555015{number}", "email": f"lead{number}@home.example"}
        await new_lead(world, sms_consent=number % 2 == 0, kind=("buyer", "seller")[number // 2], **at)
    for hours in (0, 9, 30, 100, 400):
        await consider_batch(world.looker())
        world.clock.advance(timedelta(hours=hours))
        await wake_batch(world.db, clock=world.clock)
        while await take(_desk(world), world.office_id):
            pass
    decisions = await world.rows("decision")
    assert {d["phase"] for d in decisions} == {"decide", "claim"}
    assert len(decisions) >= 12
    async with world.db.office(world.office_id) as conn:
        for decision in decisions:
            made = await replay.replay(conn, world.office_id, decision["id"])
            assert made.same, (made.stored, made.again)
        with pytest.raises(replay.NoDecisionError):
            await replay.replay(conn, world.office_id, new_id())


async def test_explaining_changes_nothing(world: World) -> None:
    lead = await new_lead(world)
    await consider_batch(world.looker())
    tables = ("lead", "message", "enrollment", "decision", "timeline", "signal")
    before = [await world.rows(table, lead) for table in tables]
    async with world.db.office(world.office_id) as conn:
        made = await explain(conn, world.office_id, lead, at=NOON, means=world.means)
    assert [await world.rows(table, lead) for table in tables] == before
    assert made.decision.kind == "wait"
    assert made.decision.until == NOON + timedelta(minutes=5)
    assert [(n.sequence, n.step) for n in made.next] == [("new-buyer", "hello-too")]
    assert {(w.channel, w.address) for w in made.ways} == {("sms", "+13125550142"), ("email", "ana@home.example")}
    assert sum(points for _, points, _ in made.score.parts) == made.score.points


async def test_the_core_says_send_and_the_row_says_the_same(world: World) -> None:
    decision = await look(world, await new_lead(world), "enquiry")
    assert isinstance(decision, Send)
    assert decision.address == "+13125550142"


class Wire:
    """A provider nobody calls: the claim only asks its name and its limits."""

    name = "nobody"
    channels = frozenset(Channel)

    def limits(self, account: Account) -> tuple[Limit, ...]:
        assert account.provider == self.name
        return ()

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        raise NotImplementedError

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found:
        raise NotImplementedError


def _desk(world: World) -> Desk:
    return Desk(
        db=world.db,
        keyring=world.keyring,
        clock=world.clock,
        chance=lambda: 0.5,
        routes=Fixed(Wire()),
        traffic=Traffic(world.db, DatabaseLimits(world.db), world.clock),
        tell=wires.of_breakers(world.db, world.clock),
        base_url=BASE_URL,
    )


async def _minutes(world: World, count: int) -> None:
    world.clock.advance(timedelta(minutes=count))
    await wake_batch(world.db, clock=world.clock)
    await consider_batch(world.looker())


async def _person(conn: Conn, office_id: UUID) -> UUID:
    made = new_id()
    await conn.execute(
        "insert into person (office_id, id, email, name, role, created_at)"
        " values (%s, %s, 'kim@l.example', 'Kim', 'agent', %s)",
        (office_id, made, NOON),
    )
    return made
