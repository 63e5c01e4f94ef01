"""Whose address is this?"""

from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.leads import identity, store
from rekindle.leads.types import Point


async def by_address(conn: Conn, office_id: UUID, kind: str, value: str) -> UUID | None:
    """The lead an address belongs to, in whatever format it is written; kind is "phone" or "email"."""
    settled = identity.phone(value) if kind == "phone" else identity.email(value)
    return await store.owner_of(conn, office_id, Point(kind, settled)) if settled else None
