"""Bytes of a form post, JSON or URL-encoded, as nested fields."""

import codecs
import json
import re
from urllib.parse import parse_qsl

import orjson

from rekindle.providers.ports import UnparsableError

FIELDS_LIMIT = 300

_NESTED = re.compile(r"(consent|attributes)(?:\[([^\[\]]+)\]|\.(.+))")


def decode(body: bytes) -> dict[str, object]:
    """The fields sent; raises UnparsableError. What starts like JSON is read as JSON and as nothing else."""
    body = body.removeprefix(codecs.BOM_UTF8)
    if body.lstrip()[:1] in {b"{", b"["}:
        return _json(body)
    return _url_encoded(body)


def _json(body: bytes) -> dict[str, object]:
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        decoded = _lenient(body)
    if not isinstance(decoded, dict):
        raise UnparsableError("the body is JSON but not an object")
    return decoded


def _lenient(body: bytes) -> object:
    """What strict JSON is not and web pages send: half an emoji cut off by a limit, Latin-1, NaN, a bare line end."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise UnparsableError("the body is not whole JSON") from error


def _url_encoded(body: bytes) -> dict[str, object]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=FIELDS_LIMIT)
    except ValueError as error:
        raise UnparsableError("the body is neither JSON nor a URL-encoded form") from error
    fields: dict[str, object] = {}
    nested: dict[str, dict[str, object]] = {}
    for name, value in pairs:
        # Several boxes of one name: the last wins, as browsers send a hidden "0" before a ticked "1".
        match = _NESTED.fullmatch(name)
        if match:
            nested.setdefault(match[1], {})[match[2] or match[3]] = value
        else:
            fields[name] = value
    return {**fields, **nested}
