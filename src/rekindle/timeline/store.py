"""SQL of the timeline: append in the caller's transaction, read backwards by key."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id
from rekindle.timeline.types import Entry, Kind

ENGINE = "engine"
LEAD = "lead"


async def append(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    kind: Kind,
    data: dict[str, Any] | None = None,
    *,
    at: datetime,
    actor: str = ENGINE,
) -> None:
    """Add one line in the caller's transaction; it commits with the fact it tells, or not at all."""
    await append_many(conn, office_id, [Entry(new_id(), at, lead_id, kind, actor, data or {})])


async def append_many(conn: Conn, office_id: UUID, entries: list[Entry]) -> None:
    """Add many lines at once, in one statement."""
    if not entries:
        return
    # One JSON parameter: measured at a fifth of the cost of arrays, for the client as for the server.
    await conn.execute(
        """
        insert into timeline (office_id, id, at, lead_id, kind, actor, data)
        select %(office)s, id, at, lead_id, kind, actor, data
        from json_to_recordset(%(rows)s::json)
          as t (id uuid, at timestamptz, lead_id uuid, kind text, actor text, data jsonb)
        """,
        {"office": office_id, "rows": orjson.dumps(entries).decode()},
    )


async def of_lead(
    conn: Conn, office_id: UUID, lead_ids: list[UUID], *, before: datetime | None = None, limit: int = 100
) -> list[Entry]:
    """The newest lines of one person (all lead ids merged into one story), newest first."""
    cursor = await conn.execute(
        """
        select id, at, lead_id, kind, actor, data from timeline
        where office_id = %(office)s and lead_id = any(%(leads)s)
          and (%(before)s::timestamptz is null or at < %(before)s)
        order by at desc, id desc limit %(limit)s
        """,
        {"office": office_id, "leads": lead_ids, "before": before, "limit": limit},
    )
    return [Entry(**{**row, "kind": Kind(row["kind"])}) async for row in cursor]
