"""Row ids: UUIDv7 (RFC 9562), so that keys grow with time and pages of an index stay warm."""

from uuid import UUID, SafeUUID

import uuid_utils

# Looked up once: UUID() checks what is sure here, and the enum's member costs as much as making the id.
_set, _unknown = object.__setattr__, SafeUUID.unknown


def new_id() -> UUID:
    """A fresh UUIDv7; made here because PostgreSQL below 18 cannot."""
    made = object.__new__(UUID)
    _set(made, "int", uuid_utils.uuid7().int)
    _set(made, "is_safe", _unknown)
    return made
