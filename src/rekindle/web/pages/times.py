"""Times as people read them: in the viewer's office zone, near ones by name, exact ones on demand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = 60
HOUR = 3600
DAY = 86400


@dataclass(frozen=True)
class Moment:
    """An instant for a template: machine form, short words, and the full form for a tooltip."""

    iso: str
    text: str
    title: str


def moment(when: datetime, zone: ZoneInfo, at: datetime) -> Moment:
    """`when` as seen from `at` in `zone`: 14:05 today, "Tue 14:05" within a week, else "Nov 3, 14:05"."""
    local, today = when.astimezone(zone), at.astimezone(zone).date()
    days = (local.date() - today).days
    clock = local.strftime("%H:%M")
    if days == 0:
        text = clock
    elif days == -1:
        text = f"yesterday {clock}"
    elif days == 1:
        text = f"tomorrow {clock}"
    elif -6 <= days <= 6:  # noqa: PLR2004 within a week a weekday is unambiguous
        text = f"{local:%a} {clock}"
    elif local.year == today.year:
        text = f"{local:%b} {local.day}, {clock}"
    else:
        text = f"{local:%b} {local.day}, {local.year}"
    return Moment(local.isoformat(timespec="seconds"), text, f"{local:%A, %B} {local.day}, {local:%Y, %H:%M:%S %Z}")


def maybe(when: datetime | None, zone: ZoneInfo, at: datetime) -> Moment | None:
    """As `moment`; None stays None."""
    return None if when is None else moment(when, zone, at)


def day_name(when: datetime, zone: ZoneInfo, at: datetime) -> str:
    """The heading of a day in a story."""
    local, today = when.astimezone(zone).date(), at.astimezone(zone).date()
    if local == today:
        return "Today"
    if local == today - timedelta(days=1):
        return "Yesterday"
    return f"{local:%A, %B} {local.day}" + ("" if local.year == today.year else f", {local.year}")


def clock(when: datetime, zone: ZoneInfo, at: datetime) -> Moment:
    """Only the time of day; the heading says which day."""
    whole = moment(when, zone, at)
    return Moment(whole.iso, f"{when.astimezone(zone):%H:%M}", whole.title)


def ago(when: datetime, at: datetime) -> str:
    """How long since, in one unit."""
    seconds = max((at - when).total_seconds(), 0)
    return "just now" if seconds < 45 else f"{span(seconds)} ago"  # noqa: PLR2004 less than about a minute


def until(when: datetime, at: datetime) -> str:
    """How long from now, in one unit."""
    return f"in {span(max((when - at).total_seconds(), 0))}"


def span(seconds: float) -> str:
    """A length of time in its largest sensible unit."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{seconds / HOUR:.0f} h"
    return f"{seconds / DAY:.0f} days"


def response(seconds: float | None) -> str:
    """A response time: tenths below ten seconds, "no data" when there was none."""
    if seconds is None:
        return "no data"
    return f"{seconds:.1f} s" if seconds < 10 else span(seconds)  # noqa: PLR2004 where a tenth still says something


def midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """When today began in `zone`."""
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def long_day(when: datetime, zone: ZoneInfo) -> str:
    """The date in full."""
    local = when.astimezone(zone)
    return f"{local:%A, %B} {local.day}"
