"""Times, numbers and places in lists, as people read them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from rekindle.decide.words import Channel, Intent, LeadKind, MessageState, Stage, Verdict
from rekindle.reports.decisions.store import After as AfterDecision
from rekindle.reports.leads.types import After as AfterLead
from rekindle.web.pages import cursor, times, words
from tests.conftest import NOON

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (NOON, "12:00"),
        (NOON + timedelta(hours=20), "tomorrow 08:00"),
        (NOON - timedelta(hours=13), "yesterday 23:00"),
        (NOON + timedelta(days=3), "Fri 12:00"),
        (NOON - timedelta(days=20), "Nov 4, 12:00"),
        (datetime(2025, 3, 1, 12, tzinfo=UTC), "Mar 1, 2025"),
    ],
)
def test_a_moment_is_named_by_how_near_it_is(when: datetime, text: str) -> None:
    assert times.moment(when, CHICAGO, NOON).text == text


def test_a_moment_keeps_its_exact_time_for_machines_and_tooltips() -> None:
    made = times.moment(NOON, CHICAGO, NOON)
    assert datetime.fromisoformat(made.iso) == NOON
    assert made.title == "Tuesday, November 24, 2026, 12:00:00 CST"


def test_spans_have_one_unit() -> None:
    assert [times.span(s) for s in (4, 59, 61, 3600, 90_000, 400_000)] == [
        "4 s", "59 s", "1 min", "1 h", "25 h", "5 days",
    ]  # fmt: skip


def test_no_answer_is_no_number() -> None:
    assert times.response(None) == "no data"
    assert times.response(3.84) == "3.8 s"


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STAGES, Stage),
        (words.KINDS, LeadKind),
        (words.CHANNELS, Channel),
        (words.INTENTS, Intent),
        (words.STATES, MessageState),
        (words.VERDICTS, Verdict),
    ],
)
def test_every_code_of_the_core_has_words(table: dict[str, object], codes: type) -> None:
    assert {code.value for code in codes} <= set(table)  # type: ignore[attr-defined]


def test_numbers_are_written_as_people_write_them() -> None:
    assert words.phone("+13125550142") == "(312) 555-0142"
    assert words.phone("+442071838750") == "+442071838750"
    assert words.counted(1, "text") == "1 text"
    assert words.counted(1200, "lead") == "1,200 leads"


def test_a_page_mark_comes_back_and_nonsense_is_the_first_page() -> None:
    lead, decision = AfterLead(NOON, None, uuid4()), AfterDecision(NOON, uuid4())
    assert cursor.lead(cursor.of_lead(lead.created_at, lead.score, lead.id)) == lead
    assert cursor.decision(cursor.of_decision(decision.at, decision.id)) == decision
    for nonsense in ("", "x", "%%%", "a|b|c", "AAAA", cursor.of_decision(NOON, uuid4())):
        assert cursor.lead(nonsense) is None
