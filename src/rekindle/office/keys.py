"""Keys of an office: the HMAC key of its addresses, the secrets of its webhooks, its API keys."""

import base64
import secrets
from datetime import datetime
from uuid import UUID

from rekindle.kit.crypto import Keyring, new_token, token_hash
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.office import store

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 the mark of a Standard Webhooks secret, not one itself
API_PREFIX = "rk_"


async def office_key(conn: Conn, office_id: UUID, keyring: Keyring) -> bytes:  # noqa: ARG001 a stored key may come
    """The HMAC key under which this office's suppressions outlive the addresses they block."""
    return keyring.derive(f"address:{office_id}")


async def form_secret(conn: Conn, office_id: UUID, keyring: Keyring, kind: str) -> bytes | None:
    """The key bytes that sign webhooks of this kind; None when the office has none, so the endpoint is not there."""
    sealed = await store.sealed_secret(conn, office_id, kind)
    return None if sealed is None else keyring.open(sealed, purpose=_purpose(office_id, kind))


async def secrets_of(conn: Conn, office_id: UUID, keyring: Keyring) -> dict[str, bytes]:
    """The key bytes of every kind of webhook this office takes."""
    sealed = await store.sealed_secrets(conn, office_id)
    return {kind: keyring.open(closed, purpose=_purpose(office_id, kind)) for kind, closed in sealed.items()}


async def put_secret(conn: Conn, office_id: UUID, keyring: Keyring, kind: str, *, at: datetime) -> str:
    """Make a new signing secret, replacing any old one; returns it as `whsec_…`, this once."""
    key = secrets.token_bytes(SECRET_BYTES)
    await store.put_secret(conn, office_id, kind, keyring.seal(key, purpose=_purpose(office_id, kind)), at=at)
    return SECRET_PREFIX + base64.b64encode(key).decode()


async def put_api_key(conn: Conn, office_id: UUID, name: str, *, at: datetime) -> str:
    """Make an API key; only its hash is kept, the key is returned this once."""
    key = new_token(API_PREFIX)
    await store.put_api_key(conn, office_id, new_id(), token_hash(key), name=name, at=at)
    return key


async def by_api_key(db: Db, key: str) -> tuple[UUID, UUID] | None:
    """(office, key id) of a standing API key."""
    if not key.startswith(API_PREFIX):
        return None
    async with db.plain() as conn:
        return await store.by_api_key(conn, token_hash(key))


def _purpose(office_id: UUID, kind: str) -> str:
    return f"{office_id}:{kind}"
