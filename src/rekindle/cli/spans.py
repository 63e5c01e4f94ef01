"""Times as an operator types them: 7d, 36h, 90m, or a date."""

import re
from datetime import UTC, datetime, timedelta

from rekindle.cli.context import UsageProblemError

_SPAN = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def instant(given: str | None, *, at: datetime, option: str) -> datetime | None:
    """`7d` before `at`, or an ISO date or time (UTC unless it says otherwise); raises UsageProblemError."""
    if given is None:
        return None
    span = _SPAN.fullmatch(given)
    try:
        if span:
            return at - timedelta(**{_UNITS[span[2]]: int(span[1])})
        said = datetime.fromisoformat(given)
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageProblemError(f"{option} wants 7d, 36h, 90m or a time like 2026-11-24T18:00") from None
