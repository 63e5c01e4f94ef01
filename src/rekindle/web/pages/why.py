"""Reasons of a decision as lines for a person: stored ones and those just computed look alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.web.pages import times
from rekindle.web.pages.times import Moment


@dataclass(frozen=True)
class Line:
    """What one gate or rule said."""

    gate: str
    verdict: str
    code: str
    text: str
    until: Moment | None


def lines(reasons: Iterable[Mapping[str, Any]], zone: ZoneInfo, at: datetime) -> tuple[Line, ...]:
    """Stored reasons (decide.plain) as lines, in the order in which they were written."""
    return tuple(
        Line(
            gate=str(reason.get("gate", "")),
            verdict=str(reason.get("verdict", "allow")),
            code=str(reason.get("code", "")),
            text=str(reason.get("text", "")),
            until=times.moment(datetime.fromisoformat(reason["until"]), zone, at) if reason.get("until") else None,
        )
        for reason in reasons
    )


def short(reasons: Iterable[Mapping[str, Any]]) -> str:
    """The one sentence that decided: the first deny, else the first hold, else the last word."""
    kept = list(reasons)
    for verdict in ("deny", "hold"):
        for reason in kept:
            if reason.get("verdict") == verdict:
                return str(reason.get("text", ""))
    return str(kept[-1].get("text", "")) if kept else ""
