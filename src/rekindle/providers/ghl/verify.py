"""Whether a webhook is HighLevel's, for this office and fresh.

One key signs for all customers, so a good signature proves only who sent it: the location and the app say for whom.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from rekindle.providers.ghl.reading_given import DEEPEST, instant
from rekindle.providers.ghl.settings import GhlSettings
from rekindle.providers.ports import RefusedSignatureError, Request

HEADER = "x-ghl-signature"
OLD_HEADER = "x-wh-signature"
LONGEST_SIGNATURE = 1024

AHEAD = timedelta(minutes=5)
# Up to twelve retries with growing pauses resend the first payload with its first timestamp; the total is undocumented.
BEHIND = timedelta(hours=26)


def signature(request: Request, settings: GhlSettings) -> None:
    """Raises RefusedSignatureError unless one of the keys signed the raw body.

    By the marketplace's webhook integration guide: Ed25519 over the bytes as they came; `N/A` means unsigned. The old
    RSA signature counts only where its switch is on and the new one is absent.
    """
    given = request.headers.get(HEADER, "").strip()
    if given:
        made = _decoded(given)
        if not any(_signed(key.verify, made, request.body) for key in settings.public_keys):
            raise RefusedSignatureError("not signed by any of HighLevel's keys")
        return
    old = request.headers.get(OLD_HEADER, "").strip()
    if not old or not settings.rsa_keys:
        raise RefusedSignatureError("no signature of HighLevel")
    made = _decoded(old)
    if not any(_signed(key.verify, made, request.body, PKCS1v15(), SHA256()) for key in settings.rsa_keys):
        raise RefusedSignatureError("not signed by any of HighLevel's old keys")


def _decoded(given: str) -> bytes:
    if len(given) > LONGEST_SIGNATURE:
        raise RefusedSignatureError("the signature is longer than any key makes")
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedSignatureError("the signature is not base64") from error


def _signed(verify: Any, made: bytes, *how: Any) -> bool:
    try:
        verify(made, *how)
    except InvalidSignature:
        return False
    return True


def freshness(said: tuple[object, ...], at: datetime) -> None:
    """Raises RefusedSignatureError for a timestamp that lies ahead, is too old or is none; a missing one is allowed.

    No published payload shows a timestamp, so it cannot be demanded; what is there must be good.
    """
    for value in said:
        when = instant(value)
        if when is None:
            raise RefusedSignatureError("the timestamp is no time")
        if when - at > AHEAD:
            raise RefusedSignatureError("the timestamp lies in the future")
        if at - when > BEHIND:
            raise RefusedSignatureError("the event is older than its last retry can be")


def app(found: tuple[object, ...], settings: GhlSettings) -> None:
    """Raises RefusedSignatureError when the event belongs to another app than ours."""
    if settings.app_id and any(one != settings.app_id for one in found):
        raise RefusedSignatureError("an event of another app")


def location(raw: dict[str, Any], own: str) -> None:
    """Raises RefusedSignatureError unless the event names this location, and no other."""
    if not own or not (named := locations(raw)):
        raise RefusedSignatureError("no location to compare")
    if any(one != own for one in named):
        raise RefusedSignatureError("an event of another location")


def locations(raw: dict[str, Any]) -> tuple[str, ...]:
    """Every location the event names, in all spellings HighLevel uses, outside and inside of `data`.

    A bare `location` counts only when nothing else does: it is also what people call a place.
    """
    found: list[object] = []
    for level in levels(raw):
        place = level.get("location")
        inside = place if isinstance(place, dict) else {}
        found += [level.get("locationId"), level.get("location_id"), inside.get("id"), inside.get("locationId")]
        if str(level.get("altType")).lower() == "location":
            found.append(level.get("altId"))
        if level.get("type") in ("LocationCreate", "LocationUpdate"):
            found.append(level.get("id"))
    named = tuple(dict.fromkeys(one for one in found if isinstance(one, str) and one))
    return named or tuple(one for one in every(raw, "location") if isinstance(one, str))


def every(raw: dict[str, Any], *names: str) -> tuple[object, ...]:
    """What stands under these names, outside and inside of `data`; empty values are left out."""
    found = [level.get(name) for level in levels(raw) for name in names]
    return tuple(one for one in found if one is not None and one != "")


def levels(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The body and what it wraps."""
    found = [raw]
    while isinstance(inside := found[-1].get("data"), dict) and len(found) <= DEEPEST:
        found.append(inside)
    return found
