"""A stand-in for the outside: a carrier that keeps what it accepted in a file and misbehaves as told.

It does not know of idempotency keys when accepting, like the real ones: a doubled send is two messages.
"""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.ports import (
    Accepted,
    Account,
    CannotTell,
    Found,
    Limit,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)


@dataclass(frozen=True)
class Act:
    """How one call goes. The default is a polite acceptance."""

    accepts: bool = True
    answers: bool = True  # False: the caller learns nothing
    refuses: SendRefusedError | None = None
    takes: float = 0.0  # seconds


TAKE = Act()
TAKE_SILENTLY = Act(answers=False)
DROP_SILENTLY = Act(accepts=False, answers=False)


def refuse(code: str, *, permanent: bool = False, retry_after: float | None = None) -> Act:
    return Act(
        accepts=False, refuses=SendRefusedError(code, f"refused {code}", permanent=permanent, retry_after=retry_after)
    )


@dataclass
class Carrier:
    """A Sender. `script` holds acts by address, used up one a call; afterwards `usual`."""

    path: Path
    name: str = "carrier"
    channels: frozenset[Channel] = frozenset(Channel)
    script: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))
    usual: Act = TAKE
    mood: Callable[[str, int], Act] | None = None  # by key and how often it was called for that before, ever
    blind: bool = False  # cannot tell what it has
    on_event: Callable[[str], None] = lambda _: None
    busy: int = 0
    most_busy: int = 0

    def __post_init__(self) -> None:
        self.book = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        self.book.execute("pragma journal_mode = wal")
        self.book.execute("pragma synchronous = off")  # survives a kill, which is all we do to it
        self.book.execute("create table if not exists took (n integer primary key, key text, address text, body text)")
        self.book.execute("create table if not exists call (key text)")

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the port's
        return ()

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:  # noqa: ARG002 the port's
        act = self._act(outgoing)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            self.on_event("before send")
            await asyncio.sleep(act.takes)
            if act.refuses:
                raise act.refuses
            number = self._take(outgoing) if act.accepts else None
            self.on_event("after send")
            if number is None or not act.answers:
                raise SendUncertainError("nobody answered")
            return Accepted(f"C{number}")
        finally:
            self.busy -= 1

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:  # noqa: ARG002
        self.on_event("before find")
        if self.blind:
            return CannotTell()
        row = self.book.execute("select n from took where key = ?", (outgoing.key,)).fetchone()
        self.on_event("after find")
        return Found(f"C{row[0]}", MessageState.ACCEPTED) if row else Missing()

    def _act(self, outgoing: Outgoing) -> Act:
        before = self.book.execute("select count(*) from call where key = ?", (outgoing.key,)).fetchone()[0]
        self.book.execute("insert into call (key) values (?)", (outgoing.key,))
        if self.mood is not None:
            return self.mood(outgoing.key, before)
        return self.script[outgoing.to].pop(0) if self.script[outgoing.to] else self.usual

    def calls(self) -> list[str]:
        """The keys it was called for, in order, whatever came of it."""
        return [key for (key,) in self.book.execute("select key from call order by rowid")]

    def took(self) -> list[str]:
        """The keys accepted, in order, doubles included."""
        return [key for (key,) in self.book.execute("select key from took order by n")]

    def _take(self, outgoing: Outgoing) -> int:
        cursor = self.book.execute(
            "insert into took (key, address, body) values (?, ?, ?)", (outgoing.key, outgoing.to, outgoing.body)
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid
