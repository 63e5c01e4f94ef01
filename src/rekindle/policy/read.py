"""A pack's files to one Policy value. Every complaint names the file and the line to mend."""

import hashlib
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from rekindle.decide.policy import Caps, Hours, Policy, StateRule
from rekindle.policy.tables import PolicyError, Row, rows

FILES = ("pack.yaml", "states.csv", "area-codes.csv", "state-zones.csv", "zips.csv", "holidays.csv")
PLATFORM = "platform"
EVERYWHERE = "*"


@dataclass(frozen=True)
class Pack:
    """A policy with the dates it may be used on."""

    policy: Policy
    effective: date
    covers_until: date


def read(folder: Path) -> Pack:
    """The pack in `folder`, whole and checked for form; raises PolicyError."""
    head = _head(folder)
    try:
        return _pack(folder, head)
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"{folder.name}/pack.yaml: {error!r}") from error


def _pack(folder: Path, head: dict[str, Any]) -> Pack:
    areas = list(rows(folder, "area-codes.csv"))
    caps = head["caps"]
    policy = Policy(
        version=head["version"],
        checksum=checksum(folder),
        states={row.cell("state"): _state(row) for row in rows(folder, "states.csv")},
        platform=_platform(head["platform"]),
        area_zones={row.cell("code"): row.zones() for row in areas},
        area_states={row.cell("code"): row.words("states") for row in areas},
        elsewhere=frozenset(code for codes in head["elsewhere"].values() for code in codes),
        state_zones={row.cell("state"): row.zones() for row in rows(folder, "state-zones.csv")},
        zip_states=_zips(folder),
        holidays=frozenset(_holidays(folder).get(EVERYWHERE, ())),
        state_holidays={s: frozenset(days) for s, days in _holidays(folder).items() if s != EVERYWHERE},
        caps=Caps(
            day=caps["day"],
            first_day=caps["first_day"],
            week=caps["week"],
            month=caps["month"],
            hard_day=caps["hard_day"],
            minimum_gap=timedelta(minutes=caps["minimum_gap_minutes"]),
        ),
        open_guard=timedelta(minutes=head["platform"]["open_guard_minutes"]),
        close_guard=timedelta(minutes=head["platform"]["close_guard_minutes"]),
        consent_months=head["consent_months"],
        inquiry_months=head["inquiry_months"],
        reply_minutes=head["reply_minutes"],
        tzdata=head["tzdata"],
    )
    return Pack(policy, head["effective"], head["covers_until"])


def checksum(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files of a pack, in order."""
    digest = hashlib.sha256()
    for name in FILES:
        body = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()


def _head(folder: Path) -> dict[str, Any]:
    try:
        head = yaml.safe_load((folder / "pack.yaml").read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PolicyError(f"{folder.name}/pack.yaml: {error}") from error
    if not isinstance(head, dict) or head.get("version") != folder.name:
        raise PolicyError(f"{folder.name}/pack.yaml:1: the version must be the name of the folder")
    return head


def _state(row: Row) -> StateRule:
    weekdays = row.hours("mon_fri")
    cap = row.cell("cap")
    if cap and not cap.startswith("3/24h"):
        raise row.wrong(f"the cap {cap!r} is not understood")
    if row.cell("holiday") not in ("", "block"):
        raise row.wrong("holiday is neither empty nor block")
    return StateRule(
        state=row.cell("state"),
        week=(weekdays, weekdays, weekdays, weekdays, weekdays, row.hours("sat"), row.hours("sun")),
        block_holidays=row.cell("holiday") == "block",
        cap_24h=3 if cap else None,
        grade=row.cell("grade"),
        source=row.cell("source"),
    )


def _platform(head: dict[str, Any]) -> StateRule:
    def hours(name: str) -> Hours:
        start, end = (time.fromisoformat(text) for text in head[name])
        if start >= end:
            raise ValueError(f"platform.{name} is not ordered")
        return start, end

    weekdays = hours("monday_to_friday")
    week = (weekdays, weekdays, weekdays, weekdays, weekdays, hours("saturday"), hours("sunday"))
    return StateRule(PLATFORM, week, block_holidays=True, cap_24h=None, grade="A", source="our own rule")


def _zips(folder: Path) -> dict[str, tuple[str, ...]]:
    return {
        f"{prefix:03d}": row.words("states")
        for row in rows(folder, "zips.csv")
        for prefix in range(int(row.cell("first")), int(row.cell("last")) + 1)
    }


def _holidays(folder: Path) -> dict[str, list[date]]:
    days: dict[str, list[date]] = {}
    for row in rows(folder, "holidays.csv"):
        try:
            day = date.fromisoformat(row.cell("date"))
        except ValueError as error:
            raise row.wrong(str(error)) from error
        for scope in row.words("scope"):
            days.setdefault(scope, []).append(day)
    return days
