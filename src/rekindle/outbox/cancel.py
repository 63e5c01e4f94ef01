"""Take back what has not left: whatever changes a lead's mind about us ends its planned messages at once."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Channel, MessageClass
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id
from rekindle.outbox import store
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Entry, Kind


async def cancel_planned(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    reason: str,
    at: datetime,
    except_classes: tuple[MessageClass, ...] = (MessageClass.COMPLIANCE,),
    channels: frozenset[Channel] | None = None,
) -> int:
    """Cancel this lead's planned messages with `reason`; how many. The caller holds the lead's row.

    `channels` None: on every channel.

    What is in flight already cannot be called back; everything else can, up to the commit that puts it in flight.
    """
    rows = await store.cancel_of_lead(
        conn,
        office_id,
        lead_id,
        reason=reason,
        at=at,
        except_classes=[c.value for c in except_classes],
        channels=[c.value for c in channels] if channels is not None else None,
    )
    await timeline.append_many(
        conn,
        office_id,
        [
            Entry(
                new_id(),
                at,
                lead_id,
                Kind.CANCELED,
                timeline.ENGINE,
                {"message_id": str(row["id"]), "channel": row["channel"], "step": row["step"], "reason": reason},
            )
            for row in rows
        ],
    )
    return len(rows)
