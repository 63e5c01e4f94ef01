"""Contact hours: the law of every place at once, against a slow reading of the same tables."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.contact_law import Window, window
from rekindle.policy.load import active

POLICY = active(datetime(2026, 11, 24, tzinfo=UTC))
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 3 * 365 * 24 * 60


def law(phone: str | None, at: datetime, state: str | None = None, zip_code: str | None = None) -> Window:
    return window(POLICY, phone=phone, state=state, zip_code=zip_code, at=at)


def number(area: str) -> str:
    return f"+1{area}5550142"


def slow_reading(answer: Window, at: datetime) -> bool:
    """Every zone against every state, one by one, straight from the tables."""
    for zone in answer.zones:
        local = at.astimezone(ZoneInfo(zone))
        if local.date() in POLICY.holidays:
            return False
        for rule in (POLICY.platform, *(POLICY.states[s] for s in answer.states)):
            hours = rule.week[local.weekday()]
            if hours is None:
                return False
            second = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
            opens = timedelta(hours=hours[0].hour, minutes=hours[0].minute)
            closes = timedelta(hours=hours[1].hour, minutes=hours[1].minute)
            if not opens <= second < closes:
                return False
            if rule.block_holidays and local.date() in POLICY.state_holidays.get(rule.state, ()):
                return False
    return True


instants = st.integers(0, MINUTES * 60).map(lambda second: START + timedelta(seconds=second))
areas = st.sampled_from([*sorted(POLICY.area_zones), "800", "999"])
states = st.none() | st.sampled_from(sorted(POLICY.states))


@given(areas, states, instants)
def test_never_open_where_any_table_says_closed(area: str, state: str | None, at: datetime) -> None:
    answer = law(number(area), at, state)
    if answer.allowed:
        assert slow_reading(answer, at)
        assert answer.next_allowed_at == at


@given(areas, states, instants)
def test_the_next_instant_is_open_and_the_one_before_is_not(area: str, state: str | None, at: datetime) -> None:
    answer = law(number(area), at, state)
    if answer.allowed:
        return
    first = answer.next_allowed_at
    assert at < first < at + timedelta(days=6)
    assert law(number(area), first, state).allowed
    assert not law(number(area), first - timedelta(microseconds=1), state).allowed
    assert answer.reasons[0].until == first


@given(areas, states, instants, st.floats(0, 1))
def test_nothing_opens_before_the_next_instant(area: str, state: str | None, at: datetime, part: float) -> None:
    answer = law(number(area), at, state)
    between = at + (answer.next_allowed_at - at) * part
    if between < answer.next_allowed_at:
        assert not law(number(area), between, state).allowed


@given(areas, states, states, instants)
def test_another_hint_never_widens_the_window(area: str, state: str | None, other: str | None, at: datetime) -> None:
    plain = law(number(area), at)
    hinted = law(number(area), at, state)
    assert plain.allowed or not hinted.allowed
    assert set(plain.zones) <= set(hinted.zones)
    assert set(plain.states) <= set(hinted.states)
    assert law(None, at, state).allowed or not law(number("800"), at, other).allowed


@pytest.mark.parametrize("state", sorted(POLICY.states))
def test_every_state_opens_and_closes_as_its_row_says(state: str) -> None:
    """One ordinary week: the first and last allowed minute of each day in the state's own zone."""
    rule, zone = POLICY.states[state], ZoneInfo(POLICY.state_zones[state][0])
    for offset in range(7):
        day = date(2026, 8, 17) + timedelta(days=offset)  # a Monday; a week without a holiday anywhere
        mine, ours = rule.week[day.weekday()], POLICY.platform.week[day.weekday()]
        assert ours is not None
        noon = datetime.combine(day, time(16, 30), zone).astimezone(UTC)
        if mine is None:
            assert not law(None, noon, state).allowed
            continue
        opens = datetime.combine(day, max(mine[0], ours[0]), zone).astimezone(UTC)
        closes = datetime.combine(day, min(mine[1], ours[1]), zone).astimezone(UTC)
        assert not law(None, opens - timedelta(minutes=1), state).allowed
        assert not law(None, closes, state).allowed
        assert law(None, noon, state).allowed or len(POLICY.state_zones[state]) > 1


