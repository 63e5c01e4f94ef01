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
ADDRESS = "address"  # the kind of secret that is the HMAC key of addresses


# A process reads an office's address key once: it never changes, and every message and every reply needs it.
_address_keys: dict[tuple[Keyring, UUID], bytes] = {}


async def office_key(conn: Conn, office_id: UUID, keyring: Keyring) -> bytes:
    """The HMAC key under which this office's suppressions outlive the addresses they block.

    Changing the master key does not change it. Raises CryptoError when the office's secrets are under another key: a
    key derived from a wrong master would match no suppression, and we would write to people who said stop.
    """
    known = _address_keys.get((keyring, office_id))
    if known is None:
        sealed = await store.sealed_secrets(conn, office_id)
        known = _address_keys[keyring, office_id] = _address_key(office_id, keyring, sealed)
    return known


async def put_address_key(conn: Conn, office_id: UUID, keyring: Keyring, *, at: datetime) -> None:
    """Store the address key of a new office: random, so that it hangs on no master key."""
    key = secrets.token_bytes(SECRET_BYTES)
    await store.put_secret(conn, office_id, ADDRESS, keyring.seal(key, purpose=_purpose(office_id, ADDRESS)), at=at)


async def reseal(conn: Conn, office_id: UUID, keyring: Keyring, *, at: datetime) -> tuple[int, int]:
    """Seal every secret of the office under the newest key, its address key among them; (sealed anew, all).

    Safe to repeat and to break off; raises CryptoError when a secret opens with no key of the ring.
    """
    sealed = await store.lock_secrets(conn, office_id)
    opened = {kind: keyring.open(closed, purpose=_purpose(office_id, kind)) for kind, closed in sealed.items()}
    opened[ADDRESS] = _address_key(office_id, keyring, sealed)
    anew = [kind for kind in opened if not _is_current(office_id, keyring, kind, sealed.get(kind))]
    for kind in anew:
        closed = keyring.seal(opened[kind], purpose=_purpose(office_id, kind))
        await store.reseal(conn, office_id, kind, closed, at=at)
    return len(anew), len(opened)


def _is_current(office_id: UUID, keyring: Keyring, kind: str, sealed: bytes | None) -> bool:
    return sealed is not None and keyring.current.opens(sealed, purpose=_purpose(office_id, kind))


def _address_key(office_id: UUID, keyring: Keyring, sealed: dict[str, bytes]) -> bytes:
    if ADDRESS in sealed:
        return keyring.open(sealed[ADDRESS], purpose=_purpose(office_id, ADDRESS))
    for kind, closed in sealed.items():
        keyring.open(closed, purpose=_purpose(office_id, kind))
    # Offices made before keys could be rotated: their suppressions are under a key derived from the first master.
    return keyring.first.derive(f"address:{office_id}")


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
