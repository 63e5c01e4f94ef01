"""The scorecard: points from what a lead states and does, each with its reason; the parts add up to the score.

What a person is never enters: no name, no language, no place, no age or family, no kind of loan counted against them.
Whether something was stated may count; where they want to live may not.
"""

from dataclasses import dataclass
from datetime import datetime

from rekindle.decide import person_needed
from rekindle.decide.facts import Facts
from rekindle.decide.scorecard import behaviour, stated
from rekindle.decide.scorecard.part import ScorePart
from rekindle.decide.words import Channel, Temperature

VERSION = "scorecard-1"
HOT = 70
WARM = 40
BASE = 15

__all__ = ["Score", "ScorePart", "score"]


@dataclass(frozen=True)
class Score:
    """Points 0..100 that the parts add up to, what they mean, how much was known, and what to do first."""

    points: int
    temperature: Temperature
    confidence: float
    priority: str  # "now", "today", "this week", "later"
    parts: tuple[ScorePart, ...]
    missing: tuple[str, ...]
    actions: tuple[str, ...]
    version: str


def score(facts: Facts, *, at: datetime) -> Score:
    """Score one lead at `at`. Everything it reads stands in the facts; nothing missing is guessed."""
    parts = [ScorePart("base", BASE, "Every lead begins here."), *stated.parts(facts), *behaviour.parts(facts, at=at)]
    total = sum(part.points for part in parts)
    points = max(0, min(100, total))
    if points != total:
        parts.append(ScorePart("limit", points - total, "The score ends at 0 and at 100."))
    temperature = _temperature(points)
    wanted, missing = _missing(facts)
    return Score(
        points=points,
        temperature=temperature,
        confidence=round(1 - len(missing) / wanted, 2),
        priority=_priority(facts, temperature),
        parts=tuple(part for part in parts if part.points or part.name == "base"),
        missing=missing,
        actions=_actions(facts, temperature, missing),
        version=VERSION,
    )


def _temperature(points: int) -> Temperature:
    if points >= HOT:
        return Temperature.HOT
    return Temperature.WARM if points >= WARM else Temperature.COLD


def _priority(facts: Facts, temperature: Temperature) -> str:
    if facts.handoff_open or person_needed.pending(facts) is not None:
        return "now"
    return {Temperature.HOT: "today", Temperature.WARM: "this week", Temperature.COLD: "later"}[temperature]


def _missing(facts: Facts) -> tuple[int, tuple[str, ...]]:
    """How many inputs there are, and those nobody gave, in the order worth asking for."""
    told = dict(facts.attributes)
    has = {address.channel for address in facts.addresses}
    given = {
        **{name: bool(told.get(name, "").strip()) for name in stated.inputs(facts)},
        "phone": Channel.SMS in has,
        "email": Channel.EMAIL in has,
        "message": bool(facts.enquiry.strip()),
        "reply": bool(facts.inbound),
    }
    return len(given), tuple(name for name, known in given.items() if not known)


def _actions(facts: Facts, temperature: Temperature, missing: tuple[str, ...]) -> tuple[str, ...]:
    actions = []
    if (reply := person_needed.pending(facts)) is not None:
        actions.append(f"Answer now: the lead {person_needed.asks(reply)}.")
    elif temperature is Temperature.HOT:
        actions.append("Call today." if "phone" not in missing else "Write today and ask for a number.")
    ask = [name.replace("_", " ") for name in missing if name in stated.inputs(facts)][:2]
    if ask:
        actions.append(f"Ask for {' and '.join(ask)}.")
    return tuple(actions)
