"""One line of a score."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScorePart:
    """What was looked at, the points it gave or took, and why in a sentence."""

    name: str
    points: int
    text: str
