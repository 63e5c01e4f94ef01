"""Standard Webhooks signatures: `v1` = base64 HMAC-SHA256 over `id.timestamp.body`, one header list for rotation."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rekindle.providers.ports import Account, RefusedSignatureError, Request

TOLERANCE = timedelta(minutes=5)
PREFIX = b"whsec_"

_ID = re.compile(r"[\x21-\x7e]{1,255}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
# The three signed parts are joined by dots without escaping: an id that itself holds `.1764000000` could be cut
# again into another id, an earlier timestamp and a longer body under the same signature.
_RECUT = re.compile(r"\.[0-9]{10,12}(\.|$)")


class SecretError(Exception):
    """A secret is empty or starts with `whsec_` without base64 behind it."""


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


def sign(body: bytes, *, event_id: str, at: datetime, secret: bytes) -> dict[str, str]:
    """The three headers of a genuine request; raises SecretError."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + _signature(key_of(secret), event_id, timestamp, body).decode(),
    }


def verified(request: Request, account: Account) -> str:
    """`verify` with the field `secret` of an account; what a source built on this signature calls."""
    return verify(request.body, request.headers, secret=account.get("secret").encode(), at=request.at)


def verify(body: bytes, headers: Mapping[str, str], *, secret: bytes, at: datetime) -> str:
    """The event's id when one `v1` entry fits and it is fresh; else RefusedSignatureError, never anything else."""
    found = {name.lower(): value for name, value in headers.items()}
    event_id = found.get("webhook-id", "")
    timestamp = found.get("webhook-timestamp", "")
    if not _ID.fullmatch(event_id) or _RECUT.search(event_id):
        raise RefusedSignatureError("webhook-id is missing or malformed")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise RefusedSignatureError("webhook-timestamp is missing or malformed")
    if abs(int(timestamp) - at.astimezone(UTC).timestamp()) > TOLERANCE.total_seconds():
        raise RefusedSignatureError("webhook-timestamp is more than five minutes away")
    try:
        expected = _signature(key_of(secret), event_id, timestamp, body)
    except SecretError as error:
        raise RefusedSignatureError("the secret on our side is malformed") from error
    if not _any_fits(found.get("webhook-signature", ""), expected):
        raise RefusedSignatureError("no signature fits")
    return event_id


def _signature(key: bytes, event_id: str, timestamp: str, body: bytes) -> bytes:
    signed = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return base64.b64encode(signed.digest())


def _any_fits(header: str, expected: bytes) -> bool:
    fits = False
    for entry in header.split():
        version, _, given = entry.partition(",")
        # "replace": a header may hold what no signature does, and compare_digest must see bytes.
        if version == "v1" and hmac.compare_digest(given.encode("utf-8", "replace"), expected):
            fits = True
    return fits
