"""Which of our messages a provider speaks of."""

from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.outbox import store as outbox
from rekindle.outbox.types import Message


class UnknownMessageError(Exception):
    """No message of ours has this id, key or provider id (yet): the event should be tried again later."""


async def message_of(
    conn: Conn, office_id: UUID, *, message_id: str, key: str, provider: str, provider_id: str, event: str
) -> Message:
    """The message, its lead and itself locked; our own id counts before the provider's. Raises UnknownMessageError."""
    found = _uuid(message_id)
    if found is None and key:
        found = await outbox.id_by_key(conn, office_id, key)
    if found is None and provider_id:
        found = await outbox.id_by_provider(conn, office_id, provider, provider_id)
    message = None if found is None else await outbox.lock(conn, office_id, found)
    if message is None:
        raise UnknownMessageError(event)
    return message


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
