"""HTTP/1.1 by hand, for a server whose bytes a test must own."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, parse_qsl, unquote

import orjson

LARGEST_HEAD = 1 << 20


@dataclass(frozen=True)
class Asked:
    """A request as it came. `path` is as sent (percent-encoding kept), `query` raw; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def plain_path(self) -> str:
        """The path with its percent-encoding undone."""
        return unquote(self.path)

    def params(self) -> dict[str, list[str]]:
        """The query, every value of every name."""
        return parse_qs(self.query, keep_blank_values=True)

    def form(self) -> dict[str, str]:
        """The body as form fields; of a repeated name the last."""
        return dict(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The body as form fields in order, repeated names kept."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    def json(self) -> object:
        """The body as JSON; raises ValueError when it is none."""
        return orjson.loads(self.body)


async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked | None:
    """The next whole request of a connection; None at its end. Raises IncompleteReadError inside one."""
    first = await reader.readline()
    parts = first.decode("latin-1").split(" ")
    if len(parts) != 3:  # the end, or somebody who does not speak HTTP
        return None
    method, target, _ = parts
    headers = await _headers(reader)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _chunked(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Asked(method, path, query, headers, body)


def written(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """An answer's bytes; a content length is added unless the headers speak of it."""
    named = {name.lower() for name in headers}
    if not named & {"content-length", "transfer-encoding"} and status != HTTPStatus.NO_CONTENT:
        headers = {**headers, "content-length": str(len(body))}
    return head(status, headers) + body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and headers of an answer."""
    lines = [f"HTTP/1.1 {status} {_phrase(status)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    read: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        read[name.strip().lower()] = value.strip()
    return read


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return b"".join(parts)
