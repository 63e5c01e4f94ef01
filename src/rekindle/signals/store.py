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
