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

from rekindle.decide.words import Lane
from rekindle.kit.db import Db
from tests import outboxes
from tests.carrier import Carrier

ROOT = Path(__file__).parent.parent.parent
KILLED = -9
BATCH = 6
BOUNDARIES = 60  # a generation meets about this many before it has nothing left to do


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

    async def round(self, boundary: int, *, batch: int) -> None:
        """A fresh batch; a worker killed at that boundary, then others anywhere, alone and in pairs; then peace."""
        await self.plan(batch)
        at = self.at
        for kill_at in ([boundary], [self.somewhere()], [self.somewhere(), self.somewhere()]):
            self.generation(kill_at, at)
            at += timedelta(minutes=2)
        assert self.generation([0], at) == [0], "the last worker must end by itself"

    async def plan(self, batch: int) -> None:
        """Texts and e-mails in every lane."""
        first = batch * BATCH
        leads = await outboxes.leads(self.db, self.office_id, BATCH, at=self.at, first=first)
        for n, lead in enumerate(leads, start=first):
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
            rows = await (
                await conn.execute(
                    """
                    select m.key, m.state, m.error_code, (select count(*) from timeline t
                      where t.kind = 'left' and t.data ->> 'message_id' = m.id::text) as told
                    from message m where m.direction = 'out'
                    """
                )
            ).fetchall()
        books = {row["key"]: row for row in rows}
        out = {"accepted", "sent", "delivered"}
        return Verdict(
            kills=self.kills,
            planned=len(self.keys),
            lost=[
                key
                for key in self.keys
                if key not in books
                or (books[key]["state"] in out) != (took[key] > 0)
                or (books[key]["state"] not in out and not books[key]["error_code"])
                or books[key]["state"] in {"planned", "in_flight", "unknown"}
            ],
            doubled=[key for key, times in took.items() if times > 1],
            mistold=[key for key, row in books.items() if row["told"] != took[key]],
            states=dict(Counter(row["state"] for row in rows)),
        )

    def close(self) -> None:
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait(30)
        assert self.server.stdout is not None
        self.server.stdout.close()


@dataclass(frozen=True)
class Verdict:
    """`lost`: not ended with a reason, or our books and the carrier's disagree; `mistold`: so does the timeline."""

    kills: int
    planned: int
    lost: list[str]
    doubled: list[str]
    mistold: list[str]
    states: dict[str, int]


@asynccontextmanager
async def ordeal(db: Db, url: str, office_id: UUID, folder: Path, *, at: datetime, seed: int) -> AsyncIterator[Ordeal]:
    """An ordeal whose fork server is gone afterwards."""
    made = Ordeal(db, url, office_id, folder / "carrier.db", at, seed)
    try:
        yield made
    finally:
        made.close()
