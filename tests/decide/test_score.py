"""The scorecard in words a team would use."""

import pytest

from rekindle.decide.facts import Facts
from rekindle.decide.score import score
from rekindle.decide.timeline_said import days_until
from rekindle.decide.words import Intent, LeadKind, OptOutTier, Temperature
from tests.decide.strategies import NOON, ago, facts, reply

READY = (("area", "Oak Park"), ("beds", "3"), ("budget", "450000"), ("financing", "pre-approved"), ("timeline", "asap"))


def points(known: Facts) -> int:
    return score(known, at=NOON).points


def test_a_ready_buyer_is_hot_and_says_why() -> None:
    found = score(facts(attributes=READY), at=NOON)
    assert found.temperature is Temperature.HOT
    assert {part.name: part.points for part in found.parts}["timeline"] == 20
    assert found.missing == ("reply",)
    assert found.actions == ("Call today.",)
    assert found.priority == "today"


def test_a_bare_old_import_is_cold_and_says_what_to_ask() -> None:
    found = score(facts(source="import", enquiry="", enquired_at=ago(days=200), created_at=ago(days=200)), at=NOON)
    assert found.temperature is Temperature.COLD
    assert found.missing[:2] == ("timeline", "financing")
    assert found.actions == ("Ask for timeline and financing.",)
    assert found.confidence < 0.5


def test_an_ordinary_enquiry_is_warm() -> None:
    assert score(facts(), at=NOON).temperature is Temperature.WARM


def test_a_reply_counts_and_fades() -> None:
    silent = facts(enquired_at=ago(days=13))
    fresh = facts(enquired_at=ago(days=13), inbound=(reply(intent=Intent.APPOINTMENT_REQUEST),))
    faded = facts(enquired_at=ago(days=13), inbound=(reply(intent=Intent.APPOINTMENT_REQUEST, at=ago(days=12)),))
    assert points(fresh) > points(faded) > points(silent)
    assert score(fresh, at=NOON).priority == "now"


@pytest.mark.parametrize(
    "intent", [Intent.NEGATIVE_NO, Intent.ALREADY_BOUGHT_OR_SOLD, Intent.HOSTILE, Intent.WRONG_NUMBER]
)
def test_a_no_lowers_it(intent: Intent) -> None:
    assert points(facts(inbound=(reply(intent=intent, tier=OptOutTier.SOFT_STOP),))) < points(facts())


def test_a_stop_ends_it() -> None:
    assert points(facts(inbound=(reply(intent=Intent.OPT_OUT, tier=OptOutTier.STOP),))) == 0


def test_silence_lowers_it_step_by_step() -> None:
    scores = [points(facts(enquired_at=ago(days=days))) for days in (0, 20, 40, 80, 200)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 5


@pytest.mark.parametrize("financing", ["FHA", "VA loan", "housing voucher", "not pre-approved", "ITIN"])
def test_no_way_of_paying_counts_against_anybody(financing: str) -> None:
    assert points(facts(attributes=(("financing", financing),))) > points(facts())


def test_a_seller_is_asked_for_other_things() -> None:
    found = score(facts(kind=LeadKind.SELLER), at=NOON)
    assert found.missing[:4] == ("timeline", "property_address", "price", "motivation")


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("ASAP", 0),
        ("within 30 days", 30),
        ("1-3 months", 90),
        ("0–3 months", 90),
        ("6 to 12 months", 360),
        ("next month", 60),
        ("this year", 365),
        ("just browsing", 730),
        ("2 weeks", 14),
        ("", None),
        ("when the stars align", None),
    ],
)
def test_stated_timelines(said: str, days: int | None) -> None:
    assert days_until(said) == days
