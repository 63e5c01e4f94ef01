"""The days, one after the other: what is due is done, and the clock goes on to whatever is due next."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rekindle.kit.clock import HandClock
from tests.journeys.month import database
from tests.journeys.month.office import HOUSEKEEPING, LiveOffice, live_office
from tests.journeys.month.people import People, Way
from tests.journeys.month.post import Post
from tests.journeys.month.weather import Weather
from tests.providers import faults
from tests.providers.fake_ghl import FakeGhl

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
POLLS_EVERY = 2 * MINUTE
SOON = 20 * timedelta(seconds=1)  # what is due within this is done together
QUIET = 3 * HOUR  # nothing is left alone for longer: timers run, the canary sings
HIGHLEVELS_LIMIT = 100  # requests in ten seconds


@dataclass(frozen=True)
class Outage:
    """Something is away for a while."""

    what: str
    begins: datetime
    ends: datetime


@dataclass
class Month:
    """The world, and what happened in it."""

    clock: HandClock
    database_url: str
    fake: FakeGhl
    weather: Weather
    office: LiveOffice
    people: People
    post: Post
    wire: faults.Wire
    outages: tuple[Outage, ...]
    turns: int = 0
    _edges: list[tuple[datetime, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    _look_at: datetime | None = None
    _away: bool = False

    async def pass_until(self, end: datetime) -> None:
        """Live until then."""
        while self.clock.at < end:
            await self._turn()
            self.clock.at = min(await self._next(), end)
        await self._turn()

    async def _turn(self) -> None:
        """All that is due at this instant. Timers first: whatever people do now, the last comparison has not seen."""
        self.turns += 1
        self.wire.requests.clear()
        while self._edges and self._edges[0][0] <= self.clock.at:
            await self._edges.pop(0)[1]()
        await self.office.tick()
        if await self.people.act():
            self._look_at = self.clock.at + POLLS_EVERY
        while await self.post.deliver() + await self.office.work():
            self.people.listen()

    async def _next(self) -> datetime:
        at = self.clock.at
        dues = [self.people.next_due(), self.post.next_due(), await self.office.next_due(), at + QUIET]
        if self._look_at is not None and self._look_at > at:
            dues.append(self._look_at)
        if any(outage.begins <= at < outage.ends for outage in self.outages):
            dues.append(at + (2 if self._away else 5) * MINUTE)
        soonest = max(min(due for due in dues if due is not None), at + SOON)
        edge = self._edges[0][0] if self._edges else soonest
        return min(soonest, edge)

    # ------------------------------------------------------------ the outages

    def expect(self, outage: Outage) -> None:
        """Have it begin and end at its time."""
        begin, end = {
            "web": (self.office.close_web, self.office.open_web),
            "api": (self._storm, self._calm),
            "database": (self._lose_database, self._find_database),
        }[outage.what]
        self._edges += [(outage.begins, begin), (outage.ends, end)]
        self._edges.sort(key=lambda edge: edge[0])

    async def _storm(self) -> None:
        self.weather.storm = True

    async def _calm(self) -> None:
        self.weather.storm = False

    async def _lose_database(self) -> None:
        self._away = True
        database.take_away(self.database_url)

    async def _find_database(self) -> None:
        database.give_back(self.database_url)
        self._away = False
        await database.back(self.office.db)


@asynccontextmanager
async def a_month(
    database_url: str,
    begin: datetime,
    *,
    leads: int,
    days: int = 30,
    seed: int = 1,
    troubles: bool = True,
    housekeeping: timedelta = HOUSEKEEPING,
) -> AsyncIterator[Month]:
    """A month ready to be lived. Nobody new comes on the last two days, which are for settling.

    `troubles` False: webhooks come as they should, and nothing is ever away.
    """
    clock, chance = HandClock(begin), random.Random(seed)  # noqa: S311 a play
    fake = FakeGhl(clock, limit=HIGHLEVELS_LIMIT)
    weather = Weather(fake, random.Random(seed + 1))  # noqa: S311
    outages = (
        Outage("web", begin + days * DAY / 5, begin + days * DAY / 5 + 3 * HOUR),
        Outage("api", begin + days * DAY * 2 / 5 - 3 * HOUR, begin + days * DAY * 2 / 5 + 3 * HOUR),
        Outage("database", begin + days * DAY * 3 / 4, begin + days * DAY * 3 / 4 + 10 * MINUTE),
    )
    async with (
        faults.serving(weather.handle) as wire,
        live_office(database_url, clock, ghl_url=wire.url, seed=seed + 2, housekeeping=housekeeping) as office,
    ):
        people = People(fake, office, chance)
        people.plan(leads, begin + HOUR, begin + (days - 2) * DAY)
        fake.hooks.take()  # of those who were there before we were
        post = Post(fake.hooks, clock, random.Random(seed + 3), office.take_hook, faithful=not troubles)  # noqa: S311
        month = Month(clock, database_url, fake, weather, office, people, post, wire, outages if troubles else ())
        for outage in month.outages:
            month.expect(outage)
            way = Way.FORM if outage.what == "api" else Way.CRM
            people.plan_in_an_outage(way, leads // 8, outage.begins, outage.ends)
        yield month
