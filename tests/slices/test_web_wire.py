"""The hooks on a real socket: what a network can do to a request."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn

from rekindle.kit.clock import SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers import standard_webhooks
from rekindle.web.app import create
from tests.slices.webkit import FORM, Site, online

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Wire:
    """A served site."""

    site: Site
    port: int

    def signed(self, body: bytes, event_id: str) -> dict[str, str]:
        return standard_webhooks.sign(
            body, event_id=event_id, at=self.site.engine.clock.now(), secret=self.site.made.form_secret.encode()
        )

    async def raw(self, request: bytes, *more: bytes, pause: float = 0.0) -> bytes:
        """Write bytes, wait, write more; all that comes back until the server hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in (request, *more):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            return await asyncio.wait_for(reader.read(), 10)
        except (ConnectionResetError, BrokenPipeError):
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def served(site: Site) -> AsyncIterator[int]:
    app = create(site.engine, patience=0.5)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server._serve([listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def wire(db: Db, keyring: Keyring) -> AsyncIterator[Wire]:
    async with online(db, keyring, SystemClock()) as site, served(site) as port:
        yield Wire(site, port)


def head(wire: Wire, headers: dict[str, str], *, length: int | None, path: str = "/hooks/harbor/form") -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{wire.port}", *(f"{k}: {v}" for k, v in headers.items())]
    lines.append(f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def test_a_hundred_at_once_over_kept_connections(wire: Wire) -> None:
    limits = httpx.Limits(max_connections=20)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{wire.port}", limits=limits) as client:

        async def one(number: int) -> httpx.Response:
            body = json.dumps(FORM | {"email": f"dana{number}@mail.example"}).encode()
            return await client.post(
                "/hooks/harbor/form", content=body, headers=wire.signed(body, f"msg_{number % 80}")
            )

        answers = await asyncio.gather(*(one(number) for number in range(100)))
    assert {a.status_code for a in answers} == {200}
    assert sum(a.json()["duplicate"] for a in answers) == 20
    assert await wire.site.count("event") == 80
    assert await wire.site.count("inbox_job") == 80


async def test_genuine_wrong_and_unknown(wire: Wire) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{wire.port}") as client:
        body = json.dumps(FORM).encode()
        good = await client.post("/hooks/harbor/form", content=body, headers=wire.signed(body, "msg_1"))
        altered = await client.post("/hooks/harbor/form", content=body + b" ", headers=wire.signed(body, "msg_2"))
        unknown = await client.post("/hooks/harbor/nothing", content=body, headers=wire.signed(body, "msg_3"))
        health = await client.get("/health/live")
        page = await client.get("/")
    assert [r.status_code for r in (good, altered, unknown, health, page)] == [200, 401, 404, 200, 303]
    assert await wire.site.count("event") == 1


async def test_a_body_that_never_ends_is_given_up(wire: Wire) -> None:
    body = json.dumps(FORM).encode()
    request = head(wire, wire.signed(body, "msg_slow"), length=len(body))
    started = asyncio.get_running_loop().time()
    answer = await wire.raw(request + body[:10])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert asyncio.get_running_loop().time() - started < 5
    assert await wire.site.count("event") == 0


async def test_a_body_in_two_pieces_is_whole(wire: Wire) -> None:
    body = json.dumps(FORM).encode()
    request = head(wire, wire.signed(body, "msg_two") | {"Connection": "close"}, length=len(body))
    answer = await wire.raw(request + body[:20], body[20:], pause=0.1)
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_declared_flood_is_refused_unread(wire: Wire) -> None:
    answer = await wire.raw(head(wire, {}, length=10 * MEBIBYTE))
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_an_undeclared_flood_is_cut_off(wire: Wire) -> None:
    chunk = b"%x\r\n" % 65536 + b"x" * 65536 + b"\r\n"
    answer = await wire.raw(head(wire, {}, length=None), *([chunk] * 17))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    assert await wire.site.count("event") == 0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{wire.port}") as client:
        assert (await client.get("/health/live")).status_code == 200


async def test_who_hangs_up_half_way_harms_nobody(wire: Wire) -> None:
    body = json.dumps(FORM).encode()
    for number in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(head(wire, wire.signed(body, f"msg_cut{number}"), length=len(body)) + body[:5])
        await writer.drain()
        writer.close()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{wire.port}") as client:
        good = await client.post("/hooks/harbor/form", content=body, headers=wire.signed(body, "msg_whole"))
    assert good.status_code == 200
    assert await wire.site.count("event") == 1
