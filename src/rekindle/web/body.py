"""Reads a request's body once, never more than so many bytes, never longer than so many seconds."""

import asyncio

from starlette.types import Message, Receive, Scope

LIMIT = 1024 * 1024
SECONDS = 10.0


class TooLargeError(Exception):
    """More bytes than anybody may send here."""


class TooSlowError(Exception):
    """The body did not arrive in time."""


class GoneError(Exception):
    """The sender hung up before the body was whole."""


async def read(scope: Scope, receive: Receive, *, limit: int = LIMIT, seconds: float = SECONDS) -> bytes:
    """The whole body; raises TooLargeError, TooSlowError or GoneError, in time and with at most `limit` bytes held."""
    declared = header(scope, b"content-length")
    if declared.isdigit() and int(declared) > limit:
        raise TooLargeError
    try:
        async with asyncio.timeout(seconds):
            return await _gather(receive, limit)
    except TimeoutError as error:
        raise TooSlowError from error


async def _gather(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLargeError
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out a body already read, and then whatever comes after it."""
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of this lower-case name, empty when there is none."""
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return b""
