"""SQL of timers, workers' heartbeats and partitions: the engine's own rows, outside of every office."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn


async def claim_timer(conn: Conn, name: str, *, at: datetime, again: datetime) -> bool:
    """True for the one caller that may run the timer now; its next turn is set in the same statement."""
    cursor = await conn.execute(
        """
        insert into timer (name, due_at) values (%(name)s, %(again)s)
        on conflict (name) do update set due_at = excluded.due_at where timer.due_at <= %(at)s
        returning name
        """,
        {"name": name, "at": at, "again": again},
    )
    return await cursor.fetchone() is not None


async def finish_timer(conn: Conn, name: str, *, at: datetime, error: str | None) -> None:
    """Remember when it ran and how it ended."""
    await conn.execute("update timer set ran_at = %s, error = %s where name = %s", (at, error, name))


async def ensure_partitions(conn: Conn, until: datetime) -> int:
    """Partitions of every append-only table up to `until`; returns how many were made."""
    cursor = await conn.execute("select ensure_partitions(%s) as made", (until,))
    row = await cursor.fetchone()
    return int(row["made"]) if row else 0


async def beat(conn: Conn, worker: UUID, *, kind: str, host: str, pid: int, version: str, at: datetime) -> None:
    """Say that this process is alive."""
    await conn.execute(
        """
        insert into worker (id, kind, host, pid, version, started_at, beat_at)
        values (%(id)s, %(kind)s, %(host)s, %(pid)s, %(version)s, %(at)s, %(at)s)
        on conflict (id) do update set beat_at = excluded.beat_at
        """,
        {"id": worker, "kind": kind, "host": host, "pid": pid, "version": version, "at": at},
    )


async def leave(conn: Conn, worker: UUID) -> None:
    """Say goodbye in order, so that nobody waits for the next heartbeat."""
    await conn.execute("delete from worker where id = %s", (worker,))


async def forget(conn: Conn, before: datetime) -> None:
    """Drop workers not seen since `before`."""
    await conn.execute("delete from worker where beat_at < %s", (before,))
