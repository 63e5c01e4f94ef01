"""LISTEN on one connection: sets an event when somebody says there is work. A hint; losing it costs a poll."""

import asyncio
from collections.abc import Mapping

from psycopg import AsyncConnection, OperationalError

from rekindle.kit import log

RETRY_SECONDS = 2.0

logger = log.get("listen")


async def listen(url: str, events: Mapping[str, asyncio.Event], stop: asyncio.Event) -> None:
    """Until `stop`, set `events[payload]` for each notification; reconnects by itself."""
    while not stop.is_set():
        try:
            await _listen_once(url, events, stop)
        except OperationalError as error:
            logger.warning("listening stopped", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


async def _listen_once(url: str, events: Mapping[str, asyncio.Event], stop: asyncio.Event) -> None:
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        await conn.execute("listen rekindle")
        for event in events.values():
            event.set()  # whatever came while nobody listened
        while not stop.is_set():
            async for note in conn.notifies(timeout=1.0):
                if note.payload in events:
                    events[note.payload].set()
