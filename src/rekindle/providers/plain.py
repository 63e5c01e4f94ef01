"""What outsiders send, made safe to keep: JSON that must be an object, text without control characters, plain ids.

Shared by the provider folders, which never import each other.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from rekindle.providers.ports import UnparsableError

NAME_LIMIT = 200
TEXT_LIMIT = 5000
ATTRIBUTES = 50
ATTRIBUTE_NAME = 64
ATTRIBUTE = 1000
EXTERNAL_ID = 200

# NUL cannot be stored, lone surrogates cannot be encoded, the others hide text from the person who reads it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")
_DIGITS = re.compile(r"[0-9]{1,30}")


def fields(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; raises UnparsableError."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        given = _lenient(body, error)
    if not isinstance(given, dict):
        raise UnparsableError("the body is JSON but not an object")
    return given


def _lenient(body: bytes, strict: orjson.JSONDecodeError) -> object:
    """Genuine senders cut an emoji in half (a lone surrogate escape), which strict JSON refuses and people wrote."""
    try:
        return json.loads(body.decode(), strict=False)
    except (ValueError, RecursionError):
        raise UnparsableError("the body is not JSON") from strict


def peek(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, or nothing at all: for naming an event before anybody has parsed it."""
    try:
        return fields(body)
    except UnparsableError:
        return {}


def inner(given: object, *path: str) -> dict[str, Any]:
    """The object at a path; empty when there is none."""
    for name in path:
        given = given.get(name) if isinstance(given, Mapping) else None
    return given if isinstance(given, dict) else {}


def objects(given: object) -> list[dict[str, Any]]:
    """The objects of a list; empty when it is none."""
    return [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []


def line(value: object, *, limit: int = NAME_LIMIT) -> str:
    """A value as one clean line; empty when it is no text or number."""
    return _BLANKS.sub(" ", lines(value, limit=limit * 4))[:limit].strip()


def lines(value: object, *, limit: int = TEXT_LIMIT) -> str:
    """A value as clean text of several lines; empty when it is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value) if isinstance(value, str | float) or abs(value) < 10**30 else ""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:limit].strip()


def digits(value: object) -> str:
    """An id that is digits and nothing else, as text; empty otherwise. Ids may exceed what a float can hold."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**30:
        return str(value)
    return value if isinstance(value, str) and _DIGITS.fullmatch(value) else ""


def instant(value: object) -> datetime | None:
    """An ISO 8601 time in UTC; a time without a zone is UTC; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def attributes(given: Iterable[tuple[object, object]]) -> tuple[tuple[str, str], ...]:
    """Name and value pairs worth keeping, sorted, bounded in number and length; the first of a name wins."""
    kept: dict[str, str] = {}
    for name, value in given:
        label, text = line(name, limit=ATTRIBUTE_NAME), lines(value, limit=ATTRIBUTE)
        if label and text and label not in kept and len(kept) < ATTRIBUTES:
            kept[label] = text
    return tuple(sorted(kept.items()))


def named(*parts: str) -> str:
    """An external id of these parts; hashed when it is longer than the inbox takes or holds more than plain signs."""
    name = ":".join(parts)
    if len(name) <= EXTERNAL_ID and name.isascii() and name.isprintable():
        return name
    return hashed(name.encode("utf-8", "surrogatepass"))


def hashed(content: bytes) -> str:
    """The name of an event that has no id of its own."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether two texts are one, in constant time; whatever the letters."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def signed(given: str, key: str, content: bytes, *, prefix: str = "") -> bool:
    """Whether a header is `prefix` and the hex HMAC-SHA256 of the content; without a key nothing is."""
    if not key:
        return False
    return same(given, prefix + hmac.new(key.encode("utf-8", "replace"), content, hashlib.sha256).hexdigest())
