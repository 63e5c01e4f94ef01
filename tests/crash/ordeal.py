"""The ordeal: batches of messages, workers killed over and over, then the books are read."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from rekindle.content import install as templates
from rekindle.decide.words import Lane
from rekindle.kit.db import Db, Row
from rekindle.leads.ask import ask
from rekindle.sequences import install as sequences
from tests import outboxes
from tests.carrier import Carrier

ROOT = Path(__file__).parent.parent.parent
KILLED = -9
BATCH = 4  # leads a round: half of them walk a sequence, half are written to directly
BOUNDARIES = 60  # a generation meets about this many before it has nothing left to do
# When each generation begins: greeting, second greeting, the question of the next day, and the day after.
AGES = (timedelta(0), timedelta(minutes=6), timedelta(days=1, minutes=20), timedelta(days=2, minutes=40))


@dataclass
class Ordeal:
    """Runs generations of workers against one office and one carrier."""

    db: Db
    url: str
    office_id: UUID
    carrier: Path
    at: datetime
    seed: int
    kills: int = 0
    keys: list[str] = field(default_factory=list)
    walkers: list[UUID] = field(default_factory=list)
    server: "subprocess.Popen[str]" = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def furnish(self) -> None:
        """Sequences and templates."""
        async with self.db.office(self.office_id) as conn:
            await templates.install_builtin(conn, self.office_id, at=self.at)
            await sequences.install_builtin(conn, self.office_id, at=self.at)

    async def round(self, boundary: int, *, batch: int) -> None:
        """A fresh batch; a worker killed at that boundary, then others anywhere, alone and in pairs; then peace."""
        await self.plan(batch)
        deaths = ([boundary], [self.somewhere()], [self.somewhere(), self.somewhere()])
        for kill_at, age in zip(deaths, AGES, strict=False):
            self.generation(kill_at, self.at + age)
        assert self.generation([0], self.at + AGES[-1]) == [0], "the last worker must end by itself"

    async def plan(self, batch: int) -> None:
        """People who just asked, for the engine to answer; and texts and e-mails in every lane."""
        first = batch * BATCH
        leads = await outboxes.leads(self.db, self.office_id, BATCH, at=self.at, first=first)
        half = BATCH // 2
        async with self.db.office(self.office_id) as conn:
            await ask(conn, self.office_id, leads[:half], lane=Lane.FIRST_TOUCH, cause="enquiry", at=self.at)
        self.walkers += leads[:half]
        for n, lead in enumerate(leads[half:], start=first + half):
            self.keys.append(
                await outboxes.planned(
                    self.db,
                    self.office_id,
                    lead,
                    at=self.at,
                    address=outboxes.email(n) if n % 2 or n >= outboxes.PHONES else outboxes.phone(n),
                    lane=Lane(n % len(Lane)),
                )
            )

    def generation(self, kill_at: list[int], at: datetime) -> list[int]:
        """Workers living at once; how each ended."""
        lives = [
            {
                "url": self.url,
                "office_id": str(self.office_id),
                "carrier": str(self.carrier),
                "at": at.isoformat(),
                "seed": self.chance.randrange(2**31),
                "kill_at": n,
                "alone": len(kill_at) == 1,
            }
            for n in kill_at
        ]
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps(lives) + "\n")
        self.server.stdin.flush()
        codes: list[int] = json.loads(self.server.stdout.readline())
        assert set(codes) <= {0, KILLED}, f"a worker broke: {codes}"
        self.kills += codes.count(KILLED)
        return codes

    def somewhere(self) -> int:
        return self.chance.randint(1, BOUNDARIES)

    async def verdict(self) -> "Verdict":
        """What the books and the carrier say in the end."""
        took = Counter(Carrier(self.carrier).took())
        async with self.db.office(self.office_id) as conn:
            books = {row["key"]: row for row in await (await conn.execute(MESSAGES)).fetchall()}
            walks = await (await conn.execute(WALKS, {"end": self.at + AGES[-1]})).fetchall()
        greeted = {row["lead_id"] for row in books.values() if row["step"] == "new-buyer/hello"}
        return Verdict(
            kills=self.kills,
            messages=len(books),
            walks=len(walks),
            lost=[key for key in {*self.keys, *took} if key not in books]
            + [key for key, row in books.items() if not _ended(row, took[key])]
            + [str(lead) for lead in self.walkers if lead not in greeted],
            doubled=[key for key, times in took.items() if times > 1],
            mistold=[key for key, row in books.items() if row["told"] != took[key]],
            sleepless=[str(walk["id"]) for walk in walks if walk["wrong"]],
            states=dict(Counter(row["state"] for row in books.values())),
        )

    def close(self) -> None:
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait(30)
        assert self.server.stdout is not None
        self.server.stdout.close()


@dataclass(frozen=True)
class Verdict:
    """`lost`: not ended with a reason, or our books and the carrier's disagree; `mistold`: so does the timeline.

    `sleepless`: a walk that is active without exactly one wake-up ahead of it, or was begun twice.
    """

    kills: int
    messages: int
    walks: int
    lost: list[str]
    doubled: list[str]
    mistold: list[str]
    sleepless: list[str]
    states: dict[str, int]

    @property
    def faults(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.mistold, *self.sleepless]


MESSAGES = """
    select m.key, m.lead_id, m.step, m.state, m.error_code,
      (select count(*) from timeline t where t.kind = 'left' and t.data ->> 'message_id' = m.id::text) as told
    from message m where m.direction = 'out'
"""
WALKS = """
    select e.id, (e.state = 'active') <> (e.wake_at is not null) or e.wake_at <= %(end)s
      or exists (select from consideration c where c.lead_id = e.lead_id)
      or exists (select from enrollment o where o.lead_id = e.lead_id and o.id <> e.id) as wrong
    from enrollment e
"""
OUT = frozenset({"accepted", "sent", "delivered"})


def _ended(row: Row, took: int) -> bool:
    if row["state"] in OUT:
        return took > 0
    return took == 0 and row["state"] in {"failed", "canceled"} and bool(row["error_code"])


@asynccontextmanager
async def ordeal(db: Db, url: str, office_id: UUID, folder: Path, *, at: datetime, seed: int) -> AsyncIterator[Ordeal]:
    """An ordeal whose fork server is gone afterwards."""
    made = Ordeal(db, url, office_id, folder / "carrier.db", at, seed)
    await made.furnish()
    try:
        yield made
    finally:
        made.close()
