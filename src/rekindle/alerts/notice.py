"""Tell somebody once: the same cause rings again only after it was seen."""

from datetime import datetime
from uuid import UUID

from rekindle.alerts import store
from rekindle.alerts.types import Kind, Notice
from rekindle.errands import ask as errands
from rekindle.errands.types import Kind as Errand
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id


async def notify(
    conn: Conn,
    office_id: UUID,
    *,
    key: str,
    person_id: UUID | None,
    lead_id: UUID | None,
    kind: Kind | str,
    text: str,
    at: datetime,
) -> UUID:
    """Tell a person, or with None all managers; an unseen notice of the same key counts up and says it anew.

    It stands on their pages at once, and is carried to Slack or e-mail by an errand where one of these is connected.
    """
    notice_id = await store.ring(
        conn, office_id, new_id(), key=key, person_id=person_id, lead_id=lead_id, kind=str(kind), text=text, at=at
    )
    payload = {"notice_id": str(notice_id)}
    await errands.ask(conn, office_id, Errand.NOTICE, str(notice_id), payload, at=at)
    return notice_id


async def problem(
    conn: Conn, office_id: UUID, *, key: str, text: str, at: datetime, lead_id: UUID | None = None
) -> UUID:
    """Tell all managers of something that does not work and that a person must mend."""
    return await notify(conn, office_id, key=key, person_id=None, lead_id=lead_id, kind=Kind.PROBLEM, text=text, at=at)


async def mark_seen(
    conn: Conn, office_id: UUID, notice_id: UUID, person_id: UUID, *, office_wide: bool, at: datetime
) -> bool:
    """Put a notice away; False when it is not this person's to put away, or was put away before."""
    return await store.mark_seen(conn, office_id, notice_id, person_id, office_wide=office_wide, at=at)


async def settle(conn: Conn, office_id: UUID, key: str, *, by: UUID | None, at: datetime) -> bool:
    """The cause is gone: put its notice away for whoever had it. False when none was open."""
    return await store.settle(conn, office_id, key, by=by, at=at)


async def for_person(
    conn: Conn, office_id: UUID, person_id: UUID, *, office_wide: bool, limit: int = 50
) -> list[Notice]:
    """What this person has not seen yet, newest first; `office_wide` adds what is meant for managers."""
    return await store.unseen(conn, office_id, person_id, office_wide=office_wide, limit=limit)
