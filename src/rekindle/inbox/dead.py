"""Events nobody could handle: look at them, try them anew, or let them go with a name and a reason."""

from datetime import datetime
from uuid import UUID

from rekindle.inbox import store
from rekindle.inbox.types import Dead
from rekindle.kit.db import Conn


class NotDeadError(Exception):
    """There is no dead event under this id."""


async def list_dead(conn: Conn, office_id: UUID, *, limit: int = 100) -> list[Dead]:
    """The dead events of an office, newest first, each with its reason and its bytes."""
    return await store.dead(conn, office_id, limit=limit)


async def retry(conn: Conn, office_id: UUID, event_id: UUID, *, at: datetime) -> None:
    """Handle it anew, with all its attempts before it; raises NotDeadError."""
    if not await store.revive(conn, office_id, event_id, at=at):
        raise NotDeadError(str(event_id))
    await store.hint(conn)


async def discard(conn: Conn, office_id: UUID, event_id: UUID, *, who: str, why: str, at: datetime) -> None:
    """Let it go: who and why stay with the event, and so does the event; raises NotDeadError."""
    if not await store.discard(conn, office_id, event_id, outcome=f"discarded by {who}: {why}", at=at):
        raise NotDeadError(str(event_id))
