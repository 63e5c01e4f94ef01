"""Counters of fixed windows that every process shares: nobody together takes more than a window holds."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Granted:
    """How many of those wanted may be used, and in how many seconds the window ends."""

    n: int
    again_in: float


class Limits(Protocol):
    """Where the counting happens."""

    async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:
        """Take up to `want` of the `count` that the window of `seconds` around `at` holds for `key`."""
        ...


def starts_at(at: datetime, seconds: int) -> int:
    """The beginning of the window around `at`, in seconds since 1970: a multiple of its length."""
    return math.floor(at.timestamp()) // seconds * seconds


def granted(*, spent: int, want: int, count: int, ends_at: int, at: datetime) -> Granted:
    """What a counter that stands at `spent`, `want` included, grants of them."""
    left = count - (spent - want)
    return Granted(min(max(left, 0), want), max(round(ends_at - at.timestamp(), 3), 0.001))
