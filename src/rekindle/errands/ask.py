"""Ask for an errand in the caller's own transaction: it exists exactly when the fact it follows from does."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.errands import store
from rekindle.errands.types import Kind
from rekindle.kit.db import Conn


async def ask(
    conn: Conn,
    office_id: UUID,
    kind: Kind,
    key: str,
    payload: dict[str, Any],
    *,
    at: datetime,
    due_at: datetime | None = None,
    providers: tuple[str, ...] = (),
) -> bool:
    """One errand a key, however often asked; with `providers`, only where one of them is connected."""
    wanted = [(key, payload)]
    return bool(
        await store.ask_many(conn, office_id, kind, wanted, providers=list(providers), due_at=due_at or at, at=at)
    )
