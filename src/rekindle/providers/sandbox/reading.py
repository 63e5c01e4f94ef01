"""Reads what comes over the wire into the sandbox's words."""

from collections.abc import Mapping

import orjson

from rekindle.decide.words import Channel
from rekindle.providers.sandbox.personas import Persona
from rekindle.providers.sandbox.story import Fault, Post, Script

NOT_AFTER = "rekindle-not-after"


class IncompleteError(Exception):
    """A field is missing or is not what it should be; the message names it."""


def post(body: bytes, headers: Mapping[str, str], channel: Channel) -> tuple[Post, float | None]:
    """A message to send, and the instant after which its sender no longer waits; raises IncompleteError."""
    given = _object(body)
    pairs = given.get("headers") or []
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):  # noqa: PLR2004
        raise IncompleteError("headers must be a list of pairs")
    message = Post(
        office=text(given, "office"),
        key=text(given, "key"),
        channel=channel,
        to=text(given, "to"),
        sender=text(given, "from", needed=False),
        subject=text(given, "subject", needed=False),
        body=text(given, "body"),
        headers=tuple((str(name), str(value)) for name, value in pairs),
    )
    try:
        return message, float(headers[NOT_AFTER]) if NOT_AFTER in headers else None
    except ValueError as error:
        raise IncompleteError(f"{NOT_AFTER} must be seconds since 1970") from error


def script(body: bytes) -> tuple[Channel, str, Script]:
    """What one address shall do; raises IncompleteError."""
    given = _object(body)
    times = given.get("times", 1)
    if not isinstance(times, int):
        raise IncompleteError("times must be a whole number")
    try:
        wanted = Script(
            Fault(text(given, "fault", needed=False) or "none"),
            Persona(text(given, "persona", needed=False) or "silent"),
            times,
        )
        return Channel(text(given, "channel")), text(given, "address"), wanted
    except ValueError as error:
        raise IncompleteError(str(error)) from error


def said(body: bytes) -> tuple[Channel, str, str]:
    """What a person writes as a lead: channel, address, text; raises IncompleteError."""
    given = _object(body)
    try:
        return Channel(text(given, "channel")), text(given, "address"), text(given, "text")
    except ValueError as error:
        raise IncompleteError(str(error)) from error


def text(given: Mapping[str, object], name: str, *, needed: bool = True) -> str:
    """A text field; raises IncompleteError."""
    value = given.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value):
        raise IncompleteError(f"{name} must be text")
    return value


def number(query: Mapping[str, str], name: str, usual: int) -> int:
    """A whole number from a query string, or the usual one."""
    given = query.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else usual  # noqa: PLR2004 fits SQLite


def _object(body: bytes) -> dict[str, object]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise IncompleteError("the body must be JSON") from error
    if not isinstance(given, dict):
        raise IncompleteError("the body must be an object")
    return given
