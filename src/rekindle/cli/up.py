"""`up`: everything on this machine, from an empty folder to a working engine, in one command."""

import asyncio
import os
import signal
import socket

from rekindle.cli import demo
from rekindle.cli.context import UsageProblemError, engine, run, say
from rekindle.kit import children, keys, migrate, postgres, settings
from rekindle.kit.settings import Settings

READY_SECONDS = 60.0
DATABASE_SECONDS = 2.0


def up() -> None:
    """Set up what is missing, run web, worker and sandbox, and stay until Ctrl-C."""
    run(_up)


async def _up() -> None:
    chosen = settings.read()
    _refuse_taken_port(chosen)
    keys.keyring(chosen)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    say.print(f"Rekindle: data in {chosen.home}" if not chosen.database_url else "Rekindle: database of DATABASE_URL")
    with postgres.running(chosen) as url:
        before, after = await asyncio.to_thread(migrate.upgrade, url)
        if before != after:
            say.print(f"database at migration {after}")
        with_sandbox = not chosen.production
        login = None
        if with_sandbox:
            async with engine() as opened:
                login = await demo.ensure(opened)
        await _keep_all(chosen, stop, login, with_sandbox=with_sandbox)
    say.print("stopped; nothing is running any more")


async def _keep_all(chosen: Settings, stop: asyncio.Event, login: demo.Login | None, *, with_sandbox: bool) -> None:
    environ = dict(os.environ)
    if with_sandbox and not chosen.sandbox_port:
        environ["REKINDLE_SANDBOX_PORT"] = str(_free_port())
    wanted = [children.Child("web", ("web",), environ)]
    wanted += [children.Child(f"worker {n + 1}", ("work",), environ) for n in range(chosen.workers)]
    if with_sandbox:
        wanted.append(children.Child("sandbox", ("sandbox",), environ))
    tasks = [asyncio.create_task(children.keep(child, stop, say.print)) for child in wanted]
    tasks.append(asyncio.create_task(_keep_database(chosen, stop)))
    greeting = asyncio.create_task(_greet(chosen, login, stop))
    try:
        await asyncio.gather(*tasks)
    finally:
        stop.set()
        greeting.cancel()
        await asyncio.gather(*tasks, greeting, return_exceptions=True)


async def _keep_database(chosen: Settings, stop: asyncio.Event) -> None:
    """Until `stop`: a database that was killed under us is started again; everybody else waits it out."""
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), DATABASE_SECONDS)
        except TimeoutError:
            if await asyncio.to_thread(postgres.revive, chosen):
                say.print("the database ended by itself; started it again")


async def _greet(chosen: Settings, login: demo.Login | None, stop: asyncio.Event) -> None:
    """Say where to look, once somebody answers there."""
    if not await _answers(chosen, stop):
        return
    say.print(f"\n  [bold]{chosen.base_url}[/bold]")
    if login:
        say.print(f"  log in as {login.login} with {login.password}", markup=False)
        say.print("  sandbox office: no text or e-mail leaves this machine; new demo leads keep coming in")
    say.print("  Ctrl-C stops everything\n")


async def _answers(chosen: Settings, stop: asyncio.Event) -> bool:
    for _ in range(int(READY_SECONDS / 0.1)):
        if stop.is_set():
            return False
        try:
            _, writer = await asyncio.open_connection(chosen.host, chosen.port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return True
    return False


def _refuse_taken_port(chosen: Settings) -> None:
    """A clear word before anything is started, rather than a child that dies again and again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            raise UsageProblemError(
                f"port {chosen.port} on {chosen.host} is taken ({error.strerror}); is Rekindle running already? "
                "Set REKINDLE_PORT to another"
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
