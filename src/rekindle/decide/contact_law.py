"""May a person be texted now? The intersection of all hours of all places where they plausibly are."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.decide.decision import Reason
from rekindle.decide.opening import SEARCH, Opening, opening
from rekindle.decide.places import Places, area_code, plausible
from rekindle.decide.policy import Policy
from rekindle.decide.words import Verdict

GATE = "hours"


@dataclass(frozen=True)
class Window:
    """The answer of the law for one instant; `next_allowed_at` is `at` itself when allowed."""

    allowed: bool
    next_allowed_at: datetime
    zones: tuple[str, ...]
    states: tuple[str, ...]
    reasons: tuple[Reason, ...]


def window(policy: Policy, *, phone: str | None, state: str | None, zip_code: str | None, at: datetime) -> Window:
    """Whether `at` (UTC) lies in contact hours of every plausible zone and state, and the first instant that does."""
    places = whereabouts(policy, phone=phone, state=state, zip_code=zip_code)
    hours = opening(policy, places.zones, places.states)
    allowed = hours.holds(at)
    first = at if allowed else hours.first(at)
    reason = _open(places) if allowed else _closed(hours, places, at, first)
    return Window(allowed, first, places.zones, places.states, (reason,))


def closes_at(
    policy: Policy, *, phone: str | None, state: str | None, zip_code: str | None, at: datetime
) -> datetime | None:
    """When the window around `at` (UTC) ends: a text must not be delivered later. None when `at` is in no window."""
    places = whereabouts(policy, phone=phone, state=state, zip_code=zip_code)
    return opening(policy, places.zones, places.states).closes(at)


def whereabouts(policy: Policy, *, phone: str | None, state: str | None, zip_code: str | None) -> Places:
    """All zones and states the law of this lead is taken from."""
    return plausible(
        policy,
        area_code(phone),
        state.strip().upper() if state else None,
        zip_code.strip()[:3] if zip_code else None,
        phone_given=bool(phone),
    )


def _open(places: Places) -> Reason:
    return Reason(GATE, Verdict.ALLOW, "IN_HOURS", f"Contact hours everywhere the lead may be ({places.why}).")


def _closed(hours: Opening, places: Places, at: datetime, first: datetime) -> Reason:
    local = next(local for zone in hours.zones if not hours.in_zone(local := at.astimezone(zone)))
    clock = f"{local.hour:02d}:{local.minute:02d} in {local.tzinfo} ({places.why})"
    if first >= at + SEARCH:
        code, text = (
            "NEVER_OPEN",
            f"No hour of the next {SEARCH.days} days is open everywhere the lead may be: {clock}.",
        )
    elif local.date() in hours.closed:
        code, text = "HOLIDAY", f"A holiday without texts where the lead may be: {clock}."
    else:
        code, text = "QUIET_HOURS", f"Outside contact hours where the lead may be: {clock}."
    return Reason(GATE, Verdict.HOLD, code, text, first)