@pytest.mark.parametrize(
    ("area", "local", "zone", "allowed"),
    [
        ("312", "2026-11-24 09:01:59", "America/Chicago", False),
        ("312", "2026-11-24 09:02", "America/Chicago", True),
        ("312", "2026-11-24 19:54:59", "America/Chicago", True),
        ("312", "2026-11-24 19:55", "America/Chicago", False),
        ("312", "2026-11-22 11:59", "America/Chicago", False),  # Sunday opens at noon
        ("312", "2026-11-22 12:02", "America/Chicago", True),
        ("312", "2026-11-26 12:00", "America/Chicago", False),  # Thanksgiving
        ("312", "2026-12-25 12:00", "America/Chicago", False),
        ("312", "2027-01-01 12:00", "America/Chicago", False),
        ("212", "2026-09-07 12:00", "America/New_York", True),  # Labor Day, New York does not block it
        ("401", "2026-09-07 12:00", "America/New_York", False),  # Rhode Island does
        ("401", "2026-08-18 17:56", "America/New_York", False),  # and closes at six
        ("448", "2026-08-18 09:30", "America/New_York", False),  # 08:30 in Pensacola
        ("448", "2026-08-18 10:02", "America/New_York", True),
        ("605", "2026-08-22 12:00", "America/Chicago", False),  # South Dakota: weekdays only
        ("606", "2026-08-18 10:30", "America/New_York", False),  # Kentucky opens at ten, also on Central time
        ("808", "2026-08-18 09:02", "Pacific/Honolulu", True),
    ],
)
def test_known_minutes(area: str, local: str, zone: str, allowed: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert law(number(area), at).allowed is allowed


@pytest.mark.parametrize(
    ("day", "utc_open"),
    [
        ("2026-03-07", "15:02"),  # the Saturday before: CST
        ("2026-03-08", "17:02"),  # the change; a Sunday opens at noon, CDT
        ("2026-03-09", "14:02"),
        ("2026-10-31", "14:02"),
        ("2026-11-01", "18:02"),  # the change back; noon CST
        ("2026-11-02", "15:02"),
        ("2027-03-14", "17:02"),
        ("2027-11-07", "18:02"),
    ],
)
def test_hours_follow_the_wall_clock_over_a_change_of_clocks(day: str, utc_open: str) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)
    assert law(number("312"), midnight).next_allowed_at == datetime.fromisoformat(f"{day}T{utc_open}+00:00")


def test_the_night_of_a_change_is_closed_throughout() -> None:
    for day in ("2026-03-08", "2026-11-01"):
        start = datetime.fromisoformat(f"{day}T05:00+00:00")
        assert not any(law(number("312"), start + timedelta(minutes=m)).allowed for m in range(0, 6 * 60, 5))


@pytest.mark.parametrize("phone", ["+18005550142", "+19995550142", "+442079460958", "nonsense"])
def test_a_number_of_no_known_place_gets_the_strictest_hours(phone: str) -> None:
    answer = law(phone, datetime(2026, 8, 18, 20, 30, tzinfo=UTC))
    assert answer.allowed  # 16:30 in New York, 10:30 in Honolulu
    assert len(answer.states) == 51
    assert not law(phone, datetime(2026, 8, 18, 22, 0, tzinfo=UTC)).allowed  # 18:00 in Rhode Island
    assert not law(phone, datetime(2026, 8, 18, 19, 30, tzinfo=UTC)).allowed  # 09:30 in Honolulu


@pytest.mark.parametrize("state", ["Ontario", "ZZ"])
def test_a_state_nobody_knows_gets_the_strictest_hours(state: str) -> None:
    assert len(law(number("312"), START, state).states) == 51


def test_a_zip_code_adds_its_state_and_a_number_keeps_its_own() -> None:
    answer = law(number("212"), START, "ny", "90210")
    assert answer.zones == ("America/New_York", "America/Los_Angeles")
    assert answer.states == ("NY", "CA")
    assert "ZIP 902xx: CA" in answer.reasons[0].text


@given(st.sampled_from(sorted(POLICY.area_zones)), st.integers(0, 365))
def test_every_area_code_opens_on_every_working_day(area: str, days: int) -> None:
    answer = law(number(area), START + timedelta(days=days))
    assert answer.next_allowed_at <= START + timedelta(days=days + 5)


def test_hours_that_never_meet_hold_to_the_end_of_the_search() -> None:
    evening = replace(POLICY.platform, week=((time(20), time(21)),) * 7)
    never = replace(POLICY, platform=evening)
    at = datetime(2026, 8, 18, 18, tzinfo=UTC)
    answer = window(never, phone=number("606"), state=None, zip_code=None, at=at)
    assert not answer.allowed
    assert answer.reasons[0].code == "NEVER_OPEN"
    assert answer.next_allowed_at == at + timedelta(days=14)
    shut = replace(POLICY, platform=replace(evening, week=(None,) * 7))
    assert not window(shut, phone=number("312"), state=None, zip_code=None, at=at).allowed
