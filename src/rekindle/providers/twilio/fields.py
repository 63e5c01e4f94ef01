"""The fields of a Twilio webhook, each with its one value."""

from collections.abc import Mapping

import orjson

from rekindle.providers.twilio import pairs


class FieldsError(Exception):
    """The body is no object of fields."""


def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON; anything else is a form, Twilio's default."""
    return content_type.partition(";")[0].strip().lower().endswith("json")


def read(body: bytes, content_type: str) -> Mapping[str, str]:
    """Field names and values; raises FieldsError.

    A name given with two different values is left out: which of them Twilio meant cannot be told, since a signature
    covers them in either order.
    """
    return _json(body) if is_json(content_type) else _form(body)


def _form(body: bytes) -> Mapping[str, str]:
    values: dict[str, set[str]] = {}
    for name, value in pairs.decode(body):
        values.setdefault(_text(name), set()).add(_text(value))
    return {name: given.pop() for name, given in values.items() if len(given) == 1}


def _json(body: bytes) -> Mapping[str, str]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FieldsError("the body is not JSON") from error
    if not isinstance(given, dict):
        raise FieldsError("the body is not an object")
    return {name: _clean(value) for name, value in given.items() if isinstance(value, str)}


def _text(given: bytes) -> str:
    return _clean(given.decode("utf-8", "replace"))


def _clean(text: str) -> str:
    # The database stores no NUL; a STOP with one in it must still be a STOP.
    return text.replace("\x00", "")
