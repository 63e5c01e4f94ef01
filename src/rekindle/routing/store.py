"""SQL of hand-offs and of the round robin."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn, Row
from rekindle.office import hours
from rekindle.office.types import Agent
from rekindle.routing.types import Handoff


async def insert(
    conn: Conn, office_id: UUID, handoff_id: UUID, lead_id: UUID, *, cause: str, summary: str, at: datetime
) -> bool:
    """Open a hand-off; False when the lead has an open one already."""
    cursor = await conn.execute(
        """
        insert into handoff (office_id, id, lead_id, cause, summary, opened_at) values (%s, %s, %s, %s, %s, %s)
        on conflict (office_id, lead_id) where closed_at is null do nothing
        """,
        (office_id, handoff_id, lead_id, cause, summary, at),
    )
    return cursor.rowcount == 1


async def get(conn: Conn, office_id: UUID, handoff_id: UUID) -> Handoff | None:
    """One hand-off, open or closed."""
    cursor = await conn.execute(
        """
        select id, lead_id, cause, summary, person_id, opened_at, offered_at, acknowledged_at, acknowledged_by,
          closed_at, closed_by
        from handoff where office_id = %s and id = %s
        """,
        (office_id, handoff_id),
    )
    row = await cursor.fetchone()
    return Handoff(**row) if row else None


async def open_of(conn: Conn, office_id: UUID, lead_id: UUID) -> Handoff | None:
    """The lead's open hand-off."""
    cursor = await conn.execute(
        """
        select id, lead_id, cause, summary, person_id, opened_at, offered_at, acknowledged_at, acknowledged_by,
          closed_at, closed_by
        from handoff where office_id = %s and lead_id = %s and closed_at is null
        """,
        (office_id, lead_id),
    )
    row = await cursor.fetchone()
    return Handoff(**row) if row else None


async def waiting(conn: Conn, office_id: UUID, *, limit: int) -> list[Handoff]:
    """Open hand-offs nobody was offered, oldest first."""
    cursor = await conn.execute(
        """
        select id, lead_id, cause, summary, person_id, opened_at, offered_at, acknowledged_at, acknowledged_by,
          closed_at, closed_by
        from handoff where office_id = %s and closed_at is null and person_id is null
        order by opened_at, id limit %s
        """,
        (office_id, limit),
    )
    return [Handoff(**row) async for row in cursor]


async def set_offer(
    conn: Conn, office_id: UUID, handoff_id: UUID, person_id: UUID | None, *, at: datetime | None
) -> None:
    """Offer it to a person, or with None to nobody; an acknowledgement given back is gone."""
    await conn.execute(
        """
        update handoff set person_id = %s, offered_at = %s, acknowledged_at = null, acknowledged_by = null
        where office_id = %s and id = %s
        """,
        (person_id, at, office_id, handoff_id),
    )


async def acknowledge(conn: Conn, office_id: UUID, handoff_id: UUID, person_id: UUID, *, at: datetime) -> bool:
    """Take an open hand-off nobody took; False when somebody did or it is closed."""
    cursor = await conn.execute(
        """
        update handoff set person_id = %(person)s, acknowledged_at = %(at)s, acknowledged_by = %(person)s,
          offered_at = coalesce(offered_at, %(at)s)
        where office_id = %(office)s and id = %(id)s and acknowledged_at is null and closed_at is null
        """,
        {"office": office_id, "id": handoff_id, "person": person_id, "at": at},
    )
    return cursor.rowcount == 1


async def pass_on(conn: Conn, office_id: UUID, handoff_id: UUID, person_id: UUID | None) -> None:
    """Move an open hand-off to the lead's new owner, as it stands."""
    await conn.execute(
        """
        update handoff set person_id = %(person)s::uuid,
          acknowledged_by = case when acknowledged_at is null then null else %(person)s::uuid end
        where office_id = %(office)s and id = %(id)s and closed_at is null
        """,
        {"office": office_id, "id": handoff_id, "person": person_id},
    )


async def close(conn: Conn, office_id: UUID, handoff_id: UUID, *, by: UUID | None, at: datetime) -> bool:
    """Close an open hand-off."""
    cursor = await conn.execute(
        """
        update handoff set closed_at = %s, closed_by = %s where office_id = %s and id = %s and closed_at is null
        """,
        (at, by, office_id, handoff_id),
    )
    return cursor.rowcount == 1


async def hold_agents(conn: Conn, office_id: UUID) -> list[Agent]:
    """Active agents, held until this transaction ends, so that offers made at once see each other."""
    await conn.execute("select from agent where office_id = %s order by person_id for no key update", (office_id,))
    # Read anew: a row waited for shows its new values only to a later statement.
    cursor = await conn.execute(
        """
        select a.person_id, p.name, p.email, a.timezone, a.hours, a.accepting, a.away_until, a.capacity,
          a.last_offered_at
        from agent a join person p on p.office_id = a.office_id and p.id = a.person_id
        where a.office_id = %s and p.active order by a.person_id
        """,
        (office_id,),
    )
    return [_agent(row) async for row in cursor]


async def loads(conn: Conn, office_id: UUID) -> dict[UUID, int]:
    """How many leads each person has on their hands: offered, taken or in conversation, each lead once."""
    cursor = await conn.execute(
        """
        select person_id, count(*) as n from (
          select person_id, lead_id from handoff
          where office_id = %(office)s and closed_at is null and person_id is not null
          union
          select owner_id, id from lead
          where office_id = %(office)s and conversation = 'person' and merged_into is null and owner_id is not null
        ) held group by person_id
        """,
        {"office": office_id},
    )
    return {row["person_id"]: row["n"] async for row in cursor}


async def set_offered(conn: Conn, office_id: UUID, person_id: UUID, *, at: datetime) -> None:
    """The round robin's memory: this agent had a turn."""
    await conn.execute(
        """
        update agent set last_offered_at = greatest(coalesce(last_offered_at, %(at)s), %(at)s)
        where office_id = %(office)s and person_id = %(person)s
        """,
        {"office": office_id, "person": person_id, "at": at},
    )


def _agent(row: Row) -> Agent:
    return Agent(week=hours.parse(row.pop("hours")), **row)
