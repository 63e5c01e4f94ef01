"""SQL of connections and routes, and of what offices bring along: slug, mode, the secrets we made for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.connections.types import Connection, State
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn, Row

# Secrets of an office that open no door: the key under which its suppressions are kept.
NO_ACCOUNT = "address"


@dataclass(frozen=True)
class Named:
    """An office as others call it."""

    office_id: UUID
    slug: str
    mode: str


# ------------------------------------------------------------------ which office


async def by_slug(conn: Conn, slug: str) -> UUID | None:
    """The office with this slug; works outside of any office."""
    cursor = await conn.execute("select office_id from office_by_slug(%s)", (slug,))
    row = await cursor.fetchone()
    return None if row is None else row["office_id"]


async def by_account(conn: Conn, provider: str, name: str) -> UUID | None:
    """The office whose account with a provider bears this name; works outside of any office."""
    cursor = await conn.execute("select office_id from office_by_account(%s, %s)", (provider, name))
    row = await cursor.fetchone()
    return None if row is None else row["office_id"]


async def offices_with(conn: Conn, provider: str) -> list[UUID]:
    """The offices connected to a provider; works outside of any office."""
    cursor = await conn.execute("select o as office_id from offices_with(%s) o order by 1", (provider,))
    return [row["office_id"] async for row in cursor]


async def named(conn: Conn, office_id: UUID) -> Named | None:
    """The office this connection is in."""
    cursor = await conn.execute("select office_id, slug, mode from office where office_id = %s", (office_id,))
    row = await cursor.fetchone()
    return None if row is None else Named(**row)


# ------------------------------------------------------------------ what is held


async def own_secrets(conn: Conn, office_id: UUID) -> dict[str, bytes]:
    """The sealed secrets we made for the office's own webhooks, by kind."""
    cursor = await conn.execute(
        "select kind, sealed from office_secret where office_id = %s and kind <> %s", (office_id, NO_ACCOUNT)
    )
    return {row["kind"]: bytes(row["sealed"]) async for row in cursor}


async def sealed(conn: Conn, office_id: UUID) -> dict[str, bytes]:
    """The sealed credentials of every standing connection, by provider."""
    cursor = await conn.execute(
        "select provider, sealed from connection where office_id = %s and state <> 'removed'", (office_id,)
    )
    return {row["provider"]: bytes(row["sealed"]) async for row in cursor}


async def routes(conn: Conn, office_id: UUID) -> dict[Channel, str]:
    """Which provider carries which channel."""
    cursor = await conn.execute("select channel, provider from channel_route where office_id = %s", (office_id,))
    return {Channel(row["channel"]): row["provider"] async for row in cursor}


async def connections(conn: Conn, office_id: UUID) -> list[Connection]:
    """Every standing connection by provider, without credentials."""
    cursor = await conn.execute(
        """
        select provider, account, state, note, checked_at, created_at, updated_at from connection
        where office_id = %s and state <> 'removed' order by provider
        """,
        (office_id,),
    )
    return [_connection(row) async for row in cursor]


def _connection(row: Row) -> Connection:
    return Connection(**{**row, "state": State(row["state"])})


# ------------------------------------------------------------------ changes


async def put(conn: Conn, office_id: UUID, provider: str, *, account: str, sealed: bytes, at: datetime) -> None:
    """Insert or replace a connection, unchecked; an account of another office raises UniqueViolation."""
    await conn.execute(
        """
        insert into connection (office_id, provider, account, sealed, created_at, updated_at)
        values (%(office)s, %(provider)s, %(account)s, %(sealed)s, %(at)s, %(at)s)
        on conflict (office_id, provider) do update set account = excluded.account, sealed = excluded.sealed,
          state = 'unchecked', note = '', checked_at = null, updated_at = excluded.updated_at,
          created_at = case when connection.state = 'removed' then excluded.created_at else connection.created_at end
        """,
        {"office": office_id, "provider": provider, "account": account, "sealed": sealed, "at": at},
    )
