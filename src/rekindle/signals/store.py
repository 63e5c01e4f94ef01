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
