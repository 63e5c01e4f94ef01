"""SQL behind one lead's page. Reads only; `owner` hides the leads of others from an agent."""

from typing import Any
from uuid import UUID

from rekindle.kit.db import Conn, Row


async def one(conn: Conn, office_id: UUID, lead_id: UUID, *, owner: UUID | None) -> Row | None:
    """The lead with its owner's name and who failed to look it up; an agent sees their own and those handed to them."""
    cursor = await conn.execute(
        """
        select l.*, p.name as owner, (
            select string_agg(e.provider || ': ' || e.reason, '; ' order by e.provider) from enrichment e
            where e.office_id = l.office_id and e.lead_id = l.id and e.state = 'failed') as not_looked_up
        from lead l
        left join person p on p.office_id = l.office_id and p.id = l.owner_id
        where l.office_id = %(office)s and l.id = %(lead)s and (%(owner)s::uuid is null or l.owner_id = %(owner)s
          or exists (select from handoff h where h.office_id = l.office_id and h.lead_id = l.id
            and h.person_id = %(owner)s and h.closed_at is null))
        """,
        {"office": office_id, "lead": lead_id, "owner": owner},
    )
    return await cursor.fetchone()


async def all_ids(conn: Conn, office_id: UUID, lead_id: UUID) -> list[UUID]:
    """This lead's id and those of every lead merged into it: one person, one story."""
    cursor = await conn.execute(
        """
        with recursive same as (
          select %(lead)s::uuid as id
          union
          select m.loser_id from same join merge m on m.office_id = %(office)s and m.winner_id = same.id
            and m.undone_at is null)
        select id from same
        """,
        {"office": office_id, "lead": lead_id},
    )
    return [row["id"] async for row in cursor]


async def newest_merge(conn: Conn, office_id: UUID, lead_id: UUID) -> Row | None:
    """The latest merge that stands and has this very lead on either side."""
    cursor = await conn.execute(
        """
        select id, winner_id, loser_id, at, reason from merge
        where office_id = %(office)s and %(lead)s in (winner_id, loser_id) and undone_at is null
        order by at desc, id desc limit 1
        """,
        {"office": office_id, "lead": lead_id},
    )
    return await cursor.fetchone()


async def contact_points(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Row]:
    """Addresses, preferred first."""
    cursor = await conn.execute(
        """
        select kind, value, raw, position from contact_point where office_id = %s and lead_id = %s
        order by kind desc, position, created_at
        """,
        (office_id, lead_id),
    )
    return await cursor.fetchall()


async def consents(conn: Conn, office_id: UUID, addresses: list[str]) -> list[Row]:
    """Where each address stands on each channel, with the event that made it so."""
    cursor = await conn.execute(
        """
        select s.channel, s.address, s.granted, s.basis, s.at, e.evidence, e.event_id
        from consent_state s
        left join consent_event e on e.office_id = s.office_id and e.address = s.address and e.id = s.consent_id
        where s.office_id = %s and s.address = any(%s) order by s.address, s.channel
        """,
        (office_id, addresses),
    )
    return await cursor.fetchall()


async def sources(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Row]:
    """Every place this lead came from, oldest first."""
    cursor = await conn.execute(
        "select source, external_id, seen_at from lead_source where office_id = %s and lead_id = %s order by seen_at",
        (office_id, lead_id),
    )
    return await cursor.fetchall()


async def latest_signal(conn: Conn, office_id: UUID, lead_id: UUID, kind: str) -> Row | None:
    """The newest signal of one kind."""
    cursor = await conn.execute(
        """
        select at, value, source, version from signal where office_id = %s and lead_id = %s and kind = %s
        order by at desc limit 1
        """,
        (office_id, lead_id, kind),
    )
    return await cursor.fetchone()


async def latest_decision(conn: Conn, office_id: UUID, lead_id: UUID) -> Row | None:
    """The newest decision of automation about this lead."""
    cursor = await conn.execute(
        """
        select id, at, kind, verdict, reasons, until, policy from decision
        where office_id = %s and lead_id = %s and phase <> 'person' order by at desc, id desc limit 1
        """,
        (office_id, lead_id),
    )
    return await cursor.fetchone()


