"""A running sandbox over real loopback HTTP, and a stand-in for the engine that takes its webhooks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rekindle.decide.words import Channel
from rekindle.kit import settings
from rekindle.kit.clock import SystemClock
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Account, Enquiry, Event, Inbound, Outgoing, Parsed, Receipt, Reply
from rekindle.providers.ports import Request as HookRequest
from rekindle.providers.sandbox import client as sandbox_client
from rekindle.providers.sandbox.directory import SandboxOffice
from rekindle.providers.sandbox.inbound import SandboxInbound
from rekindle.providers.sandbox.lines import Lines
from rekindle.providers.sandbox.phone import SandboxPhone
from rekindle.providers.sandbox.rates import CALM, Rates
from rekindle.providers.sandbox.sender import SandboxSender
from rekindle.providers.sandbox.serve import serve

TOKEN = "test-token"
OFFICE = SandboxOffice(UUID(int=7), "lakeside", b"f" * 32, b"s" * 32, "Lakeside Team")
ACCOUNT = Account(OFFICE.office_id, "sandbox", {})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Engine:
    """Takes webhooks as the engine does: verified, then kept. `refuse` makes the next ones fail first."""

    url: str = ""
    refuse: int = 0
    events: list[tuple[str, Parsed]] = field(default_factory=list)

    async def hook(self, request: Request) -> Response:
        sources: dict[str, tuple[Inbound, bytes]] = {
            "sandbox": (SandboxInbound(), OFFICE.sandbox_secret),
            "form": (FormInbound(), OFFICE.form_secret),
        }
        source, secret = sources[request.path_params["source"]]
        assert request.path_params["office"] == OFFICE.slug
        account = Account(OFFICE.office_id, source.provider, {"secret": secret.decode()})
        body, at = await request.body(), SystemClock().now()
        external_id = source.verify(
            HookRequest("POST", str(request.url), "", dict(request.headers), body, at), account
        ).external_id
        if self.refuse:
            self.refuse -= 1
            return Response(status_code=503)
        self.events += [(external_id, parsed) for parsed in source.parse(Event(external_id, body, at), account)]
        return Response(status_code=202)

    @property
    def receipts(self) -> list[Receipt]:
        return [parsed for _, parsed in self.events if isinstance(parsed, Receipt)]

    @property
    def replies(self) -> list[Reply]:
        return [parsed for _, parsed in self.events if isinstance(parsed, Reply)]

    @property
    def enquiries(self) -> list[Enquiry]:
        return [parsed for _, parsed in self.events if isinstance(parsed, Enquiry)]


@dataclass(frozen=True)
class Running:
    """Both ends of the wire to one running sandbox."""

    client: httpx.AsyncClient
    sender: SandboxSender
    phone: SandboxPhone
    engine: Engine

    def lines(self) -> Lines:
        return Lines(str(self.client.base_url), headers={"authorization": f"Bearer {TOKEN}"})

    async def script(self, address: str, channel: Channel = Channel.SMS, **what: object) -> None:
        answer = await self.client.put("/script", json={"channel": channel, "address": address, **what})
        answer.raise_for_status()


def outgoing(key: str, to: str = "+13125550142", channel: Channel = Channel.SMS, **changes: object) -> Outgoing:
    email = channel is Channel.EMAIL
    parts: dict[str, object] = {
        "office_id": OFFICE.office_id,
        "message_id": UUID(int=1),
        "key": key,
        "channel": channel,
        "to": to,
        "sender": "hello@lakeside.example" if email else "+13125550100",
        "subject": "Your question" if email else None,
        "body": "Hi Ann, it is Lakeside Team.\nReply STOP to opt out.",
        "headers": (),
        "expires_at": None,
        **changes,
    }
    return Outgoing(**parts)  # type: ignore[arg-type]


async def until(fits: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Waits until something is so; fails when it does not come about."""
    async with asyncio.timeout(seconds):
        while not fits():  # noqa: ASYNC110 what is waited for rings no bell
            await asyncio.sleep(0.01)


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    taking = Engine()
    app = Starlette(routes=[Route("/hooks/{office}/{source}", taking.hook, methods=["POST"])])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    taking.url = f"http://127.0.0.1:{port}"
    yield taking
    server.should_exit = True
    await task


Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def start(engine: Engine, home: Path) -> Start:
    """Starts a sandbox in this test's home; calm and fast unless told otherwise."""

    @asynccontextmanager
    async def started(*, rates: Rates = CALM, speed: float = 50, feed_count: int = 0) -> AsyncIterator[Running]:
        environ = {
            "REKINDLE_HOME": str(home),
            "REKINDLE_BASE_URL": engine.url,
            "REKINDLE_SANDBOX_PORT": str(free_port()),
        }
        set_up, stop, clock = settings.read(environ), asyncio.Event(), SystemClock()
        running = asyncio.create_task(
            serve(
                settings=set_up,
                token=TOKEN,
                offices=[OFFICE],
                feed_count=feed_count,
                clock=clock,
                stop=stop,
                rates=rates,
                speed=speed,
            )
        )
        try:
            async with raw_client(set_up.sandbox_port) as client, sandbox_client.connect(set_up, token=TOKEN) as lines:
                await answering(client)
                yield Running(client, SandboxSender(lines, clock), SandboxPhone(lines), engine)
        finally:
            stop.set()
            await running

    return started


def raw_client(port: int) -> httpx.AsyncClient:
    """Any HTTP client will do for the sandbox's API."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {TOKEN}"})


async def answering(client: httpx.AsyncClient) -> None:
    """Returns once the sandbox answers."""
    async with asyncio.timeout(20):
        while True:
            with suppress(httpx.TransportError):
                await client.get("/health")
                return
            await asyncio.sleep(0.02)
