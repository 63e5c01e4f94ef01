"""One worker process that kills itself, without warning, at the n-th boundary it meets.

Boundaries are met from outside of the product: just before and just after each commit (the Db handed to the engine
tells), and before and after each call to the carrier. No hook in the product knows of this.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from rekindle.decide.words import MessageState
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Conn, Db, connect, enter_office
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker, consider_batch, wake_batch
from rekindle.office.keys import office_key
from rekindle.outbox.desk import Desk
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.providers.ports import Receipt
from rekindle.receipts.apply import apply
from tests import outboxes
from tests.carrier import DROP_SILENTLY, TAKE, TAKE_SILENTLY, Act, Carrier, refuse

JUMP = timedelta(minutes=2)  # past every lease and grace
JUMPS = 300  # what is not settled after so many never will be


@dataclass(frozen=True)
class Life:
    """What one process shall do, and when it dies. `kill_at` 0: it lives until nothing is left to do."""

    url: str
    office_id: UUID
    carrier: Path
    at: datetime
    seed: int
    kill_at: int
    alone: bool  # only who is alone may jump in time: leases of the living must not run out


@dataclass
class Reaper:
    """Counts boundaries; at the chosen one the process is gone, mid-instruction as far as anybody can tell."""

    left: int

    def __call__(self, _: str) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class MortalDb(Db):
    """The engine's Db, with a boundary on each side of every commit."""

    boundary: Callable[[str], None]

    @asynccontextmanager
    async def office(self, office_id: UUID) -> AsyncIterator[Conn]:
        async with self.pool.connection() as conn:
            async with conn.transaction():
                await enter_office(conn, office_id)
                yield conn
                self.boundary("before commit")
            self.boundary("after commit")


def mood(key: str, before: int) -> Act:
    """The carrier's temper for a message: settled by its key, so that it outlives every process."""
    if before > 1:
        return TAKE
    acts = [TAKE, TAKE, TAKE_SILENTLY, DROP_SILENTLY, refuse("20500"), refuse("20429", retry_after=30)]
    if before == 0:
        acts.append(refuse("21408", permanent=True))
    return random.Random(f"{key}{before}").choice(acts)  # noqa: S311


async def live(life: Life) -> None:
    """Work until nothing is due (alone: until nothing is open at all), or until the reaper comes."""
    reaper = Reaper(life.kill_at)
    carrier = Carrier(life.carrier, mood=mood, on_event=reaper)
    clock = HandClock(life.at)
    async with connect(life.url, size=4) as plain:
        db = MortalDb(plain.pool, reaper)
        desk = outboxes.desk(db, clock, carrier, slots=4)
        looker = Looker(db, clock, Means(outboxes.KEYRING, desk.base_url), desk.chance)
        for _ in range(JUMPS):
            while await work(desk, looker):
                await receipts(db, life, carrier, clock)
            later = await next_open(plain, life.office_id)
            if later is None or not life.alone:
                return
            clock.at = max(clock.at + JUMP, later)
    raise RuntimeError("something stays open for ever")


async def work(desk: Desk, looker: Looker) -> int:
    """What the pumps of a worker do, each once."""
    woken = await wake_batch(desk.db, clock=desk.clock)
    looked = await consider_batch(looker)
    return woken + looked + await Outbox(desk).drain() + await reconcile(desk)


async def receipts(db: Db, life: Life, carrier: Carrier, clock: HandClock) -> None:
    """A few receipts for what the carrier took, some of them twice, some of them old news."""
    took = carrier.book.execute("select n, key from took").fetchall()
    chance = random.Random(life.seed)  # noqa: S311
    for number, key in chance.choices(took, k=4) if took else ():
        state = chance.choice([MessageState.SENT, MessageState.DELIVERED])
        told = Receipt(f"{number}{state}", carrier.name, f"C{number}", key, state, "", "", permanent=False, at=None)
        async with db.office(life.office_id) as conn:
            secret = await office_key(conn, life.office_id, outboxes.KEYRING)
            await apply(conn, life.office_id, told, office_key=secret, at=clock.now())


async def next_open(db: Db, office_id: UUID) -> datetime | None:
    """When the next message that is neither out nor ended, or the next look at a lead, is due; None: all is quiet."""
    async with db.office(office_id) as conn:
        cursor = await conn.execute(
            """
            select min(coalesce(lease_until, due_at)) as at from (
              select lease_until, due_at from message where state in ('planned', 'in_flight', 'unknown')
              union all select lease_until, due_at from consideration) open
            """
        )
        row = await cursor.fetchone()
    return row["at"] if row else None


def main(life: Life) -> None:
    """The whole life of a forked process; never returns."""
    asyncio.run(live(life))
    os._exit(0)
