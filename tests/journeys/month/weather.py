"""The way to HighLevel's API: calm, or an outage in which what was asked may be done and is not answered."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime

from tests.providers.fake_ghl import FakeGhl
from tests.providers.faults import Asked, Replied

WORKS = 0.3  # of the requests in an outage
DONE = 0.4  # of those that fail, for all the client can see


@dataclass
class Weather:
    """Stands before the fake. `calls` are all that reached HighLevel, `compared` when its contacts were listed."""

    fake: FakeGhl
    chance: random.Random
    storm: bool = False
    calls: list[datetime] = field(default_factory=list)
    compared: list[datetime] = field(default_factory=list)
    limited: int = 0  # answered with 429
    writes: int = 0  # requests that change something there
    swallowed: int = 0  # messages taken, and the client could not know

    async def handle(self, asked: Asked) -> Replied:
        """Answer as HighLevel does on such a day; ConnectionError ends the connection without a word."""
        if not self.storm or self.chance.random() < WORKS:
            return self._through(asked)
        if self.chance.random() < DONE:
            done = self._through(asked)
            self.swallowed += _is_send(asked) and done.status < 300
        way = self.chance.random()
        if way < 0.2 and _is_send(asked):
            await asyncio.Event().wait()  # until the client gives up; only for texts, whose deadline is short here
        if way < 0.6:
            raise ConnectionResetError
        return Replied(502, b"<html>Bad gateway</html>", {"content-type": "text/html"})

    def _through(self, asked: Asked) -> Replied:
        self.calls.append(self.fake.clock.now())
        replied = self.fake.handle(asked)
        self.writes += asked.method != "GET" and asked.plain_path != "/contacts/search"
        self.limited += replied.status == 429
        if asked.plain_path == "/contacts/search" and replied.status == 200:
            self.compared.append(self.fake.clock.now())
        return replied


def _is_send(asked: Asked) -> bool:
    return asked.method == "POST" and asked.plain_path == "/conversations/messages"
