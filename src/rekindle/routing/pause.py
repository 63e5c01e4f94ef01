"""Silence for a while, asked for by a person; the gate holds every automated message until it is over."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


class PauseError(Exception):
    """A pause must end later than it begins."""


async def pause(conn: Conn, office_id: UUID, lead_id: UUID, *, until: datetime, by: UUID, at: datetime) -> None:
    """No automated message to this lead before `until`; a new pause replaces the old one. Raises PauseError."""
    if until <= at:
        raise PauseError("a pause must end in the future")
    lead = await leads.lock(conn, office_id, lead_id)
    await leads.set_fields(conn, office_id, lead.id, at=at, paused_until=until)
    told = {"until": until.isoformat()}
    await timeline.append(conn, office_id, lead.id, Kind.PAUSED, told, at=at, actor=f"person:{by}")


async def resume(conn: Conn, office_id: UUID, lead_id: UUID, *, by: UUID, at: datetime) -> bool:
    """End the pause now: the lead is considered anew. False when none is running."""
    lead = await leads.lock(conn, office_id, lead_id)
    if lead.paused_until is None:
        return False
    await leads.set_fields(conn, office_id, lead.id, at=at, paused_until=None)
    await timeline.append(conn, office_id, lead.id, Kind.RESUMED, at=at, actor=f"person:{by}")
    await ask(conn, office_id, [lead.id], lane=Lane.STEP, cause="resumed", at=at)
    return True
