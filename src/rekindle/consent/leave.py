"""An address asks to be left alone: consent is taken back and the address blocked, in one transaction, told once."""

from datetime import datetime
from uuid import UUID

from rekindle.consent.record import revoke
from rekindle.consent.suppress import suppress
from rekindle.decide.words import Basis, Channel
from rekindle.kit.db import Conn
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def leave(
    conn: Conn,
    office_id: UUID,
    office_key: bytes,
    *,
    channels: frozenset[Channel],
    address: str,
    reason: str,
    rule: str,
    lead_id: UUID | None,
    event_id: UUID | None,
    evidence: dict[str, str],
    at: datetime,
    said_at: datetime | None = None,
    actor: str = timeline.LEAD,
) -> frozenset[Channel]:
    """Revoke and block on these channels; returns those that were open until now. Twice is once."""
    await revoke(
        conn,
        office_id,
        channels=channels,
        address=address,
        basis=Basis.REPLY,
        lead_id=lead_id,
        event_id=event_id,
        evidence={**evidence, "rule": rule},
        at=at,
        said_at=said_at,
        actor=actor,
    )
    closed = await suppress(
        conn,
        office_id,
        office_key,
        channels=channels,
        address=address,
        reason=reason,
        rule=rule,
        event_id=event_id,
        at=at,
    )
    if closed and lead_id is not None:
        line = {"channels": sorted(closed), "address": address, "reason": reason, "rule": rule}
        await timeline.append(conn, office_id, lead_id, Kind.SUPPRESSED, line, at=at, actor=actor)
    return closed
