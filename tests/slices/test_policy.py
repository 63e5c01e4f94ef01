"""The shipped pack is complete, and a damaged one is refused with the line to mend."""

import shutil
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from rekindle.policy import load
from rekindle.policy.check import JURISDICTIONS, check
from rekindle.policy.read import read
from rekindle.policy.tables import PolicyError

AT = datetime(2026, 11, 24, 18, tzinfo=UTC)
SHIPPED = load.PACKS / "us-2026-11-22"


def test_the_active_pack_is_the_one_its_version_names() -> None:
    policy = load.active(AT)
    assert policy.version == "us-2026-11-22"
    assert load.by_version("us-2026-11-22") is policy
    assert set(policy.states) == JURISDICTIONS
    assert len(policy.checksum) == 64


def test_rules_come_out_as_the_tables_say() -> None:
    policy = load.active(AT)
    assert policy.states["RI"].week[0] == (time(9), time(18))
    assert policy.states["RI"].week[5] == (time(10), time(17))
    assert policy.states["RI"].week[6] is None
    assert policy.states["SD"].week[5] is None
    assert policy.states["TX"].week[6] == (time(12), time(21))
    assert [policy.states[s].cap_24h for s in ("FL", "OR", "NY")] == [3, 3, None]
    assert policy.area_zones["448"] == ("America/Chicago", "America/New_York")
    assert policy.zip_states["902"] == ("CA",)
    assert "416" in policy.elsewhere


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_three_days_nobody_is_texted(year: int) -> None:
    thanksgiving = {2026: 26, 2027: 25, 2028: 23}[year]
    days = load.active(AT).holidays
    assert {date(year, 1, 1), date(year, 11, thanksgiving), date(year, 12, 25)} <= days


def test_state_holidays_include_the_observed_day() -> None:
    policy = load.active(AT)
    assert date(2026, 7, 3) in policy.state_holidays["AL"]  # Independence Day 2026 is a Saturday
    assert date(2026, 7, 24) in policy.state_holidays["UT"]
    assert date(2026, 8, 10) in policy.state_holidays["RI"]
    assert "NY" not in policy.state_holidays


@pytest.mark.parametrize("year", [2025, 2031])
def test_no_pack_no_sending(year: int) -> None:
    with pytest.raises(PolicyError):
        load.active(datetime(year, 6, 1, tzinfo=UTC))


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(PolicyError, match="us-1999"):
        load.by_version("us-1999")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("states.csv", "AK,08:00,21:00", "AK,21:00,08:00", r"states\.csv:3: mon_fri"),
        ("states.csv", "AK,08:00", "AK,8am", r"states\.csv:3"),
        ("states.csv", "WY,", "ZZ,", r"states\.csv: missing WY"),
        ("states.csv", "block", "maybe", r"states\.csv:2: holiday"),
        ("area-codes.csv", "America/New_York", "America/Gotham", r"area-codes\.csv:2: no time zone is called"),
        ("area-codes.csv", "201,NJ|NY,", "201,,", r"area-codes\.csv: 201"),
        ("state-zones.csv", "WY,America/Denver", "WY,", r"state-zones\.csv:52: no zone"),
        ("holidays.csv", "2026-01-01", "2026-13-01", r"holidays\.csv:2"),
        ("holidays.csv", "*", "Narnia", r"holidays\.csv: unknown scope"),
        ("pack.yaml", "hard_day: 3", "hard_day: 1", r"caps must rise"),
        ("pack.yaml", "consent_months: 18", "", r"pack\.yaml: KeyError"),
        ("pack.yaml", "us-2026-11-22", "us-0", r"pack\.yaml:1"),
        ("pack.yaml", "]", "", r"pack\.yaml: "),
    ],
)
def test_a_damaged_pack_names_its_line(pack: Path, file: str, old: str, new: str, complaint: str) -> None:
    path = pack / file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError, match=complaint):
        check(read(pack))


def test_any_edit_changes_the_checksum(pack: Path) -> None:
    path = pack / "holidays.csv"
    path.write_text(path.read_text("utf-8") + "2030-12-31,AL,Extra\n", "utf-8")
    assert read(pack).policy.checksum != load.active(AT).checksum
