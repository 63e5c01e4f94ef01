"""Spending from blocks: a process takes a piece of a window at once and spends it in memory."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from rekindle.kit.limits import Limits, starts_at

PART = 16  # a block is so small a part of the window that what other processes hold unspent hardly shows
MOST = 50_000  # keys held in memory; strangers choose some of them


@dataclass
class _Held:
    """A key's window as this process knows it. Exhausted while `again_at` lies ahead."""

    began: int
    left: int = 0
    again_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Blocks:
    """The in-process end of Limits. Never spends more than was granted; what it forgets is only lost, never doubled."""

    def __init__(self, limits: Limits, *, part: int = PART, most: int = MOST) -> None:
        self._limits = limits
        self._part = part
        self._most = most
        self._held: OrderedDict[tuple[str, int], _Held] = OrderedDict()

    def closed(self, key: str, *, seconds: int, at: datetime) -> float | None:
        """Seconds until `key` may be spent again, as far as this process knows without asking; None when it may."""
        held = self._held.get((key, seconds))
        wait = held.again_at - at.timestamp() if held else 0.0
        return wait if wait > 0 else None

    async def spend(self, key: str, *, count: int, seconds: int, at: datetime) -> float | None:
        """Spend one; None when it was there, else the seconds until the window ends. Asks Limits once a block."""
        held = self._hold(key, seconds, at)
        if self._take(held):
            return None
        if (wait := self.closed(key, seconds=seconds, at=at)) is not None:
            return wait
        async with held.lock:  # of many that find the block empty one fetches the next
            if self._take(held):
                return None
            if (wait := self.closed(key, seconds=seconds, at=at)) is not None:
                return wait
            want = max(count // self._part, 1)
            granted = await self._limits.take(key, count=count, seconds=seconds, want=want, at=at)
            held.left = granted.n
            if not self._take(held):
                held.again_at = at.timestamp() + granted.again_in
                return granted.again_in
            return None

    def _hold(self, key: str, seconds: int, at: datetime) -> _Held:
        began = starts_at(at, seconds)
        held = self._held.get((key, seconds))
        if held is None or held.began < began:
            held = self._held[key, seconds] = _Held(began)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
        self._held.move_to_end((key, seconds))
        return held

    @staticmethod
    def _take(held: _Held) -> bool:
        if held.left <= 0:
            return False
        held.left -= 1
        return True
