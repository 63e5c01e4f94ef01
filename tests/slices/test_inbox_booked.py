"""Appointments, pipeline stages and a removed app, told by others: who is meant, what is newest, what ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.decide.words import Stage
from rekindle.kit.claims import MAX_ATTEMPTS
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Booking, StageMoved, Uninstalled
from rekindle.sequences.enroll import enroll
from rekindle.sequences.install import install_builtin
from tests.slices.inbox_world import ANN, MAIL, World, contact

DAY = timedelta(days=1)


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    """Ann is contact c1 of the CRM, on a sequence."""
    made = World(db, office_id, clock, keyring)
    await made.connect()
    await made.say("c1:1", contact(external_id="c1:1"), source="brook-contact")
    async with db.office(office_id) as conn:
        await install_builtin(conn, office_id, at=clock.now())
        await enroll(conn, office_id, (await made.lead()).id, "new-buyer", at=clock.now())
    return made


def booking(w: World, external_id: str = "b1", /, **more: Any) -> Booking:
    given: dict[str, Any] = {"email": "", "phone": "", "starts_at": w.clock.now() + DAY, "canceled": False} | more
    return Booking(external_id, **given)


def moved(name: str = "o1", **more: Any) -> StageMoved:
    given: dict[str, Any] = {
        "crm": "brook", "contact_id": "c1", "opportunity_id": "o1", "pipeline_id": "p1", "stage_id": "s1",
        "status": "open", "at": None, "stage": "",
    }  # fmt: skip
    return StageMoved(name, **(given | more))


async def walks(w: World) -> list[str]:
    return [row["end_reason"] or row["state"] for row in await w.rows("select state, end_reason from enrollment")]


# ---------------------------------------------------------------- appointments


@pytest.mark.parametrize("by", ["lead", "contact_id", "email", "phone"])
async def test_an_appointment_is_the_leads_by_whatever_names_it(w: World, by: str) -> None:
    named = {"lead": str((await w.lead()).id), "contact_id": "c1", "email": MAIL.upper(), "phone": "(312) 555-0142"}
    assert await w.say("b1", booking(w, **{by: named[by]})) == "booking"
    lead = await w.lead()
    assert lead.stage is Stage.APPOINTMENT
    assert "appointment_at" in lead.attributes
    assert await walks(w) == ["booking"]


async def test_an_older_word_about_the_appointment_overrules_no_newer_one(w: World) -> None:
    now = w.clock.now()
    await w.say("b2", booking(w, "b2", email=MAIL, starts_at=now + 2 * DAY, at=now))
    stale = booking(w, "b1", email=MAIL, canceled=True, at=now - timedelta(minutes=5))
    assert await w.say("b1", stale) == "older than what is known"
    assert (await w.lead()).attributes["appointment_at"] == (now + 2 * DAY).isoformat()


async def test_an_appointment_canceled_is_none_any_more_and_a_late_word_of_it_brings_it_not_back(w: World) -> None:
    now = w.clock.now()
    await w.say("b1", booking(w, "b1", email=MAIL, at=now))
    await w.say("b2", booking(w, "b2", email=MAIL, canceled=True, at=now + timedelta(seconds=1)))
    assert "appointment_at" not in (await w.lead()).attributes
    assert await w.say("b1-again", booking(w, "b1", email=MAIL, at=now)) == "older than what is known"
    assert "appointment_at" not in (await w.lead()).attributes


async def test_an_appointment_of_a_contact_we_do_not_know_waits_until_it_is_fetched(w: World) -> None:
    event_id = await w.arrive("b1", booking(w, contact_id="c2"))
    await w.handle()
    assert await w.outcome(event_id) == "due: waits for its contact"
    assert [errand["key"] for errand in await w.errands()] == ["brook-contact:c2"]
    known = contact("c2", external_id="c2:1", phones=("773-555-0101",), emails=(), activated=False)
    await w.say("c2:1", known, source="brook-contact")
    w.clock.advance(timedelta(minutes=1))
    await w.handle()
    assert (await w.lead("+17735550101")).stage is Stage.APPOINTMENT


async def test_an_appointment_of_nobody_lies_with_the_dead(w: World) -> None:
    assert await w.say("b1", booking(w)) == "dead: neither a usable phone number nor an e-mail address"
    event_id = await w.arrive("b2", booking(w, "b2", contact_id="c9"))
    for _ in range(MAX_ATTEMPTS):
        await w.handle()
        await w.fetches_nothing()
        w.clock.advance(timedelta(hours=1))
    assert await w.outcome(event_id) == "dead: the contact 'c9' could not be fetched from the CRM"


async def test_somebody_who_books_without_having_asked_is_a_lead(w: World) -> None:
    assert await w.say("b1", booking(w, phone="773-555-0101", name="Bob Roe")) == "booking"
    lead = await w.lead("+17735550101")
    assert (lead.name, lead.stage) == ("Bob Roe", Stage.APPOINTMENT)
    assert await w.say("b2", booking(w, "b2", phone="773-555-0101", name="R. Roe")) == "booking"
    assert (await w.lead("+17735550101")).name == "Bob Roe"


# ---------------------------------------------------------------- stages


async def test_a_stage_the_office_mapped_is_followed(w: World) -> None:
    assert await w.say("o1", moved(stage="qualified")) == "stage: qualified"
    assert (await w.lead()).stage is Stage.QUALIFIED
    assert await walks(w) == ["active"]
    assert await w.say("o2", moved("o2", stage="qualified")) == "echo: nothing new"


@pytest.mark.parametrize(("status", "stage"), [("won", Stage.CLOSED), ("lost", Stage.LOST), ("abandoned", Stage.LOST)])
async def test_won_and_lost_end_automation_without_any_map(w: World, status: str, stage: Stage) -> None:
    await w.say("o1", moved(status=status))
    assert (await w.lead()).stage is stage
    assert await walks(w) == [f"stage {stage.value}"]


async def test_a_stage_mapped_to_nothing_changes_nothing(w: World) -> None:
    before = await w.rows("select * from timeline order by id")
    assert await w.say("o1", moved()) == "a stage that is not mapped"
    assert await w.say("o2", moved("o2", stage="no such stage")) == "echo: nothing new"
    assert await w.say("o3", moved("o3", stage="lost", contact_id="c9")) == "an opportunity of somebody who is no lead"
    assert await w.rows("select * from timeline order by id") == before


# ---------------------------------------------------------------- the app is gone


async def test_an_app_removed_at_the_provider_marks_the_connection_and_tells_managers(w: World) -> None:
    assert await w.say("x1", Uninstalled("x1", "brook")) == "uninstalled"
    [row] = await w.rows("select state, note from connection")
    assert row["state"] == "failing"
    assert row["note"].startswith("The app was uninstalled")
    assert len(await w.notices()) == 1
    assert (await w.lead(ANN)).name == "Ann Lee"  # what it told us stays
