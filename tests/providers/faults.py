"""A provider that fails on purpose: a real HTTP/1.1 server on loopback, one fault a request where a test queued one.

`async with faults.serving(handler) as wire:` then `wire.url`, `wire.requests`, `wire.then(faults.HangAfter())`.
"""

import asyncio
import inspect
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

import orjson

from tests.providers import framing
from tests.providers.framing import Asked


@dataclass(frozen=True)
class Replied:
    """An answer; headers replace those the server would write by itself."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HangBefore:
    """Nothing is done and nothing is said until the client gives up."""


@dataclass(frozen=True)
class HangAfter:
    """It is done, and nothing is said until the client gives up."""


@dataclass(frozen=True)
class ResetBefore:
    """The connection is reset (RST) before anything is done."""


@dataclass(frozen=True)
class ResetAfter:
    """It is done, and the connection is reset (RST)."""


@dataclass(frozen=True)
class Status:
    """Nothing is done; this is the answer."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class StatusAfter:
    """It is done, and yet this is the answer."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Malformed:
    """It is done, and what comes back is not HTTP."""


@dataclass(frozen=True)
class BadJson:
    """It is done, and the answer is a 200 that says JSON and holds none."""


@dataclass(frozen=True)
class Huge:
    """It is done, and the answer is a body of so many megabytes."""

    megabytes: int = 64


@dataclass(frozen=True)
class Drip:
    """It is done, and the true answer comes a byte at a time."""

    seconds_per_byte: float = 0.05


Fault = (
    HangBefore | HangAfter | ResetBefore | ResetAfter | Status | StatusAfter | Malformed | BadJson | Huge | Drip
)  # fmt: skip
BEFORE = (HangBefore, ResetBefore, Status)
Handler = Callable[[Asked], Replied | Awaitable[Replied]]


class Wire:
    """What a test holds of a running server. `requests` are all that arrived whole, those that were faulted too."""

    def __init__(self, handler: Handler) -> None:
        self.url = ""
        self.requests: list[Asked] = []
        self._handler = handler
        self._queued: deque[Fault] = deque()
        self._open: set[asyncio.Task[None]] = set()

    def then(self, *faults: Fault) -> None:
        """Each of the next requests meets one of these, in order; those after are answered as usual."""
        self._queued.extend(faults)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while (asked := await framing.read(reader, writer)) is not None:
                self.requests.append(asked)
                if not await self._answer(asked, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._open.discard(task)
            writer.close()

    async def stop(self) -> None:
        """End whatever still hangs or drips."""
        left = list(self._open)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        fault = self._queued.popleft() if self._queued else None
        replied = Replied() if isinstance(fault, BEFORE) else await self._handle(asked)
        match fault:
            case HangBefore() | HangAfter():
                await reader.read()
                return False
            case ResetBefore() | ResetAfter():
                _reset(writer)
                return False
            case Malformed():
                writer.write(b"\x00\xff\x07 this is no HTTP \r\n\r\n")
                await writer.drain()
                return False
            case Huge(megabytes):
                await _huge(writer, megabytes)
            case Drip(pause):
                for byte in framing.written(replied.status, replied.headers, replied.body):
                    writer.write(bytes((byte,)))
                    await writer.drain()
                    await asyncio.sleep(pause)
            case Status(code, headers, body) | StatusAfter(code, headers, body):
                await _write(writer, Replied(code, body, headers))
            case BadJson():
                await _write(writer, Replied(200, b'{"sid": "SM', {"content-type": "application/json"}))
            case None:
                await _write(writer, replied, head=asked.method == "HEAD")
        return asked.headers.get("connection", "").lower() != "close"

    async def _handle(self, asked: Asked) -> Replied:
        replied = self._handler(asked)
        return await replied if inspect.isawaitable(replied) else replied


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Wire]:
    """Serve `handler` on a free loopback port; nothing of it is left when the block ends."""
    wire = Wire(handler)
    server = await asyncio.start_server(wire.connected, "127.0.0.1", 0, limit=framing.LARGEST_HEAD)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        await wire.stop()
        await server.wait_closed()


def json(said: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Replied:
    """An answer in JSON."""
    return Replied(status, orjson.dumps(said), {"content-type": "application/json", **(headers or {})})


def closed_port() -> str:
    """A URL that nobody listens on."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _huge(writer: asyncio.StreamWriter, megabytes: int) -> None:
    size = megabytes * 1024 * 1024
    writer.write(framing.head(200, {"content-type": "application/json", "content-length": str(size)}))
    for _ in range(megabytes):
        writer.write(b"[" * 1024 * 1024)
        await writer.drain()


async def _write(writer: asyncio.StreamWriter, replied: Replied, *, head: bool = False) -> None:
    whole = framing.written(replied.status, replied.headers, replied.body)
    writer.write(whole[: -len(replied.body)] if head and replied.body else whole)
    await writer.drain()


__all__ = [
    "Asked", "BadJson", "Drip", "Fault", "HangAfter", "HangBefore", "Huge", "Malformed", "Replied", "ResetAfter",
    "ResetBefore", "Status", "StatusAfter", "Wire", "closed_port", "json", "serving",
]  # fmt: skip
