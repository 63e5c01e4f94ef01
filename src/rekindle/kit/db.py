"""Connections: one pool per process, autocommit, explicit transactions, one office per transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, errors
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

APP_ROLE = "rekindle_app"

Row = dict[str, Any]
Conn = AsyncConnection[Row]

# What a caller of a store may see when a row that must be unique is there already.
UniqueViolation = errors.UniqueViolation
# Two transactions stood in each other's way and this one gave in: do the whole transaction again, at once.
Conflict = (errors.DeadlockDetected, errors.SerializationFailure)
# The database is away, starting or full: worth another try, never worth an empty answer.
Unavailable = (errors.OperationalError, errors.InterfaceError)


class RoleError(Exception):
    """The connection's role could see across offices; the engine does not start with it."""


@dataclass(frozen=True)
class Db:
    """A pool and the two ways to use it: inside one office, or outside of all."""

    pool: AsyncConnectionPool[Conn]

    @asynccontextmanager
    async def office(self, office_id: UUID) -> AsyncIterator[Conn]:
        """One transaction that sees one office's rows; commits on exit, rolls back on error."""
        async with self.pool.connection() as conn, conn.transaction():
            await enter_office(conn, office_id)
            yield conn

    @asynccontextmanager
    async def plain(self) -> AsyncIterator[Conn]:
        """One transaction that sees no office's rows: health, logins by token, `due_offices`."""
        async with self.pool.connection() as conn, conn.transaction():
            yield conn


async def enter_office(conn: Conn, office_id: UUID) -> None:
    """Narrow the current transaction to one office (row-level security reads this setting)."""
    await conn.execute("select set_config('rekindle.office_id', %s, true)", (str(office_id),))


@asynccontextmanager
async def connect(url: str, *, size: int = 8, patience: float = 10.0) -> AsyncIterator[Db]:
    """A Db on `url`, acting as `rekindle_app`; raises RoleError if that role could bypass the wall."""
    pool: AsyncConnectionPool[Conn] = AsyncConnectionPool(
        make_conninfo(url, options=f"-c role={APP_ROLE} -c timezone=UTC -c jit=off"),
        min_size=1,
        max_size=size,
        timeout=patience,
        kwargs={"autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
        connection_class=AsyncConnection[Row],
        open=False,
        # No check at checkout: it is a round trip each time. After an outage the first use of a dead connection fails
        # as Unavailable, which pumps wait out and the edge answers with Retry-After; the pool then replaces it.
    )
    async with pool:
        await pool.wait(timeout=patience)
        await _refuse_strong_role(pool)
        yield Db(pool)


async def _refuse_strong_role(pool: AsyncConnectionPool[Conn]) -> None:
    async with pool.connection() as conn:
        cursor = await conn.execute(
            "select rolsuper or rolbypassrls as strong from pg_roles where rolname = current_user"
        )
        row = await cursor.fetchone()
    if row is None or row["strong"]:
        raise RoleError(f"the database role {APP_ROLE} must not be superuser or bypass row security")
