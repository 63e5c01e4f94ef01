"""How credentials lie in the database: a JSON object of field values, sealed for one office and one provider."""

import base64
from collections.abc import Mapping
from uuid import UUID

import orjson

from rekindle.kit.crypto import Keyring

SECRET_PREFIX = "whsec_"  # noqa: S105 the mark of a Standard Webhooks secret, not one itself


def seal(keyring: Keyring, office_id: UUID, provider: str, values: Mapping[str, str]) -> bytes:
    """Field values, readable only for this office and provider."""
    return keyring.seal(orjson.dumps(dict(values)), purpose=connection_purpose(office_id, provider))


def unseal(keyring: Keyring, office_id: UUID, provider: str, sealed: bytes) -> dict[str, str]:
    """What `seal` was given; raises CryptoError."""
    values: dict[str, str] = orjson.loads(keyring.open(sealed, purpose=connection_purpose(office_id, provider)))
    return values


def is_current(keyring: Keyring, office_id: UUID, provider: str, sealed: bytes) -> bool:
    """Whether the newest key alone opens it."""
    return keyring.current.opens(sealed, purpose=connection_purpose(office_id, provider))


def own_secret(keyring: Keyring, office_id: UUID, kind: str, sealed: bytes) -> dict[str, str]:
    """A signing secret that we made for the office, as the field `secret`; raises CryptoError."""
    key = keyring.open(sealed, purpose=secret_purpose(office_id, kind))
    return {"secret": SECRET_PREFIX + base64.b64encode(key).decode()}


def connection_purpose(office_id: UUID, provider: str) -> str:
    """What a connection's seal is bound to."""
    return f"{office_id}:connection:{provider}"


def secret_purpose(office_id: UUID, kind: str) -> str:
    """What the seal of an office's own secret is bound to (office/keys.py seals it)."""
    return f"{office_id}:{kind}"
