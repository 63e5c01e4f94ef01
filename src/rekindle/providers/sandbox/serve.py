"""The sandbox process: server, postman and feed around one ledger. Secrets come from the caller, never from a store."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from rekindle.kit.clock import Clock
from rekindle.kit.settings import Settings
from rekindle.providers.sandbox import ledger, server
from rekindle.providers.sandbox.accept import Rules
from rekindle.providers.sandbox.deliver import Postman
from rekindle.providers.sandbox.directory import Directory, Offices
from rekindle.providers.sandbox.feed import Feed
from rekindle.providers.sandbox.guard import refuse_production
from rekindle.providers.sandbox.http import Sandbox
from rekindle.providers.sandbox.lines import Lines
from rekindle.providers.sandbox.rates import DEMO, Rates

KEEP_ALIVE_SECONDS = 75  # longer than any client of ours keeps an idle connection
GRACE_SECONDS = 1
FOLDER = "sandbox"


class SandboxPortError(Exception):
    """The sandbox cannot listen on its port; the message says what to do."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    *,
    settings: Settings,
    token: str,
    offices: Offices,
    feed_count: int,
    clock: Clock,
    stop: asyncio.Event,
    feed_office: str | None = None,
    rates: Rates = DEMO,
    speed: float = 1.0,
    port: int | None = None,
) -> None:
    """Run until `stop`; raises SandboxInProductionError or SandboxPortError before anything starts.

    `feed_office` names the office the demo feed fills (the first one when None); `speed` divides every wait.
    """
    refuse_production(settings)
    listening = _listen(port or settings.sandbox_port)
    path = settings.home / FOLDER / "ledger.db"
    async with ledger.opened(path) as book, Lines(settings.base_url) as lines:
        rules = Rules(settings.sandbox_seed, rates, speed)
        sandbox = Sandbox(book, Directory(offices, clock), rules, clock)
        web = _Server(_config(sandbox, token))
        async with asyncio.TaskGroup() as group:
            group.create_task(web.serve(sockets=[listening]))
            group.create_task(Postman(sandbox, lines).run(stop))
            group.create_task(Feed(sandbox, lines, feed_count, feed_office).run(stop))
            await stop.wait()
            web.should_exit = True


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise SandboxPortError(
            f"port {port} on 127.0.0.1 is in use; stop what holds it or set REKINDLE_SANDBOX_PORT"
        ) from error
    listening.listen(socket.SOMAXCONN)
    return listening


def _config(sandbox: Sandbox, token: str) -> uvicorn.Config:
    return uvicorn.Config(
        server.create(sandbox, token=token),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
