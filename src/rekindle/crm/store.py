"""SQL of the CRM's links: contacts and leads, notes told, how far the lists were compared."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.crm.types import Link
from rekindle.kit.db import Conn, Row

# ---------------------------------------------------------------- who is who


async def link_of_contact(conn: Conn, office_id: UUID, crm: str, contact_id: str) -> Link | None:
    """The link of a contact; its lead may have been merged since."""
    cursor = await conn.execute(
        """
        select crm, contact_id, lead_id, tags, activated, opportunity_id, pushed_hash, seen_hash, seen_at, deleted_at
        from crm_link where office_id = %s and crm = %s and contact_id = %s
        """,
        (office_id, crm, contact_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _link(row)


async def link_of_lead(conn: Conn, office_id: UUID, crm: str, lead_ids: list[UUID]) -> Link | None:
    """The standing contact of a person (all lead ids merged into one), the one heard of last."""
    cursor = await conn.execute(
        """
        select crm, contact_id, lead_id, tags, activated, opportunity_id, pushed_hash, seen_hash, seen_at, deleted_at
        from crm_link where office_id = %s and crm = %s and lead_id = any(%s) and deleted_at is null
        order by seen_at desc nulls last, pushed_at desc nulls last limit 1
        """,
        (office_id, crm, lead_ids),
    )
    row = await cursor.fetchone()
    return None if row is None else _link(row)


async def was_deleted(conn: Conn, office_id: UUID, crm: str, lead_ids: list[UUID]) -> bool:
    """Whether somebody took this person (all lead ids merged into one) out of the CRM, and nobody put them back."""
    cursor = await conn.execute(
        """
        select coalesce(bool_and(deleted_at is not null), false) as gone from crm_link
        where office_id = %s and crm = %s and lead_id = any(%s)
        """,
        (office_id, crm, lead_ids),
    )
    row = await cursor.fetchone()
    return bool(row and row["gone"])


def _link(row: Row) -> Link:
    digests = {name: None if row[name] is None else bytes(row[name]) for name in ("pushed_hash", "seen_hash")}
    return Link(**{**row, **digests, "tags": tuple(row["tags"])})


async def see(
    conn: Conn,
    office_id: UUID,
    crm: str,
    contact_id: str,
    lead_id: UUID,
    *,
    tags: tuple[str, ...],
    activated: bool,
    assigned_to: str,
    seen_hash: bytes,
    seen_at: datetime,
) -> None:
    """Keep what the CRM said of a contact; once activated it stays so, or a removed tag would answer twice."""
    await conn.execute(
        """
        insert into crm_link (office_id, crm, contact_id, lead_id, tags, activated, assigned_to, seen_hash, seen_at)
        values (%(office)s, %(crm)s, %(contact)s, %(lead)s, %(tags)s, %(activated)s, %(assigned)s, %(hash)s, %(at)s)
        on conflict (office_id, crm, contact_id) do update set lead_id = excluded.lead_id, tags = excluded.tags,
          activated = crm_link.activated or excluded.activated, assigned_to = excluded.assigned_to,
          seen_hash = excluded.seen_hash, seen_at = excluded.seen_at, deleted_at = null
        """,
        {
            "office": office_id,
            "crm": crm,
            "contact": contact_id,
            "lead": lead_id,
            "tags": list(tags),
            "activated": activated,
            "assigned": assigned_to,
            "hash": seen_hash,
            "at": seen_at,
        },
    )


async def link(conn: Conn, office_id: UUID, crm: str, contact_id: str, lead_id: UUID) -> None:
    """This contact is this lead, and is being worked."""
    await conn.execute(
        """
        insert into crm_link (office_id, crm, contact_id, lead_id, activated) values (%s, %s, %s, %s, true)
        on conflict (office_id, crm, contact_id) do update set lead_id = excluded.lead_id, activated = true
        """,
        (office_id, crm, contact_id, lead_id),
    )


async def set_deleted(conn: Conn, office_id: UUID, crm: str, contact_id: str, *, at: datetime) -> None:
    """The contact is gone over there; the lead stays here."""
    await conn.execute(
        "update crm_link set deleted_at = %s where office_id = %s and crm = %s and contact_id = %s",
        (at, office_id, crm, contact_id),
    )


async def pushed(
    conn: Conn,
    office_id: UUID,
    crm: str,
    contact_id: str,
    lead_id: UUID,
    *,
    tags: tuple[str, ...],
    opportunity_id: str,
    pushed_hash: bytes,
    at: datetime,
) -> None:
    """Keep what the CRM was told of a lead."""
    await conn.execute(
        """
        insert into crm_link (office_id, crm, contact_id, lead_id, tags, activated, opportunity_id, pushed_hash,
          pushed_at)
        values (%(office)s, %(crm)s, %(contact)s, %(lead)s, %(tags)s, true, %(opportunity)s, %(hash)s, %(at)s)
        on conflict (office_id, crm, contact_id) do update set lead_id = excluded.lead_id, tags = excluded.tags,
          opportunity_id = excluded.opportunity_id, pushed_hash = excluded.pushed_hash, pushed_at = excluded.pushed_at
        """,
        {
            "office": office_id,
            "crm": crm,
            "contact": contact_id,
            "lead": lead_id,
            "tags": list(tags),
            "opportunity": opportunity_id,
            "hash": pushed_hash,
            "at": at,
        },
    )


# ---------------------------------------------------------------- notes, each told once


async def notes_told(conn: Conn, office_id: UUID, crm: str, lead_ids: list[UUID]) -> set[str]:
    """The keys of the notes the CRM has of a person (all lead ids merged into one)."""
    cursor = await conn.execute(
        "select key from crm_note where office_id = %s and crm = %s and lead_id = any(%s)", (office_id, crm, lead_ids)
    )
    return {row["key"] async for row in cursor}


async def tell_notes(conn: Conn, office_id: UUID, crm: str, lead_id: UUID, keys: list[str], *, at: datetime) -> None:
    """Note that these were told."""
    await conn.execute(
        """
        insert into crm_note (office_id, crm, lead_id, key, at)
        select %s, %s, %s, key, %s from unnest(%s::text[]) as t(key) on conflict do nothing
        """,
        (office_id, crm, lead_id, at, keys),
    )


# ---------------------------------------------------------------- how far the lists were compared


async def poll(conn: Conn, office_id: UUID, crm: str, what: str) -> dict[str, Any] | None:
    """Where the comparison of one list stands."""
    cursor = await conn.execute(
        """
        select done_until, cursor, began_at, ran_at, looked_at, found, note from crm_poll
        where office_id = %s and crm = %s and what = %s
        """,
        (office_id, crm, what),
    )
    return await cursor.fetchone()


async def put_poll(
    conn: Conn,
    office_id: UUID,
    crm: str,
    what: str,
    *,
    done_until: datetime | None,
    cursor: str,
    looked_at: int,
    found: int,
    note: str,
    at: datetime,
    began_at: datetime | None = None,
) -> None:
    """Keep how far it went; counts add up. `began_at`: of the list that `cursor` stands in."""
    await conn.execute(
        """
        insert into crm_poll (office_id, crm, what, done_until, cursor, began_at, ran_at, looked_at, found, note)
        values (%(office)s, %(crm)s, %(what)s, %(until)s, %(cursor)s, %(began)s, %(at)s, %(looked)s, %(found)s,
          %(note)s)
        on conflict (office_id, crm, what) do update set
          done_until = coalesce(excluded.done_until, crm_poll.done_until), cursor = excluded.cursor,
          began_at = excluded.began_at, ran_at = excluded.ran_at, looked_at = crm_poll.looked_at + excluded.looked_at,
          found = crm_poll.found + excluded.found, note = excluded.note
        """,
        {
            "office": office_id,
            "crm": crm,
            "what": what,
            "until": done_until,
            "cursor": cursor,
            "began": began_at,
            "at": at,
            "looked": looked_at,
            "found": found,
            "note": note,
        },
    )


# ---------------------------------------------------------------- what the CRM should know


async def told_of(conn: Conn, office_id: UUID, lead_ids: list[UUID]) -> list[Row]:
    """The hand-offs of a person, oldest first: what a note in the CRM tells."""
    cursor = await conn.execute(
        """
        select id, cause, summary, opened_at from handoff
        where office_id = %s and lead_id = any(%s) order by opened_at, id
        """,
        (office_id, lead_ids),
    )
    return await cursor.fetchall()
