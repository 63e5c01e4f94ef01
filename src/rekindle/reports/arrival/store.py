"""SQL: what became of one event, for whoever sent it. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn


@dataclass(frozen=True)
class Arrival:
    """One event and how far it has come. `lead_id` once it is handled and about one lead; `dead`: why it is."""

    event_id: UUID
    source: str
    received_at: datetime
    handled_at: datetime | None
    outcome: str | None
    lead_id: UUID | None
    dead: str | None


async def arrival(conn: Conn, office_id: UUID, event_id: UUID) -> Arrival | None:
    """The event of this id."""
    cursor = await conn.execute(
        """
        select k.event_id, k.source, k.received_at, k.handled_at, k.outcome, k.lead_id,
          case when j.state = 'dead' then coalesce(j.reason, '') end as dead
        from event_key k left join inbox_job j on j.office_id = k.office_id and j.event_id = k.event_id
        where k.office_id = %s and k.event_id = %s
        """,
        (office_id, event_id),
    )
    row = await cursor.fetchone()
    return Arrival(**row) if row else None


async def body(conn: Conn, office_id: UUID, event_id: UUID) -> bytes | None:
    """The bytes that first came under this event."""
    cursor = await conn.execute(
        """
        select e.body from event_key k join event e
          on e.office_id = k.office_id and e.received_at = k.received_at and e.id = k.event_id
        where k.office_id = %s and k.event_id = %s
        """,
        (office_id, event_id),
    )
    row = await cursor.fetchone()
    return bytes(row["body"]) if row else None
