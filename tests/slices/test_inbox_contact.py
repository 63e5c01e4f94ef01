"""A contact of the CRM: answered when the office wants it and once; what people changed there counts here."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.content import install as templates
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker, consider_batch
from rekindle.sequences import install as sequences
from tests.slices.inbox_world import ANN, MAIL, World, asks, contact

DAY = timedelta(days=1)


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    """An office with sequences, connected to its CRM since a month."""
    made = World(db, office_id, clock, keyring)
    async with db.office(office_id) as conn:
        await templates.install_builtin(conn, office_id, at=clock.now())
        await sequences.install_builtin(conn, office_id, at=clock.now())
    await made.connect(at=clock.now() - 30 * DAY)
    return made


async def says(w: World, news: str, /, **given: Any) -> str:
    """The CRM tells of contact c1 as it is now, by whichever way."""
    return await w.say(f"c1:{news}", contact(external_id=f"c1:{news}", **given), source="brook-contact")


async def consider(w: World) -> None:
    looker = Looker(w.db, w.clock, Means(w.keyring, "https://lakeside.example", crms=("brook",)), lambda: 0.5)
    while await consider_batch(looker):
        pass


async def walks(w: World) -> list[str]:
    await consider(w)
    return [row["state"] for row in await w.rows("select state from enrollment order by id")]


# ---------------------------------------------------------------- who is answered


async def test_a_new_contact_whom_the_office_activated_is_answered(w: World) -> None:
    assert await says(w, "1", tags=("rekindle",)) == "new contact, to be answered"
    assert await walks(w) == ["active"]
    assert (await w.lead()).name == "Ann Lee"
    [link] = await w.rows("select contact_id, lead_id, tags, activated from crm_link")
    assert link == {"contact_id": "c1", "lead_id": (await w.lead()).id, "tags": ["rekindle"], "activated": True}


async def test_a_contact_whom_nobody_activated_is_kept_and_nobody_writes_to_it(w: World) -> None:
    assert await says(w, "1", activated=False) == "new contact, not activated"
    assert await walks(w) == []
    assert (await w.lead()).name == "Ann Lee"
    assert await w.rows("select 1 from message") == []


async def test_a_contact_activated_later_is_answered_then_and_once(w: World) -> None:
    await says(w, "1", activated=False)
    assert await says(w, "2", tags=("rekindle",)) == "changed contact, to be answered"
    assert await walks(w) == ["active"]
    assert await says(w, "3", tags=("rekindle",), name="Ann B. Lee") == "changed contact"
    assert await walks(w) == ["active"]


async def test_a_tag_taken_off_and_put_on_again_answers_nobody_twice(w: World) -> None:
    await says(w, "1", tags=("rekindle",))
    assert await walks(w) == ["active"]
    assert await says(w, "2", activated=False) == "changed contact, not activated"
    assert await says(w, "3", tags=("rekindle",)) == "changed contact"
    assert await walks(w) == ["active"]


async def test_the_same_news_by_webhook_and_by_list_answers_once(w: World) -> None:
    await says(w, "by-hook", tags=("rekindle",))
    assert await says(w, "by-list", tags=("rekindle",)) == "echo: nothing new"
    assert await walks(w) == ["active"]


@pytest.mark.parametrize(("hours_ago", "answered"), [(0, True), (1, True), (71, True), (73, False), (24 * 60, False)])
async def test_where_everybody_is_activated_only_new_contacts_are_answered(
    w: World, hours_ago: int, answered: bool
) -> None:
    added = w.clock.now() - timedelta(hours=hours_ago)
    await says(w, "1", activated=None, added_at=added)
    assert await walks(w) == (["active"] if answered else [])
    assert (await w.lead()).name == "Ann Lee"  # known either way


async def test_where_everybody_is_activated_who_was_there_before_connecting_is_stock(w: World) -> None:
    await w.disconnect()
    await w.connect(at=w.clock.now())
    await says(w, "1", activated=None, added_at=w.clock.now() - timedelta(minutes=5))
    assert await walks(w) == []
    assert await says(w, "2", activated=None, added_at=w.clock.now() - timedelta(minutes=5), name="Ann B.") == (
        "changed contact"
    )
    assert await walks(w) == []


async def test_where_everybody_is_activated_a_change_of_one_answered_before_is_no_new_lead(w: World) -> None:
    added = w.clock.now()
    await says(w, "1", activated=None, added_at=added)
    await says(w, "2", activated=None, added_at=added, name="Ann B. Lee")
    assert await walks(w) == ["active"]


async def test_a_contact_without_any_usable_address_lies_with_the_dead(w: World) -> None:
    said = await says(w, "1", phones=("12",), emails=())
    assert said.startswith("dead: ")
    assert await w.rows("select 1 from lead") == []


# ---------------------------------------------------------------- what counts when both sides changed (K1)


async def test_the_echo_of_what_we_wrote_there_says_nothing_new(w: World) -> None:
    await says(w, "1", tags=("rekindle",))
    before = await w.rows("select * from timeline order by id")
    fields = (("score", "78"), ("temperature", "hot"), ("last_touch", "2026-11-24"))
    echo = await says(w, "2", tags=("rekindle", "Rekindle: Hot"), attributes=fields)
    assert echo == "echo: nothing new"
    assert await w.rows("select * from timeline order by id") == before
    assert "score" not in (await w.lead()).attributes


async def test_what_people_wrote_in_the_crm_counts_here(w: World) -> None:
    await says(w, "1", tags=("rekindle",))
    await says(w, "2", tags=("rekindle",), name="Ann B. Lee", stage="appointment", attributes=(("area", "Elm Park"),))
    lead = await w.lead()
    assert (lead.name, lead.stage, lead.attributes["area"]) == ("Ann B. Lee", "appointment", "Elm Park")


async def test_older_news_overrules_nothing(w: World) -> None:
    now = w.clock.now()
    await says(w, "new", name="Ann B. Lee", stage="appointment", at=now)
    assert await says(w, "old", name="Ann L.", stage="contacted", at=now - timedelta(minutes=5)) == (
        "older than what is known"
    )
    lead = await w.lead()
    assert (lead.name, lead.stage) == ("Ann B. Lee", "appointment")


async def test_do_not_disturb_blocks_even_when_it_is_old_news_and_its_absence_lifts_nothing(w: World) -> None:
    now = w.clock.now()
    await says(w, "1", at=now)
    await says(w, "2", at=now - DAY, dnd=frozenset({Channel.SMS}))
    assert await w.blocked() == {("sms", "do not disturb in the CRM")}
    await says(w, "3", at=now + timedelta(milliseconds=1), name="Ann B. Lee")
    assert await w.blocked() == {("sms", "do not disturb in the CRM")}
    await says(w, "4", dnd=frozenset({Channel.SMS, Channel.EMAIL}), name="Ann C. Lee")
    assert {channel for channel, _ in await w.blocked()} == {"sms", "email"}


async def test_a_contact_deleted_there_ends_automation_and_stays_here(w: World) -> None:
    await says(w, "1", tags=("rekindle",))
    assert await walks(w) == ["active"]
    assert await says(w, "2", deleted=True) == "deleted in the CRM"
    await consider(w)
    assert await walks(w) == ["exited"]
    assert await w.rows("select 1 from message where state = 'planned'") == []
    assert (await w.story((await w.lead()).id)).count("note") == 1
    assert await w.say("c9:1", contact("c9", deleted=True), source="brook-contact") == "deleted before we knew it"


# ---------------------------------------------------------------- who is who


async def test_one_person_by_form_and_by_crm_in_other_formats_is_one_lead_with_both_sources(w: World) -> None:
    await w.say("e1", asks("e1", phones=("312.555.0142",), emails=("ANN@Lake.example",)), source="form")
    await says(w, "1", phones=("+1 (312) 555-0142",), emails=("ann@lake.example",), source="portal")
    assert len(await w.rows("select 1 from lead")) == 1
    sources = {row["source"] for row in await w.rows("select source from lead_source")}
    assert sources == {"form", "portal"}


async def test_a_contact_of_two_leads_makes_them_one_and_later_news_reaches_it(w: World) -> None:
    await w.say("e1", asks("e1", emails=()), source="form")
    await w.say("e2", asks("e2", phones=(), name=""), source="form")
    await says(w, "1", phones=(ANN,), emails=(MAIL,))
    assert (await w.lead(ANN)).id == (await w.lead(MAIL)).id
    await says(w, "2", name="Ann B. Lee")
    assert (await w.lead(MAIL)).name == "Ann B. Lee"
    assert {row["lead_id"] for row in await w.rows("select lead_id from crm_link")} == {(await w.lead()).id}


async def test_news_of_a_lead_that_was_merged_away_is_about_whom_it_was_merged_into(w: World) -> None:
    await says(w, "1", phones=(ANN,), emails=())
    await w.say("e2", asks("e2", phones=(), emails=(MAIL,)), source="form")
    await w.say("e3", asks("e3"), source="form")
    assert (await w.lead(ANN)).id == (await w.lead(MAIL)).id
    await says(w, "2", phones=(), emails=(), name="Ann B. Lee", stage="appointment")
    assert (await w.lead()).stage == "appointment"
    assert await says(w, "3", deleted=True) == "deleted in the CRM"
    assert "note" in await w.story((await w.lead()).id)
