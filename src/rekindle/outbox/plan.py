"""Put a message in the outbox: from here on it ends accepted, failed or canceled, each with a reason."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Channel, Lane, MessageClass
from rekindle.kit.db import Conn
from rekindle.outbox import store
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def plan(
    conn: Conn,
    office_id: UUID,
    *,
    lead_id: UUID,
    channel: Channel,
    address: str,
    message_class: MessageClass,
    lane: Lane,
    subject: str | None,
    body: str,
    at: datetime,
    due_at: datetime,
    expires_at: datetime | None,
    key: str,
    decision_id: UUID | None = None,
    enrollment_id: UUID | None = None,
    step: str | None = None,
    template: str | None = None,
    template_version: int | None = None,
    actor_id: UUID | None = None,
) -> UUID | None:
    """Reserve one message in the caller's transaction; its id, or None when this intent (`key`) was planned before."""
    planned = await store.insert_planned(
        conn,
        office_id,
        {
            "lead": lead_id,
            "channel": channel,
            "address": address,
            "class": message_class,
            "lane": int(lane),
            "subject": subject,
            "body": body,
            "at": at,
            "due": due_at,
            "expires": expires_at,
            "key": key,
            "decision": decision_id,
            "enrollment": enrollment_id,
            "step": step,
            "template": template,
            "template_version": template_version,
            "actor": actor_id,
        },
    )
    if planned is not None:
        due = due_at.isoformat()
        line = {"message_id": str(planned), "channel": channel.value, "step": step, "template": template, "due_at": due}
        actor = timeline.ENGINE if actor_id is None else f"person:{actor_id}"
        await timeline.append(conn, office_id, lead_id, Kind.PLANNED, line, at=at, actor=actor)
        await store.hint(conn)
    return planned
