"""The rules in force, as one frozen value loaded from a policy pack (policy/); never read from disk here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

Hours = tuple[time, time] | None  # from inclusive, to exclusive, local wall time; None = not that day


@dataclass(frozen=True)
class StateRule:
    """Contact hours of one jurisdiction, Monday first, and where they come from."""

    state: str
    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    block_holidays: bool
    cap_24h: int | None
    grade: str
    source: str


@dataclass(frozen=True)
class Caps:
    """Most outbound attempts per address over rolling absolute time (COMPLIANCE 1.5: hard 3 a day)."""

    day: int
    first_day: int  # within 24 h of the lead's own enquiry
    week: int
    month: int
    hard_day: int
    minimum_gap: timedelta


@dataclass(frozen=True, eq=False)
class Policy:
    """One immutable pack; equal only to itself, so that what is worked out from it can be kept."""

    version: str
    checksum: str
    states: Mapping[str, StateRule]
    platform: StateRule  # our own stricter window, intersected with every state's
    area_zones: Mapping[str, tuple[str, ...]]  # area code → zones, all plausible ones
    area_states: Mapping[str, tuple[str, ...]]
    elsewhere: frozenset[str]  # area codes of +1 that are not the fifty states or DC: not served
    state_zones: Mapping[str, tuple[str, ...]]
    zip_states: Mapping[str, tuple[str, ...]]  # first three digits of a ZIP code → states
    holidays: frozenset[date]  # no automated SMS anywhere on these local dates
    state_holidays: Mapping[str, frozenset[date]]
    caps: Caps
    open_guard: timedelta  # start no earlier than this after a window opens
    close_guard: timedelta  # start no later than this before it closes
    consent_months: int  # consent without engagement goes stale after this
    inquiry_months: int  # an inquiry alone carries this long (47 CFR 64.1200(f)(5))
    reply_minutes: int  # a conversational reply may follow an inbound this long
    tzdata: str  # version of the zone data the pack was built with
