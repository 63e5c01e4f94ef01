"""Something happened to a lead: the core should look at it again."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.kit.db import Conn
from rekindle.leads import store


async def ask(conn: Conn, office_id: UUID, lead_ids: list[UUID], *, lane: Lane, cause: str, at: datetime) -> None:
    """Put leads into consideration in the caller's transaction, and wake whoever waits for it."""
    if lead_ids:
        await store.ask_many(conn, office_id, lead_ids, lane=lane, cause=cause, at=at)
