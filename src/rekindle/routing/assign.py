"""Whose lead it is; says nothing of who speaks with it now."""

from datetime import datetime
from uuid import UUID

from rekindle.alerts import notice
from rekindle.alerts.types import Kind as Notices
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.office import people
from rekindle.routing import offer, store
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def assign(conn: Conn, office_id: UUID, lead_id: UUID, person_id: UUID | None, *, by: UUID, at: datetime) -> bool:
    """Give the lead to a person of this office, or to nobody; an open hand-off goes along. False: no change.

    Raises UnknownPersonError for strangers and people who left.
    """
    lead = await leads.lock(conn, office_id, lead_id)
    if lead.owner_id == person_id:
        return False
    if person_id is not None:
        await people.get_active(conn, office_id, person_id)
    await leads.set_fields(conn, office_id, lead.id, at=at, owner_id=person_id)
    told = {"from": _text(lead.owner_id), "to": _text(person_id)}
    await timeline.append(conn, office_id, lead.id, Kind.ASSIGNED, told, at=at, actor=f"person:{by}")
    handoff = await store.open_of(conn, office_id, lead.id)
    if handoff is not None:
        await store.pass_on(conn, office_id, handoff.id, person_id)
        await offer.settle_notices(conn, office_id, handoff.id, by=by, at=at)
    if person_id not in (None, by):
        await notice.notify(
            conn,
            office_id,
            key=f"assigned:{lead.id}",
            person_id=person_id,
            lead_id=lead.id,
            kind=Notices.ASSIGNED,
            text=f"{lead.name or 'A lead'} is yours now",
            at=at,
        )
    return True


def _text(person_id: UUID | None) -> str | None:
    return str(person_id) if person_id else None
