"""Opening hours in wall time of several zones at once: whether an instant lies in all, and the first that does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rekindle.decide.policy import Hours, Policy

SEARCH = timedelta(days=14)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Opening:
    """One week's hours and the closed dates, which hold in each of the zones."""

    zones: tuple[ZoneInfo, ...]
    week: tuple[Hours, ...]
    closed: frozenset[date]

    def holds(self, at: datetime) -> bool:
        """Whether `at` is inside opening hours in every zone."""
        return all(self.in_zone(at.astimezone(zone)) for zone in self.zones)

    def in_zone(self, local: datetime) -> bool:
        """Whether a local time lies inside hours, by the wall clock."""
        hours = self.week[local.weekday()]
        return hours is not None and hours[0] <= local.time() < hours[1] and local.date() not in self.closed

    def first(self, at: datetime) -> datetime:
        """The first instant from `at` on that holds; `at` + SEARCH when there is none before."""
        end = at + SEARCH
        moment = at
        while moment < end:
            # No zone opens before its own first instant, so the latest of these is a floor for all of them.
            latest = max(self._first_in(zone, moment) for zone in self.zones)
            if latest == moment:
                return moment
            moment = latest
        return end

    def closes(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which some zone closes for the day; None when `at` itself does not hold."""
        if not self.holds(at):
            return None
        return min(self._closes_in(zone, at) for zone in self.zones)

    def _closes_in(self, zone: ZoneInfo, at: datetime) -> datetime:
        day = at.astimezone(zone).date()
        hours = self._hours(day)
        return at if hours is None else _instant(day, hours[1], zone)

    def _first_in(self, zone: ZoneInfo, at: datetime) -> datetime:
        local = at.astimezone(zone)
        if self.in_zone(local):
            return at
        day = local.date()
        hours = self._hours(day)
        if hours is not None and local.time() < hours[0]:
            return _instant(day, hours[0], zone)
        for _ in range(SEARCH.days + 1):
            day += _DAY
            if (hours := self._hours(day)) is not None:
                return _instant(day, hours[0], zone)
        return at + SEARCH

    def _hours(self, day: date) -> Hours:
        return None if day in self.closed else self.week[day.weekday()]


@lru_cache(maxsize=8192)
def opening(policy: Policy, zones: tuple[str, ...], states: tuple[str, ...]) -> Opening:
    """The platform's hours within those of every state, guarded at both ends, closed on every holiday that blocks."""
    rules = [policy.platform, *(policy.states[state] for state in states)]
    blocking = [policy.state_holidays[rule.state] for rule in rules[1:] if rule.block_holidays]
    return Opening(
        zones=tuple(ZoneInfo(zone) for zone in zones),
        week=tuple(_guard(_common(rule.week[day] for rule in rules), policy) for day in range(7)),
        closed=policy.holidays.union(*blocking),
    )


def _common(all_hours: Iterable[Hours]) -> Hours:
    opens, closes = time.min, time.max
    for hours in all_hours:
        if hours is None:
            return None
        opens, closes = max(opens, hours[0]), min(closes, hours[1])
    return opens, closes


def _guard(hours: Hours, policy: Policy) -> Hours:
    if hours is None:
        return None
    any_day = date(2026, 1, 1)
    opens = datetime.combine(any_day, hours[0]) + policy.open_guard
    closes = datetime.combine(any_day, hours[1]) - policy.close_guard
    return (opens.time(), closes.time()) if opens < closes else None


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)
