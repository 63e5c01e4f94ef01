"""SQL of the engine's own state: revision, heartbeats, counts and ages across all offices."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.kit.db import Conn


@dataclass(frozen=True)
class Gauge:
    """One number of the engine's state."""

    name: str
    label: str
    value: float


async def revision(conn: Conn) -> str | None:
    """The migration the database is at."""
    cursor = await conn.execute("select version_num from alembic_version")
    row = await cursor.fetchone()
    return row["version_num"] if row else None


async def last_beat(conn: Conn, kind: str) -> datetime | None:
    """When the liveliest process of this kind last said that it is alive."""
    cursor = await conn.execute("select max(beat_at) as beat from worker where kind = %s", (kind,))
    row = await cursor.fetchone()
    return row["beat"] if row else None


async def gauges(conn: Conn, *, at: datetime) -> list[Gauge]:
    """Counts and ages of every queue, over all offices; nobody's data."""
    cursor = await conn.execute(
        """
        select name, label, value from engine_state(%(at)s)
        union all select name, label, value from provider_state(%(at)s)
        order by name, label
        """,
        {"at": at},
    )
    return [Gauge(**row) async for row in cursor]
