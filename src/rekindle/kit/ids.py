"""Row ids: UUIDv7 (RFC 9562), so that keys grow with time and pages of an index stay warm."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7; made here because PostgreSQL below 18 cannot."""
    made: UUID = uuid_utils.compat.uuid7()
    return made
