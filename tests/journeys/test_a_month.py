"""Thirty days on HighLevel: webhooks lost, tripled and reordered, three outages. Nothing lost, nothing twice.

Acceptance X8, N3, L4, Q4. How the month is played stands in tests/journeys/month/__init__.py.
"""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.journeys.month import books
from tests.journeys.month.month import Month, a_month
from tests.journeys.month.office import TAG

LEADS, DAYS = 60, 30
WRITES_A_PERSON = 12  # beyond messages: find or make the contact, its tags and fields as the score moves, its stage


@pytest.mark.timeout(900)  # a minute on a machine of its own
async def test_a_month_of_lost_tripled_and_reordered_webhooks_and_three_outages_loses_and_doubles_nothing(
    database_url: str,
) -> None:
    async with a_month(database_url, NOON, leads=LEADS, days=DAYS) as month:
        await month.pass_until(NOON + timedelta(days=DAYS))
        verdict = await books.compare(month)
        assert verdict.wrong == {}
        counted = verdict.counted
        # It was a month with something in it: every trouble struck, and each kind of work was done.
        assert counted["people"] >= LEADS
        assert min(counted["webhooks_lost"], counted["webhooks_tripled"]) > counted["webhooks"] / 40
        assert counted["webhooks_late"] > counted["webhooks"] / 8
        assert min(counted["webhooks_given_up"], counted["sends_nobody_could_know_of"]) > 0
        assert min(counted["written_by_leads"], counted["written_by_the_team"], counted["edits_by_the_team"]) > 5
        assert month.post.answers[429] > 0
        assert counted["sent"] > 2 * LEADS
        # What we write there comes back as webhooks, and those make us write nothing again.
        assert counted["writes"] - counted["sent"] <= WRITES_A_PERSON * counted["people"]
        assert await _told(month, "ghl does not answer") == await _told(month, "ghl does not answer", put_away=True) > 0


async def test_when_no_webhook_comes_at_all_the_team_is_told_and_every_lead_is_found_and_answered(
    database_url: str,
) -> None:
    async with a_month(database_url, NOON, leads=8, days=3, troubles=False, housekeeping=timedelta(hours=1)) as month:
        await month.pass_until(NOON + timedelta(hours=6))
        assert await _told(month, "Webhooks of ghl do not arrive") == 0
        month.post.off = True
        await month.pass_until(NOON + timedelta(hours=11))
        assert await _told(month, "Webhooks of ghl do not arrive") == 1
        await month.pass_until(NOON + timedelta(days=3))
        verdict = await books.compare(month)
        assert verdict.wrong == {}
        assert verdict.counted["leads_found_without_a_webhook_in_time"] >= 3
        month.post.off = False
        await month.pass_until(NOON + timedelta(days=3, hours=5))
        assert await _told(month, "Webhooks of ghl do not arrive", put_away=True) == 1


async def test_a_score_that_cooled_is_told_there_also_when_only_a_colleagues_edit_made_us_look(
    database_url: str,
) -> None:
    async with a_month(database_url, NOON, leads=0, troubles=False) as month:
        contact = month.fake.person_adds(firstName="Ann", email="ann@lake.example", tags=[TAG], source="Open house")
        await month.pass_until(NOON + timedelta(hours=1))
        month.fake.lead_writes(contact["id"], "Yes, I want to see it on Sunday. Please call me.", "Email")
        await month.pass_until(NOON + timedelta(hours=2))
        [warm] = set(contact["tags"]) & books.TEMPERATURES
        await month.pass_until(NOON + timedelta(days=29))
        month.fake.person_changes(contact["id"], city="Evanston")
        await month.pass_until(NOON + timedelta(days=29, hours=1))
        [cool] = set(contact["tags"]) & books.TEMPERATURES
        [lead] = await month.office.rows("select temperature from lead where merged_into is null")
        assert cool == f"rekindle: {lead['temperature']}" != warm


async def _told(month: Month, text: str, *, put_away: bool = False) -> int:
    """How many notices begin so."""
    seen = "and seen_at is not null" if put_away else ""
    [row] = await month.office.rows(f"select count(*) as n from notice where text like %s {seen}", f"{text}%")
    return int(row["n"])
