"""What is stored replays to the same value, and what does not fit is refused."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from rekindle.decide.decision import Reason
from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.plain import PlainError, from_plain, to_plain
from rekindle.decide.version import CODE
from rekindle.decide.words import Verdict
from tests.decide.strategies import NOON, attempt, facts


@dataclass(frozen=True)
class Span:
    """A value with a duration and a pair."""

    long: timedelta
    pair: tuple[int, str]


@dataclass(frozen=True)
class Doubtful:
    """A value whose stored form does not say what it is."""

    what: int | str


def test_values_come_back_as_they_were() -> None:
    for value in (
        attempt(),
        Reason("hours", Verdict.HOLD, "QUIET_HOURS", "Night.", NOON),
        Span(timedelta(minutes=3), (1, "a")),
    ):
        assert from_plain(type(value), json.loads(json.dumps(to_plain(value)))) == value


def test_what_was_stored_before_a_field_was_thought_of_is_read_without_it() -> None:
    stored = to_plain(facts())
    del stored["taken_back"]
    assert from_plain(Facts, stored) == facts()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(PlainError, match="Attempt"):
        from_plain(Attempt, {"channel": "sms"})
    with pytest.raises(PlainError, match="ambiguous"):
        from_plain(Doubtful, {"what": 1})


def test_times_keep_their_zone() -> None:
    assert to_plain(datetime(2026, 1, 2, 3, tzinfo=UTC)) == "2026-01-02T03:00:00+00:00"


def test_the_core_says_which_code_decided() -> None:
    assert CODE.startswith("decide-")
