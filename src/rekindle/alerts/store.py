"""SQL of notices."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.alerts.types import Notice
from rekindle.kit.db import Conn, Row


async def ring(
    conn: Conn,
    office_id: UUID,
    notice_id: UUID,
    *,
    key: str,
    person_id: UUID | None,
    lead_id: UUID | None,
    kind: str,
    text: str,
    at: datetime,
) -> UUID:
    """A new notice, or one more count on the unseen one of this key; whoever is told last is who is told."""
    cursor = await conn.execute(
        """
        insert into notice (office_id, id, key, person_id, lead_id, kind, text, first_at, last_at)
        values (%(office)s, %(id)s, %(key)s, %(person)s, %(lead)s, %(kind)s, %(text)s, %(at)s, %(at)s)
        on conflict (office_id, key) where seen_at is null do update
          set count = notice.count + 1, last_at = greatest(notice.last_at, excluded.last_at), text = excluded.text,
            person_id = excluded.person_id, lead_id = excluded.lead_id, kind = excluded.kind
        returning id
        """,
        {
            "office": office_id,
            "id": notice_id,
            "key": key,
            "person": person_id,
            "lead": lead_id,
            "kind": kind,
            "text": text,
            "at": at,
        },
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 an upsert always returns its row
    made: UUID = row["id"]
    return made


async def mark_seen(
    conn: Conn, office_id: UUID, notice_id: UUID, person_id: UUID, *, office_wide: bool, at: datetime
) -> bool:
    """Set seen on an unseen notice of this person, or office-wide if they may."""
    cursor = await conn.execute(
        """
        update notice set seen_at = %(at)s, seen_by = %(person)s
        where office_id = %(office)s and id = %(id)s and seen_at is null
          and (person_id = %(person)s or (person_id is null and %(wide)s))
        """,
        {"office": office_id, "id": notice_id, "person": person_id, "wide": office_wide, "at": at},
    )
    return cursor.rowcount == 1


async def settle(conn: Conn, office_id: UUID, key: str, *, by: UUID | None, at: datetime) -> bool:
    """Set seen on the unseen notice of this key."""
    cursor = await conn.execute(
        "update notice set seen_at = %s, seen_by = %s where office_id = %s and key = %s and seen_at is null",
        (at, by, office_id, key),
    )
    return cursor.rowcount == 1


async def unseen(conn: Conn, office_id: UUID, person_id: UUID, *, office_wide: bool, limit: int) -> list[Notice]:
    """Unseen notices of a person, newest first."""
    cursor = await conn.execute(
        """
        select id, key, person_id, lead_id, kind, text, count, first_at, last_at, seen_at, seen_by from notice
        where office_id = %(office)s and seen_at is null
          and (person_id = %(person)s or (person_id is null and %(wide)s))
        order by last_at desc, id desc limit %(limit)s
        """,
        {"office": office_id, "person": person_id, "wide": office_wide, "limit": limit},
    )
    return [Notice(**row) async for row in cursor]


# ---------------------------------------------------------------- outside the pages


async def begin_telling(conn: Conn, office_id: UUID, notice_id: UUID, *, quiet: timedelta, at: datetime) -> bool:
    """Mark an unseen notice as told now; False when it was told within `quiet`, or somebody has seen it."""
    cursor = await conn.execute(
        """
        update notice set told_at = %(at)s
        where office_id = %(office)s and id = %(id)s and seen_at is null
          and (told_at is null or told_at <= %(at)s - %(quiet)s::interval)
        """,
        {"office": office_id, "id": notice_id, "at": at, "quiet": quiet},
    )
    return cursor.rowcount > 0


async def to_tell(conn: Conn, office_id: UUID, notice_id: UUID) -> Row | None:
    """An unseen notice, the office's name and the addresses of those it is meant for; None when it was seen."""
    cursor = await conn.execute(
        """
        select n.key, n.kind, n.text, n.lead_id, o.name as office, array(
            select p.email from person p where p.office_id = n.office_id and p.active
              and case when n.person_id is null then p.role in ('owner', 'manager') else p.id = n.person_id end
            order by p.email) as emails
        from notice n join office o on o.office_id = n.office_id
        where n.office_id = %s and n.id = %s and n.seen_at is null
        """,
        (office_id, notice_id),
    )
    return await cursor.fetchone()
