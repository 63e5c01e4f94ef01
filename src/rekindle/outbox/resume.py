"""A provider was mended or chosen by a person: what waited for it need not wait any longer."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.outbox import store
from rekindle.outbox.claim import NO_PROVIDER, PAUSED


async def resume(conn: Conn, office_id: UUID, *, at: datetime) -> int:
    """Have every message that waits for a provider looked at again now; how many. Waits for no other transaction."""
    many = await store.bring_forward(conn, office_id, codes=[NO_PROVIDER, PAUSED], at=at)
    await store.hint(conn)
    return many
