"""One more try for a message that did not arrive for a passing reason: a new intent, through the gate as any other."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.outbox import store
from rekindle.outbox.plan import plan
from rekindle.outbox.types import Message

SUFFIX = ":again"


async def once_more(conn: Conn, office_id: UUID, message: Message, *, due_at: datetime, at: datetime) -> UUID | None:
    """Plan it anew, once ever; None when it was the second try already, or is not worth sending by then."""
    if message.key.endswith(SUFFIX) or (message.expires_at is not None and message.expires_at <= due_at):
        return None
    planned = await plan(
        conn,
        office_id,
        lead_id=message.lead_id,
        channel=message.channel,
        address=message.address,
        message_class=message.message_class,
        lane=message.lane,
        subject=message.subject,
        body=message.body,
        at=at,
        due_at=due_at,
        expires_at=message.expires_at,
        key=message.key + SUFFIX,
        step=message.step,
        template=message.template,
        template_version=message.template_version,
        enrollment_id=message.enrollment_id,
        actor_id=message.actor_id,
    )
    await store.hint(conn)
    return planned
