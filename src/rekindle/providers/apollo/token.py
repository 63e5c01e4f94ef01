"""The one-time address Apollo calls back, for it signs nothing: our lead, an end and a nonce under our own MAC."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# A result comes within minutes and Apollo may repeat the call; how long it does is not documented.
LIFETIME_DAYS = 7

_TOKEN = re.compile(
    r"(?P<lead>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<expiry>[0-9]{10,11})\.(?P<nonce>[A-Za-z0-9_-]{8,64})"
    r"\.(?P<mac>[0-9a-f]{64})"
)


class TokenError(Exception):
    """It is not ours, or not any more."""


@dataclass(frozen=True)
class Token:
    """What a genuine address says. `nonce` names the one callback it stands for."""

    lead: str
    nonce: str


def make(lead_id: UUID, *, expires_at: datetime, nonce: str, secret: str) -> str:
    """One path segment; raises TokenError without a secret."""
    said = f"{lead_id}.{int(expires_at.timestamp())}.{nonce}"
    return f"{said}.{_mac(said, secret)}"


def opened(token: str, *, secret: str, at: datetime) -> Token:
    """Raises TokenError, whatever the text."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise TokenError("the address is not one of ours")
    if not hmac.compare_digest(_mac(token.rpartition(".")[0], secret), found["mac"]):
        raise TokenError("the address was not made by us")
    if int(found["expiry"]) < at.timestamp():
        raise TokenError("the address has expired")
    return Token(found["lead"], found["nonce"])


def _mac(said: str, secret: str) -> str:
    if not secret:
        raise TokenError("there is no secret")
    return hmac.new(secret.encode("utf-8", "replace"), f"apollo:{said}".encode(), hashlib.sha256).hexdigest()
