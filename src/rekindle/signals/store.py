"""SQL of signals: facts with a source, added and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id


async def save(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    kind: str,
    value: dict[str, Any],
    source: str,
    version: str,
    input_hash: bytes | None = None,
    at: datetime,
) -> UUID:
    """Add what `source` (in that version) saw or thinks of a lead."""
    made = new_id()
    await conn.execute(
        """
        insert into signal (office_id, id, lead_id, at, kind, value, source, version, input_hash)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (office_id, made, lead_id, at, kind, Jsonb(value), source, version, input_hash),
    )
    return made


async def save_once(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    signal_id: UUID,
    *,
    kind: str,
    value: dict[str, Any],
    source: str,
    version: str,
    at: datetime,
) -> bool:
    """The same under an id that names the observation: however often it is told, it is added once."""
    cursor = await conn.execute(
        """
        insert into signal (office_id, id, lead_id, at, kind, value, source, version)
        values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
        """,
        (office_id, signal_id, lead_id, at, kind, Jsonb(value), source, version),
    )
    return cursor.rowcount > 0


async def save_changed(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    kind: str,
    value: dict[str, Any],
    source: str,
    version: str,
    input_hash: bytes | None = None,
    at: datetime,
) -> None:
    """The same, unless the newest signal of this kind says just that already; the caller holds the lead's lock."""
    await conn.execute(
        """
        insert into signal (office_id, id, lead_id, at, kind, value, source, version, input_hash)
        select %(office)s, %(id)s, %(lead)s, %(at)s, %(kind)s, %(value)s, %(source)s, %(version)s, %(hash)s
        where %(value)s is distinct from (
          select value from signal where office_id = %(office)s and lead_id = %(lead)s and kind = %(kind)s
          order by at desc, id desc limit 1)
        """,
        {
            "office": office_id,
            "id": new_id(),
            "lead": lead_id,
            "at": at,
            "kind": kind,
            "value": Jsonb(value),
            "source": source,
            "version": version,
            "hash": input_hash,
        },
    )


async def latest(conn: Conn, office_id: UUID, lead_id: UUID, kind: str) -> Row | None:
    """The newest signal of a kind: id, at, value, source, version, input_hash."""
    cursor = await conn.execute(
        """
        select id, at, value, source, version, input_hash from signal
        where office_id = %s and lead_id = %s and kind = %s order by at desc, id desc limit 1
        """,
        (office_id, lead_id, kind),
    )
    return await cursor.fetchone()


# ---------------------------------------------------------------- who was looked up


async def enrichment(conn: Conn, office_id: UUID, lead_id: UUID, provider: str) -> str | None:
    """How the look-up of a lead stands; None when nobody asked."""
    cursor = await conn.execute(
        "select state from enrichment where office_id = %s and lead_id = %s and provider = %s",
        (office_id, lead_id, provider),
    )
    row = await cursor.fetchone()
    return None if row is None else row["state"]


async def awaited(conn: Conn, office_id: UUID, lead_id: UUID, provider: str) -> str:
    """The provider's name for the part of an answer that is still to come; "" when none is."""
    cursor = await conn.execute(
        "select request_id from enrichment where office_id = %s and lead_id = %s and provider = %s",
        (office_id, lead_id, provider),
    )
    row = await cursor.fetchone()
    return "" if row is None else row["request_id"]


async def begin_enrichment(conn: Conn, office_id: UUID, lead_id: UUID, provider: str, *, at: datetime) -> None:
    """A lead is being looked up."""
    await conn.execute(
        """
        insert into enrichment (office_id, lead_id, provider, state, asked_at) values (%s, %s, %s, 'asked', %s)
        on conflict (office_id, lead_id, provider) do update set state = 'asked', asked_at = excluded.asked_at
        """,
        (office_id, lead_id, provider, at),
    )


async def fail_enrichment(
    conn: Conn, office_id: UUID, lead_id: UUID, provider: str, *, reason: str, at: datetime
) -> None:
    """Nobody answered (yet): the lead's page says so."""
    await conn.execute(
        """
        update enrichment set state = 'failed', reason = left(%s, 300), answered_at = %s
        where office_id = %s and lead_id = %s and provider = %s
        """,
        (reason, at, office_id, lead_id, provider),
    )


async def put_enrichment(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    provider: str,
    *,
    state: str,
    request_id: str,
    cost: float,
    filled: list[str],
    at: datetime,
) -> None:
    """Keep what the look-up found and cost; a second part of an answer adds to the first."""
    await conn.execute(
        """
        insert into enrichment (office_id, lead_id, provider, state, request_id, credits, filled, asked_at, answered_at)
        values (%(office)s, %(lead)s, %(provider)s, %(state)s, %(request)s, %(credits)s, %(filled)s, %(at)s, %(at)s)
        on conflict (office_id, lead_id, provider) do update set
          state = case when enrichment.state = 'found' and excluded.state = 'none' then 'found' else excluded.state end,
          request_id = excluded.request_id, credits = enrichment.credits + excluded.credits, reason = '',
          filled = array(select distinct f from unnest(enrichment.filled || excluded.filled) f order by f),
          answered_at = excluded.answered_at
        """,
        {
            "office": office_id,
            "lead": lead_id,
            "provider": provider,
            "state": state,
            "request": request_id,
            "credits": cost,
            "filled": filled,
            "at": at,
        },
    )
