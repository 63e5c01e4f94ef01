"""A loop that drains one queue: poll is the truth, a wake-up is a hint, stop is graceful."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rekindle.kit import log
from rekindle.kit.db import Unavailable

logger = log.get("pump")


@dataclass
class Pump:
    """`once` does at most one batch and says how many rows it took; zero means wait."""

    name: str
    once: Callable[[], Awaitable[int]]
    idle_seconds: float = 0.5
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: batch after batch while there is work, else wait for a wake-up or the poll."""
        while not stop.is_set():
            self.wake.clear()
            try:
                taken = await self.once()
            except Unavailable as error:
                logger.warning("database away", where=self.name, error=type(error).__name__)
                taken = 0
            if not taken:
                await self._rest(stop)

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self.wake.wait())}
        await asyncio.wait(waits, timeout=self.idle_seconds, return_when=asyncio.FIRST_COMPLETED)
        for waiting in waits:
            waiting.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
