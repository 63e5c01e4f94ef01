"""Chance that replays: every draw is a function of the seed and of what it is drawn for."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_SPAN = 2**64


def draw(*about: object) -> float:
    """A number in [0, 1), the same for the same subject (seed first) in every process and on every machine."""
    text = "\x1f".join(map(str, about))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) / _SPAN


@dataclass(frozen=True)
class Dice:
    """Draws about one subject."""

    about: tuple[object, ...]

    def roll(self, *what: object) -> float:
        """The draw of one question about the subject."""
        return draw(*self.about, *what)

    def about_to(self, *what: object) -> "Dice":
        """Dice for a part of the subject."""
        return Dice((*self.about, *what))


def pick(options: Sequence[T], share: float) -> T:
    """The option at `share` of the way through, all equally likely."""
    return options[int(share * len(options))]


def pick_weighted(options: Sequence[tuple[float, T]], share: float) -> T:
    """The option into whose weight `share` falls; weights need not sum to one."""
    left = share * sum(weight for weight, _ in options)
    for weight, option in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][1]


def between(low: float, high: float, share: float) -> float:
    """`share` of the way from `low` to `high`, leaning towards `low` as waiting times do."""
    return low + (high - low) * share**2
