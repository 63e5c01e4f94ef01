"""Twilio's request signature: base64 HMAC-SHA1 with the auth token over the URL and the sorted form.

Our own rather than the SDK's validator: that one raises on bytes, on a missing header and on JSON without a hash, and
skips the body's hash when it is handed a mapping (https://www.twilio.com/docs/usage/security, webhook security).
"""

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qs

from rekindle.providers.twilio import pairs

BODY_HASH = "bodySHA256"
DEFAULT_PORTS = {"https": "443", "http": "80"}

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#:@]*)(:(?P<port>\d+))?(?P<rest>.*)"
)


def genuine(url: str, body: bytes, signature: str, token: str) -> bool:
    """Whether who knows `token` signed this request to this URL; never raises, whatever the bytes.

    With `bodySHA256` in the query the signature covers the URL alone and the hash binds the body.
    """
    if not token or not signature:
        return False
    called = url.partition("#")[0]
    hashes = parse_qs(called.partition("?")[2], keep_blank_values=True).get(BODY_HASH, [])
    if hashes:
        bound = _same(hashlib.sha256(body).hexdigest(), hashes[0]) and len(hashes) == 1
        form = b""
    else:
        bound = True
        form = joined(pairs.decode(body))
    # Every variant is computed before anything is said: the answer must not tell how far a guess came.
    fits = [_same(_signature(variant, form, token), signature) for variant in variants(called)]
    return bound and any(fits)


def joined(fields: list[tuple[bytes, bytes]]) -> bytes:
    """Names in order, each followed at once by its value; a name repeated with the same value counts once."""
    return b"".join(name + value for name, value in sorted(set(fields)))


def variants(url: str) -> tuple[str, ...]:
    """The URL without and with a port: Twilio signs either, whichever it called (both official validators try both)."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return ()
    start, rest = f"{parts['scheme']}://{parts['user'] or ''}{parts['host']}", parts["rest"]
    port = parts["port"] or DEFAULT_PORTS[parts["scheme"]]
    return (start + rest, f"{start}:{port}{rest}")


def signature(url: str, body: bytes, token: str) -> str:
    """What a genuine form post to this URL carries; for tests and stand-ins."""
    return _signature(url.partition("#")[0], joined(pairs.decode(body)), token)


def _signature(url: str, form: bytes, token: str) -> str:
    # "replace": a URL may hold what cannot be encoded; it then fits nothing instead of raising.
    signed = hmac.new(token.encode("utf-8", "replace"), url.encode("utf-8", "replace") + form, hashlib.sha1)
    return base64.b64encode(signed.digest()).decode()


def _same(ours: str, given: str) -> bool:
    return hmac.compare_digest(ours.encode(), given.encode("utf-8", "replace"))
