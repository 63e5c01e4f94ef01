"""Windows counted in the database, for installations without a Redis."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.kit.db import Db
from rekindle.kit.limits import Granted, granted, starts_at


@dataclass(frozen=True)
class DatabaseLimits:
    """One row a key, counted by one statement. What is lost in a crash of the server is at most one window's count."""

    db: Db

    async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:
        """As Limits; raises kit.db.Unavailable when the database is away."""
        async with self.db.plain() as conn:
            # The row may be ahead of us by one window (another host's clock): then we count there, so that clocks that
            # disagree never grant more. Further ahead is a clock that was wrong and must not bar the key for days.
            cursor = await conn.execute(
                """
                insert into rate_window as w (key, starts_at, spent)
                values (%(key)s || '/' || %(seconds)s::text, %(now)s, %(want)s)
                on conflict (key) do update set
                  starts_at = case when w.starts_at between excluded.starts_at and excluded.starts_at + %(seconds)s
                                   then w.starts_at else excluded.starts_at end,
                  spent = excluded.spent
                        + case when w.starts_at between excluded.starts_at and excluded.starts_at + %(seconds)s
                               then w.spent else 0 end
                returning starts_at, spent
                """,
                {"key": key, "seconds": seconds, "now": starts_at(at, seconds), "want": want},
            )
            row = await cursor.fetchone()
        if row is None:
            raise AssertionError("an upsert returns its row")
        return granted(spent=row["spent"], want=want, count=count, ends_at=row["starts_at"] + seconds, at=at)

    async def forget(self, before: datetime) -> int:
        """Drop counters of windows that began before `before`; returns how many."""
        async with self.db.plain() as conn:
            cursor = await conn.execute("delete from rate_window where starts_at < %s", (int(before.timestamp()),))
        return cursor.rowcount
