"""The score of a lead: 0 to 100 points whose parts add up, one meaning of hot, missing inputs named."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.decide.facts import Facts
from rekindle.decide.scorecard import PARTS, ScorePart
from rekindle.decide.words import FINAL_STAGES, Conversation, LeadKind, Temperature

VERSION = "scorecard-1"
HOT, WARM = 70, 40
LOWEST, HIGHEST = 0, 100

# What would make us surer, and the question that gets it.
ASKABLE = {
    "timeline": "ask when they want to move",
    "financing": "ask whether financing is arranged",
    "price": "ask for a price range",
    "property": "ask which home or area",
    "reply": "wait for an answer",
    "message": "ask what made them look",
}
FOR_SELLERS = frozenset({"financing"})  # not asked of who sells


@dataclass(frozen=True)
class Score:
    """`parts` sum to `points` exactly. `confidence` is the share of inputs that were there, 0 to 1."""

    points: int
    temperature: Temperature
    confidence: float
    priority: str
    parts: tuple[ScorePart, ...]
    missing: tuple[str, ...]
    actions: tuple[str, ...]
    version: str


def temperature(points: int) -> Temperature:
    """The one definition of hot, warm and cold: 70 and more, 40 and more, below."""
    if points >= HOT:
        return Temperature.HOT
    return Temperature.WARM if points >= WARM else Temperature.COLD


def score(facts: Facts, *, at: datetime) -> Score:
    """Score a lead from its facts alone; the same facts at the same instant give the same score."""
    parts = [part for rule in PARTS if (part := rule(facts, at)) is not None]
    total = sum(part.points for part in parts)
    points = min(max(total, LOWEST), HIGHEST)
    if points != total:
        parts.append(ScorePart("limit", points - total, "the scale ends at 0 and 100"))
    there = {part.name for part in parts}
    skipped = FOR_SELLERS if facts.kind is LeadKind.SELLER else frozenset()
    asked = [name for name in ASKABLE if name not in skipped]
    missing = tuple(name for name in asked if name not in there)
    warmth = temperature(points)
    return Score(
        points=points,
        temperature=warmth,
        confidence=round(1 - len(missing) / len(asked), 2),
        priority=_priority(facts, warmth),
        parts=tuple(parts),
        missing=missing,
        actions=_actions(facts, warmth, missing),
        version=VERSION,
    )


def _priority(facts: Facts, warmth: Temperature) -> str:
    if facts.handoff_open:
        return "now"
    if facts.stage in FINAL_STAGES:
        return "none"
    return {Temperature.HOT: "high", Temperature.WARM: "normal", Temperature.COLD: "low"}[warmth]


def _actions(facts: Facts, warmth: Temperature, missing: tuple[str, ...]) -> tuple[str, ...]:
    if facts.stage in FINAL_STAGES:
        return ("leave them be",)
    first = []
    if facts.handoff_open:
        first = ["answer them now"]
    elif warmth is Temperature.HOT and facts.conversation is Conversation.AUTOMATION:
        first = ["call them today"]
    return (*first, *(ASKABLE[name] for name in missing if name != "reply"))[:3]
