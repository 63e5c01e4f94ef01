"""What pages, the command line and lists show of an office's providers."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.traffic import store
from rekindle.traffic.types import Breaker


async def states(conn: Conn, office_id: UUID, *, at: datetime) -> tuple[Breaker, ...]:
    """Every provider of the office that is open, paused or failing, by name; those that work are not listed."""
    return await store.troubled(conn, office_id, at=at)
