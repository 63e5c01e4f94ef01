"""HTTP over a few kept-alive connections, for both ends of the sandbox's wire.

The sandbox shares the machine with the engine it demonstrates, and every message crosses this wire three times: a
general HTTP client costs ten times the processor time of this, which would be measured as the engine's.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httptools
import orjson

MOST = 16  # connections at once
KEEP_SECONDS = 2.0  # shorter than any server of ours keeps one: a request hardly ever meets a closed line
LONGEST_WAIT = 3600.0
CHUNK = 65536


class AwayError(Exception):
    """No whole answer came in time; what was asked may have happened."""


class NeverLeftError(AwayError):
    """There was no connection, so nothing of the request has left."""


@dataclass(frozen=True)
class Answer:
    """What the other end said. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 what HTTP calls successful

    @property
    def retry_after(self) -> float | None:
        """The seconds it asks to wait; None when it names none in seconds."""
        given = self.headers.get("retry-after", "")
        return min(float(given), LONGEST_WAIT) if given.isascii() and given.isdigit() else None

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


class Lines:
    """A pool of connections to one base URL."""

    def __init__(self, base_url: str, *, headers: Mapping[str, str] | None = None, most: int = MOST) -> None:
        parts = urlsplit(base_url)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path.rstrip("/")
        self._headers = {"host": parts.netloc, **(headers or {})}
        self._idle: list[_Line] = []
        self._free = asyncio.Semaphore(most)

    async def request(
        self, method: str, path: str, *, deadline: float, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Ask once; raises NeverLeftError when it certainly was not asked, AwayError when nobody knows."""
        named = {**self._headers, "content-length": str(len(body)), **(headers or {})}
        head = [f"{method} {self._path}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        request = "\r\n".join([*head, "", ""]).encode("latin-1") + body
        left = False
        try:
            async with asyncio.timeout(deadline), self._free:
                line = self._idle_line() or await self._open()
                left = True
                return await self._ask(line, request)
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            raise (AwayError if left else NeverLeftError)(type(error).__name__) from error

    def _idle_line(self) -> "_Line | None":
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if line.since + KEEP_SECONDS > now and not line.reader.at_eof() and line.reader.exception() is None:
                return line
            line.writer.close()
        return None

    async def _open(self) -> "_Line":
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls or None)
        return _Line(reader, writer)

    async def _ask(self, line: "_Line", request: bytes) -> Answer:
        kept = False
        try:
            answer, kept = await line.ask(request)
        finally:
            if kept:
                line.since = asyncio.get_running_loop().time()
                self._idle.append(line)
            else:
                line.writer.close()
        return answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._idle:
            line.writer.close()
        # A connection the other end has reset is as closed as any.
        await asyncio.gather(*(line.writer.wait_closed() for line in self._idle), return_exceptions=True)
        self._idle.clear()


@dataclass
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    since: float = 0.0  # when it fell idle

    async def ask(self, request: bytes) -> tuple[Answer, bool]:
        self.writer.write(request)
        await self.writer.drain()
        reply = _Reply()
        parser = reply.parser = httptools.HttpResponseParser(reply)
        while not reply.complete:
            data = await self.reader.read(CHUNK)
            if not data:
                raise ConnectionResetError
            parser.feed_data(data)
        return Answer(parser.get_status_code(), reply.headers, reply.body), reply.keeps


class _Reply:
    """The parser's callbacks."""

    parser: httptools.HttpResponseParser

    def __init__(self) -> None:
        self.complete = False
        self.keeps = False
        self.headers: dict[str, str] = {}
        self.body = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True
        self.keeps = self.parser.should_keep_alive()  # only here: a moment later the parser has forgotten
