"""Standard Webhooks signatures over `id.timestamp.body`: `v1` HMAC-SHA256 and `v1a` Ed25519, in one header list.

Our own check instead of the official Python library's: that one knows no `v1a`, raises ValueError at a malformed
header, and lets one junk entry hide a good one behind it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rekindle.providers.ports import Account, RefusedSignatureError, Request

TOLERANCE = timedelta(minutes=5)
PREFIX = b"whsec_"
PUBLIC_PREFIX = "whpk_"
ENTRIES = 64  # of one header: more is no rotation, and each may cost a check of an Ed25519 signature

_ID = re.compile(r"[\x21-\x7e]{1,255}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_LIST = re.compile(r"[,\s]+")
# The three signed parts are joined by dots without escaping: an id that itself holds `.1764000000` could be cut
# again into another id, an earlier timestamp and a longer body under the same signature.
_RECUT = re.compile(r"\.[0-9]{10,12}(\.|$)")

_Fits = Callable[[bytes, bytes], bool]  # a given signature, what was signed


class SecretError(Exception):
    """A secret or public key is empty or goes on behind its prefix with what is none."""


def key_of(secret: bytes) -> bytes:
    """The HMAC key: what follows `whsec_` decoded, anything else taken as it is; raises SecretError."""
    if not secret.startswith(PREFIX):
        key = secret
    else:
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error as error:
            raise SecretError("a whsec_ secret must go on in base64") from error
    if not key:
        raise SecretError("a webhook secret must not be empty")
    return key


def public_key_of(text: str) -> Ed25519PublicKey:
    """The key of a `whpk_` text (Standard Webhooks, asymmetric signatures); raises SecretError."""
    if not text.startswith(PUBLIC_PREFIX):
        raise SecretError("a public key starts with whpk_")
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.removeprefix(PUBLIC_PREFIX), validate=True))
    except ValueError as error:  # binascii.Error is one
        raise SecretError("a whpk_ key must go on with 32 bytes in base64") from error


def secrets_in(text: str) -> tuple[bytes, ...]:
    """The secrets of a field: several `whsec_` ones between commas while they rotate, anything else is one secret."""
    parts = [part for part in _LIST.split(text) if part]
    if len(parts) > 1 and all(part.startswith("whsec_") for part in parts):
        return tuple(part.encode() for part in parts)
    return (text.strip().encode("utf-8", "replace"),) if text.strip() else ()


def public_keys_in(text: str) -> tuple[str, ...]:
    """The public keys of a field, between commas or blanks while they rotate."""
    return tuple(part for part in _LIST.split(text) if part)


def sign(body: bytes, *, event_id: str, at: datetime, secret: bytes) -> dict[str, str]:
    """The three headers of a genuine request; raises SecretError."""
    timestamp = str(int(at.timestamp()))
    signed = _hmac(key_of(secret), _signed(event_id, timestamp, body))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def verified(request: Request, account: Account) -> str:
    """The event's id, checked against the fields `secret` and `public_key` of an account: either key is enough."""
    return verify_any(
        request.body,
        request.headers,
        secrets=secrets_in(account.get("secret")),
        public_keys=public_keys_in(account.get("public_key")),
        at=request.at,
    )


def verify(body: bytes, headers: Mapping[str, str], *, secret: bytes, at: datetime) -> str:
    """`verify_any` with one secret."""
    return verify_any(body, headers, secrets=(secret,), public_keys=(), at=at)


def verify_any(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[bytes],
    public_keys: Sequence[str],
    at: datetime,
) -> str:
    """The event's id when one entry fits one key and it is fresh; else RefusedSignatureError, never anything else."""
    found = {name.lower(): value for name, value in headers.items()}
    event_id = found.get("webhook-id", "")
    timestamp = found.get("webhook-timestamp", "")
    if not _ID.fullmatch(event_id) or _RECUT.search(event_id):
        raise RefusedSignatureError("webhook-id is missing or malformed")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise RefusedSignatureError("webhook-timestamp is missing or malformed")
    if abs(int(timestamp) - at.astimezone(UTC).timestamp()) > TOLERANCE.total_seconds():
        raise RefusedSignatureError("webhook-timestamp is more than five minutes away")
    checks = _checks(secrets, public_keys)
    if not checks:
        raise RefusedSignatureError("no usable key is set on our side")
    if not _any_fits(found.get("webhook-signature", ""), checks, _signed(event_id, timestamp, body)):
        raise RefusedSignatureError("no signature fits")
    return event_id


def _checks(secrets: Sequence[bytes], public_keys: Sequence[str]) -> list[tuple[str, _Fits]]:
    """A check for every usable key; a malformed one must not close the door on those beside it."""
    checks: list[tuple[str, _Fits]] = []
    for secret in secrets:
        try:
            checks.append(("v1", _symmetric(key_of(secret))))
        except SecretError:
            continue
    for text in public_keys:
        try:
            checks.append(("v1a", _asymmetric(public_key_of(text))))
        except SecretError:
            continue
    return checks


def _symmetric(key: bytes) -> _Fits:
    def fits(given: bytes, signed: bytes) -> bool:
        # The base64 texts are compared, not what they decode to: one signature has one spelling.
        return hmac.compare_digest(given, base64.b64encode(_hmac(key, signed)))

    return fits


def _asymmetric(key: Ed25519PublicKey) -> _Fits:
    def fits(given: bytes, signed: bytes) -> bool:
        try:
            key.verify(base64.b64decode(given, validate=True), signed)
        except (binascii.Error, InvalidSignature):
            return False
        return True

    return fits


def _signed(event_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{event_id}.{timestamp}.".encode() + body


def _hmac(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, signed, hashlib.sha256).digest()


def _any_fits(header: str, checks: Sequence[tuple[str, _Fits]], signed: bytes) -> bool:
    fits = False
    for entry in header.split(maxsplit=ENTRIES)[:ENTRIES]:
        version, _, given = entry.partition(",")
        for kind, check in checks:
            # "replace": a header may hold what no signature does, and a check must see bytes.
            if kind == version and check(given.encode("utf-8", "replace"), signed):
                fits = True
    return fits
