"""HighLevel's webhooks on their way: some never leave, some come three times, some hours late; failures are retried.

Its two published rules of retrying differ (any failure twelve times with growing pauses; a 429 six times every ten
minutes and everything else never). Nobody knows which holds, so every other delivery follows the old one.
"""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rekindle.kit.clock import Clock
from tests.providers.fake_ghl_hooks import Hook, Hooks

# Of twenty webhooks of a kind one never leaves, one comes three times and four come late: 5 %, 5 % and 20 %.
FATES = ("lost", "tripled", *["late"] * 4, *["plain"] * 14)
LATEST = timedelta(hours=6)
FIRST_PAUSE = timedelta(seconds=15)
TRIES = 12
OLD_PAUSE = timedelta(minutes=10)
OLD_TRIES = 6

# Hands a webhook over and answers with the status; 0 when nobody listens.
Handing = Callable[[Hook], Awaitable[int]]


@dataclass(order=True)
class Letter:
    """One delivery of one webhook."""

    due: datetime
    number: int
    hook: Hook = field(compare=False)
    old_rule: bool = field(compare=False)
    tries: int = field(default=0, compare=False)


@dataclass
class Post:
    """Takes what HighLevel's side made, and delivers it as the day goes."""

    hooks: Hooks
    clock: Clock
    chance: random.Random
    hand: Handing
    faithful: bool = False  # every webhook comes once and at once
    off: bool = False  # none comes
    made: int = 0
    lost: list[Hook] = field(default_factory=list)  # never sent
    given_up: list[Hook] = field(default_factory=list)  # refused too often
    tripled: int = 0
    late: int = 0
    answers: dict[int, int] = field(default_factory=dict)
    _decks: dict[str, list[str]] = field(default_factory=dict)
    _bag: list[Letter] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def collect(self) -> None:
        """Decide what becomes of each webhook made since."""
        for hook in self.hooks.take():
            self.made += 1
            fate = self._fate(hook.kind)
            if fate == "lost":
                self.lost.append(hook)
            elif fate == "tripled":
                self.tripled += 1
                for _ in range(3):
                    self._send(hook, timedelta(minutes=self.chance.choice((0, 0, 1, 90))))
            elif fate == "late":
                self.late += 1
                self._send(hook, timedelta(seconds=int(LATEST.total_seconds() * self.chance.random() ** 2)))
            else:
                self._send(hook, timedelta(0))

    async def deliver(self) -> int:
        """Hand over what is due; how many letters left the bag."""
        self.collect()
        handed = 0
        while self._bag and self._bag[0].due <= self.clock.now():
            letter = heapq.heappop(self._bag)
            handed += 1
            status = await self.hand(letter.hook)
            self.answers[status] = self.answers.get(status, 0) + 1
            if not 200 <= status < 300:
                self._again(letter, status)
        return handed

    def next_due(self) -> datetime | None:
        """When the next delivery is to be made."""
        return self._bag[0].due if self._bag else None

    def _fate(self, kind: str) -> str:
        if self.off or self.faithful:
            return "lost" if self.off else "plain"
        deck = self._decks.setdefault(kind, [])
        if not deck:
            deck += self.chance.sample(FATES, len(FATES))
        return deck.pop()

    def _send(self, hook: Hook, after: timedelta) -> None:
        due = self.clock.now() + after
        number = next(self._numbers)
        heapq.heappush(self._bag, Letter(due, number, hook, old_rule=number % 2 == 0))

    def _again(self, letter: Letter, status: int) -> None:
        letter.tries += 1
        if letter.old_rule:
            hopeless, pause = status != 429 or letter.tries > OLD_TRIES, OLD_PAUSE
        else:
            hopeless, pause = letter.tries > TRIES, FIRST_PAUSE * 2 ** (letter.tries - 1)
        if hopeless:
            self.given_up.append(letter.hook)
            return
        letter.due = self.clock.now() + pause
        heapq.heappush(self._bag, letter)
