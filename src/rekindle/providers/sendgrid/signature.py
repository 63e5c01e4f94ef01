"""SendGrid's webhook signature, for events and for mail: ECDSA (P-256, SHA-256) over timestamp, then raw body.

Checked with `cryptography` itself because the vendor's helper raises TypeError on bytes, on a missing signature, and
AttributeError on an empty key (reference notes of SDK 6.12.5), where it should refuse.
"""

import base64
import binascii
import re
from datetime import timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from rekindle.providers.ports import RefusedSignatureError, Request

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
# SendGrid retries for 24 hours and does not say whether it stamps a retry anew, so a day-old stamp must be taken;
# repeated events are harmless, each is applied once by its sg_event_id.
BACK = timedelta(hours=25)
AHEAD = timedelta(minutes=5)

_DIGITS = re.compile(r"[0-9]{1,12}")


class KeyFormatError(Exception):
    """A verification key is not what SendGrid shows: a P-256 public key in base64."""


def check(request: Request, keys: str) -> None:
    """Whether one of the comma separated keys signed this body, now or in the last day; else RefusedSignatureError."""
    if not keys.strip():
        raise RefusedSignatureError("no verification key is entered")
    stamp = request.headers.get(TIMESTAMP, "")
    if not _DIGITS.fullmatch(stamp):
        raise RefusedSignatureError("the timestamp is missing or malformed")
    age = request.at.timestamp() - int(stamp)
    if not -AHEAD.total_seconds() <= age <= BACK.total_seconds():
        raise RefusedSignatureError("the timestamp is more than 25 hours old or more than five minutes ahead")
    try:
        given = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        loaded = loads(keys)
    except (binascii.Error, ValueError) as error:
        raise RefusedSignatureError("the signature is no base64") from error
    except KeyFormatError as error:
        raise RefusedSignatureError("a verification key on our side is malformed") from error
    # The body as it came: its last two bytes are a line end that is signed too.
    signed = stamp.encode() + request.body
    if not any(_fits(key, given, signed) for key in loaded):
        raise RefusedSignatureError("no signature fits")


@lru_cache(maxsize=1024)
def loads(keys: str) -> tuple[EllipticCurvePublicKey, ...]:
    """The keys of a comma separated list; raises KeyFormatError."""
    return tuple(_load(part) for part in keys.split(",") if part.strip())


def _load(text: str) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise KeyFormatError("it is no public key in base64") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise KeyFormatError("it is no P-256 key")
    return key


def _fits(key: EllipticCurvePublicKey, given: bytes, signed: bytes) -> bool:
    try:
        key.verify(given, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
