"""A loop that drains one queue: poll is the truth, a wake-up is a hint, stop is graceful."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rekindle.kit import log
from rekindle.kit.db import Unavailable

logger = log.get("pump")

BROKEN_SECONDS = 2.0  # no wake-up shortens it: what is broken must not spin


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
            except Exception as error:
                # One office's broken row must not end the work of all others; what broke is tried again, and told.
                logger.exception("pump broke", where=self.name, error=type(error).__name__)
                await self._rest(stop, BROKEN_SECONDS, heed=False)
                continue
            if not taken:
                await self._rest(stop, self.idle_seconds)

    async def _rest(self, stop: asyncio.Event, seconds: float, *, heed: bool = True) -> None:
        waits = {asyncio.ensure_future(stop.wait())}
        if heed:
            waits.add(asyncio.ensure_future(self.wake.wait()))
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for waiting in waits:
            waiting.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
