"""SQL of connections and routes, and of what offices bring along: slug, mode, the secrets we made for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.connections.types import Connection, State
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn, Row

# Secrets of an office that open no door: the key under which its suppressions are kept.
NO_ACCOUNT = "address"
SANDBOX = "sandbox"  # opens a door, and is nobody's to connect or disconnect


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


async def entered(conn: Conn, office_id: UUID) -> dict[str, datetime]:
    """When the credentials of every standing connection were last entered, by provider."""
    cursor = await conn.execute(
        "select provider, updated_at from connection where office_id = %s and state <> 'removed'", (office_id,)
    )
    return {row["provider"]: row["updated_at"] async for row in cursor}


async def routes(conn: Conn, office_id: UUID) -> dict[Channel, str]:
    """Which provider carries which channel."""
    cursor = await conn.execute("select channel, provider from channel_route where office_id = %s", (office_id,))
    return {Channel(row["channel"]): row["provider"] async for row in cursor}


async def connections(conn: Conn, office_id: UUID) -> list[Connection]:
    """Every standing connection by provider, without credentials.

    So is an own secret: an office is born with one for its web form, before anybody connects anything.
    """
    cursor = await conn.execute(
        """
        select provider, account, state, note, checked_at, created_at, updated_at from connection
        where office_id = %(office)s and state <> 'removed'
        union all
        select kind, '', 'unchecked', '', null, created_at, created_at from office_secret s
        where office_id = %(office)s and kind <> all(%(not_shown)s) and not exists (
          select from connection c where c.office_id = s.office_id and c.provider = s.kind and c.state <> 'removed')
        order by provider
        """,
        {"office": office_id, "not_shown": [NO_ACCOUNT, SANDBOX]},
    )
    return [_connection(row) async for row in cursor]


async def connection(conn: Conn, office_id: UUID, provider: str) -> Connection | None:
    """One standing connection, without credentials."""
    return next((one for one in await connections(conn, office_id) if one.provider == provider), None)


async def connected_since(conn: Conn, office_id: UUID, provider: str) -> datetime | None:
    """When the office was connected to a provider; None when it is not."""
    found = await connection(conn, office_id, provider)
    return None if found is None else found.created_at


async def entered_at(conn: Conn, office_id: UUID, provider: str) -> datetime | None:
    """When its credentials were entered last, or given anew by consent; None when it is not connected."""
    found = await connection(conn, office_id, provider)
    return None if found is None else found.updated_at


async def fail(conn: Conn, office_id: UUID, provider: str, *, note: str, at: datetime) -> None:
    """A standing connection was found broken otherwise than by a look."""
    await conn.execute(
        """
        update connection set state = 'failing', note = %s, checked_at = %s
        where office_id = %s and provider = %s and state <> 'removed'
        """,
        (note, at, office_id, provider),
    )


async def own_secret(conn: Conn, office_id: UUID, kind: str) -> tuple[bytes, datetime] | None:
    """The sealed secret we made for one kind of webhook, and when."""
    cursor = await conn.execute(
        "select sealed, created_at from office_secret where office_id = %s and kind = %s and kind <> all(%s)",
        (office_id, kind, [NO_ACCOUNT, SANDBOX]),
    )
    row = await cursor.fetchone()
    return None if row is None else (bytes(row["sealed"]), row["created_at"])


async def lock(conn: Conn, office_id: UUID, provider: str) -> bytes | None:
    """The sealed credentials of a standing connection, held until this transaction ends."""
    cursor = await conn.execute(
        """
        select sealed from connection where office_id = %s and provider = %s and state <> 'removed'
        for no key update
        """,
        (office_id, provider),
    )
    row = await cursor.fetchone()
    return None if row is None else bytes(row["sealed"])


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


async def reseal(conn: Conn, office_id: UUID, provider: str, *, sealed: bytes) -> None:
    """Replace the credentials of a locked connection; a person entered nothing, so no date changes."""
    await conn.execute(
        "update connection set sealed = %s where office_id = %s and provider = %s", (sealed, office_id, provider)
    )


async def put_check(
    conn: Conn, office_id: UUID, provider: str, *, state: State, note: str, account: str, sealed: bytes, at: datetime
) -> None:
    """What a live look found; an account of another office raises UniqueViolation."""
    await conn.execute(
        """
        update connection set state = %(state)s, note = %(note)s, account = %(account)s, sealed = %(sealed)s,
          checked_at = %(at)s
        where office_id = %(office)s and provider = %(provider)s
        """,
        {
            "state": state.value,
            "note": note,
            "account": account,
            "sealed": sealed,
            "at": at,
            "office": office_id,
            "provider": provider,
        },
    )


async def remove(conn: Conn, office_id: UUID, provider: str, *, at: datetime) -> bool:
    """Forget the credentials, an own secret too, and free what the connection carried; False when there is none."""
    await conn.execute("delete from channel_route where office_id = %s and provider = %s", (office_id, provider))
    own = await conn.execute(
        "delete from office_secret where office_id = %s and kind = %s and kind <> all(%s)",
        (office_id, provider, [NO_ACCOUNT, SANDBOX]),
    )
    cursor = await conn.execute(
        """
        update connection set state = 'removed', sealed = '', account = '', note = '', checked_at = null,
          renewing_until = null, updated_at = %s
        where office_id = %s and provider = %s and state <> 'removed'
        """,
        (at, office_id, provider),
    )
    return cursor.rowcount + own.rowcount > 0


async def put_route(conn: Conn, office_id: UUID, channel: Channel, provider: str) -> None:
    """From now on this provider carries the channel."""
    await conn.execute(
        """
        insert into channel_route (office_id, channel, provider) values (%s, %s, %s)
        on conflict (office_id, channel) do update set provider = excluded.provider
        """,
        (office_id, channel.value, provider),
    )


async def claim(conn: Conn, office_id: UUID, provider: str, *, at: datetime, until: datetime) -> bool:
    """Take the lease on renewing tokens; False while somebody else has it, or when nothing is connected."""
    cursor = await conn.execute(
        """
        update connection set renewing_until = %s
        where office_id = %s and provider = %s and state <> 'removed' and coalesce(renewing_until <= %s, true)
        """,
        (until, office_id, provider, at),
    )
    return cursor.rowcount == 1


async def release(conn: Conn, office_id: UUID, provider: str) -> None:
    """Give the lease on renewing tokens back."""
    await conn.execute(
        "update connection set renewing_until = null where office_id = %s and provider = %s", (office_id, provider)
    )
