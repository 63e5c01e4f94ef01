"""Whether the engine can do its work now, and what keeps it from it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.invariants import store
from rekindle.kit.db import Db, Unavailable

SECONDS = 3.0  # whoever asks after readiness does not wait for a pool's patience
FRESH = timedelta(seconds=30)
WORKER = "work"


@dataclass(frozen=True)
class Check:
    """One condition of being ready; `why` is empty when it holds."""

    name: str
    why: str

    @property
    def holds(self) -> bool:
        return not self.why


async def check(db: Db, *, revision: str, at: datetime) -> tuple[Check, ...]:
    """The three conditions: the database answers, its migrations are this code's, a worker is alive."""
    try:
        async with asyncio.timeout(SECONDS), db.plain() as conn:
            found = await store.revision(conn)
            beat = await store.last_beat(conn, WORKER)
    except (*Unavailable, TimeoutError):
        away = "not known while the database is away"
        return Check("database", "cannot be reached"), Check("migrations", away), Check("worker", away)
    migrations = "" if found == revision else f"the database is at {found}, this code wants {revision}"
    return Check("database", ""), Check("migrations", migrations), Check("worker", _silence(beat, at))


def _silence(beat: datetime | None, at: datetime) -> str:
    if beat is None:
        return "none is running"
    silent = at - beat
    return f"last heard of {silent.total_seconds():.0f} s ago" if silent > FRESH else ""
