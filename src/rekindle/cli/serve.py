"""`web`, `work` and the hidden `sandbox`: the three kinds of process that `up` runs side by side."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvicorn

from rekindle.cli.context import Opened, engine, run, wiring
from rekindle.cli.pumps import pumps
from rekindle.kit import children, heartbeat, log
from rekindle.kit.limits.choose import limits
from rekindle.kit.listen import listen

BACKLOG = 2048
GRACE_SECONDS = 5


def web() -> None:
    """Serve hooks, API and pages on REKINDLE_HOST:REKINDLE_PORT."""
    run(lambda: _process("web", _serve_web))


def work() -> None:
    """Work through the inbox, consider leads, send, reconcile and run the timers; any number of these may run."""
    run(lambda: _process("work", _serve_work))


def sandbox() -> None:
    """Run the sandbox provider of this home; started by `up`, refuses production settings."""
    run(lambda: _process("sandbox", wiring().sandbox))


async def _process(kind: str, serve: Callable[[Opened, asyncio.Event], Awaitable[None]]) -> None:
    """One engine process: open, serve until asked to stop or until the parent is gone, close in order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with engine(pool=16) as opened:
        log.set_up(opened.settings.log_level)
        log.get(kind).info("started", kind=kind, port=opened.settings.port if kind == "web" else None)
        side = [
            asyncio.create_task(children.watch_parent(stop)),
            asyncio.create_task(heartbeat.beat(opened.db, kind, opened.clock, stop)),
        ]
        try:
            await serve(opened, stop)
        finally:
            stop.set()
            await asyncio.gather(*side)
        log.get(kind).info("stopped", kind=kind)


async def _serve_web(opened: Opened, stop: asyncio.Event) -> None:
    from rekindle.web.app import create  # noqa: PLC0415 a worker or a one-line verb needs no pages in its memory
    from rekindle.web.engine import open_engine  # noqa: PLC0415 the same

    async with open_engine(
        db=opened.db, keyring=opened.keyring, clock=opened.clock, settings=opened.settings, providers=opened.providers
    ) as parts:
        server = uvicorn.Server(
            uvicorn.Config(
                create(parts),
                host=opened.settings.host,
                port=opened.settings.port,
                log_config=None,
                access_log=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=GRACE_SECONDS,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
            )
        )
        await serve_until(server, stop)


async def serve_until(server: uvicorn.Server, stop: asyncio.Event) -> None:
    """Run a uvicorn server without its own signal handlers, until `stop`; raises OSError when the port is taken."""

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        await server._serve()  # noqa: SLF001 serve() would take SIGINT and SIGTERM away from us
    except SystemExit as error:
        raise OSError("the port is taken") from error
    finally:
        ending.cancel()


async def _serve_work(opened: Opened, stop: asyncio.Event) -> None:
    async with limits(opened.settings, opened.db) as shared:
        turning = pumps(opened, shared)
        await asyncio.gather(listen(opened.url, turning.wakes, stop), *(pump.run(stop) for pump in turning.all))
