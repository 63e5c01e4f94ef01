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


def short(reasons: Iterable[Mapping[str, Any]], verdict: str) -> str:
    """The one sentence that decided; of an allowed message, what spoke for its channel."""
    kept = list(reasons)
    if verdict == "allow":
        other = next((r for r in kept if r.get("verdict") != "allow"), None)
        return f"The other channel had to wait: {_text(other)}" if other else "Every gate agreed."
    spoke = next((r for r in kept if r.get("verdict") == verdict), None) or (kept[-1] if kept else {})
    return _text(spoke)


def of_gate(reasons: Iterable[Mapping[str, Any]], gate: str) -> str:
    """What one gate said against it."""
    return next((_text(r) for r in reasons if r.get("gate") == gate and r.get("verdict") != "allow"), "")


def _text(reason: Mapping[str, Any]) -> str:
    return str(reason.get("text", ""))