async def enrollments(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Row]:
    """Running walks through sequences, the next to wake first."""
    cursor = await conn.execute(
        """
        select id, sequence, version_id, state, step, wake_at from enrollment
        where office_id = %s and lead_id = %s and state = 'active' order by wake_at
        """,
        (office_id, lead_id),
    )
    return await cursor.fetchall()


async def messages(conn: Conn, office_id: UUID, lead_ids: list[UUID], *, limit: int) -> list[Row]:
    """The newest texts and e-mails of one person, oldest of them first."""
    cursor = await conn.execute(
        """
        select * from (
          select m.id, m.direction, m.channel, m.address, m.class, m.state, m.subject, m.body, m.created_at, m.due_at,
            m.accepted_at, m.delivered_at, m.settled_at, m.template, m.step, m.error_code, m.error_text, m.actor_id,
            m.event_id, p.name as actor
          from message m left join person p on p.office_id = m.office_id and p.id = m.actor_id
          where m.office_id = %s and m.lead_id = any(%s) order by m.created_at desc, m.id desc limit %s) newest
        order by created_at, id
        """,
        (office_id, lead_ids, limit),
    )
    return await cursor.fetchall()


async def open_handoff(conn: Conn, office_id: UUID, lead_id: UUID) -> Row | None:
    """The hand-off that nobody has closed yet."""
    cursor = await conn.execute(
        """
        select h.id, h.cause, h.summary, h.person_id, h.opened_at, h.acknowledged_at, p.name as person,
          a.name as acknowledged_by
        from handoff h
        left join person p on p.office_id = h.office_id and p.id = h.person_id
        left join person a on a.office_id = h.office_id and a.id = h.acknowledged_by
        where h.office_id = %s and h.lead_id = %s and h.closed_at is null
        """,
        (office_id, lead_id),
    )
    return await cursor.fetchone()


async def planned(conn: Conn, office_id: UUID, lead_id: UUID) -> int:
    """How many messages are planned and have not left."""
    cursor = await conn.execute(
        "select count(*) as n from message where office_id = %s and lead_id = %s and state = 'planned'",
        (office_id, lead_id),
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def people_names(conn: Conn, office_id: UUID) -> dict[str, str]:
    """Name of everybody who works or worked here, by id as text."""
    cursor = await conn.execute("select id, name from person where office_id = %s", (office_id,))
    return {str(row["id"]): row["name"] async for row in cursor}


async def by_addresses(conn: Conn, office_id: UUID, addresses: list[str]) -> dict[str, Row]:
    """The leads behind these addresses: id, name, kind of lead, owner."""
    cursor = await conn.execute(
        """
        select c.value, l.id, l.name, l.first_name, l.last_name, l.owner_id
        from contact_point c join lead l on l.office_id = c.office_id and l.id = c.lead_id
        where c.office_id = %s and c.kind in ('phone', 'email') and c.value = any(%s)
        """,
        (office_id, addresses),
    )
    return {row["value"]: row async for row in cursor}


async def last_message(conn: Conn, office_id: UUID, lead_id: UUID) -> Row | None:
    """Channel and subject of the newest message, either way."""
    cursor = await conn.execute(
        """
        select channel, subject from message where office_id = %s and lead_id = %s
        order by created_at desc, id desc limit 1
        """,
        (office_id, lead_id),
    )
    return await cursor.fetchone()


async def reasons(conn: Conn, office_id: UUID, lead_ids: list[UUID], *, limit: int) -> dict[str, Any]:
    """The reasons of the newest decisions about one person, by decision id."""
    cursor = await conn.execute(
        """
        select id, reasons from decision where office_id = %s and lead_id = any(%s) order by at desc limit %s
        """,
        (office_id, lead_ids, limit),
    )
    return {str(row["id"]): row["reasons"] async for row in cursor}
