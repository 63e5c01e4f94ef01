"""The real application on a real port, worker and sandbox beside it, in a thread with its own loop."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
import uvicorn
from psycopg.rows import dict_row

from rekindle import main as wiring
from rekindle.cli.context import Opened
from rekindle.cli.pumps import pumps
from rekindle.decide.words import Channel
from rekindle.kit import db as kit_db
from rekindle.kit import settings
from rekindle.kit.clock import SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.heartbeat import beat
from rekindle.kit.ids import new_id
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.office import people
from rekindle.office.create import Created, create
from rekindle.office.types import Mode, Role
from rekindle.providers.ports import Account, Outgoing, Sender, SendRefusedError
from rekindle.providers.sandbox.rates import CALM
from rekindle.web import app
from rekindle.web.engine import open_engine
from tests.browser import seed
from tests.browser.rows import Rows

KEYRING = Keyring(b"b" * 32)
PASSWORD = "a long enough password"
START_SECONDS = 20
MOST_PHONES = 8


@dataclass(frozen=True)
class Site:
    """Where it runs, who may enter, and the leads that have names in the tests."""

    url: str
    owner: str
    agent: str
    password: str
    leads: dict[str, UUID]
    sent: list[tuple[str, str, str]]
    database_url: str
    empty_login: str
    empty_password: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(database_url: str, home: Path) -> Iterator[Site]:
    """A site until the block ends."""
    port, made, ready, stop = free_port(), [], threading.Event(), threading.Event()

    async def main() -> None:
        async with contextlib.AsyncExitStack() as stack:
            made.append(await _start(stack, database_url, home, port))
            ready.set()
            await asyncio.to_thread(stop.wait)

    def work() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001 handed to the test, which raises it
            made.append(error)
            ready.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        assert ready.wait(START_SECONDS), "the site did not start"
        if isinstance(made[0], BaseException):
            raise made[0]
        yield made[0]
    finally:
        stop.set()
        thread.join(START_SECONDS)
        if isinstance(made[-1], BaseException):
            raise made[-1]


async def _start(stack: contextlib.AsyncExitStack, database_url: str, home: Path, port: int) -> Site:
    chosen = settings.read(
        {"REKINDLE_HOME": str(home), "REKINDLE_PORT": str(port), "REKINDLE_SANDBOX_PORT": str(free_port())}
    )
    clock, stop = SystemClock(), asyncio.Event()
    db = await stack.enter_async_context(kit_db.connect(database_url))
    providers = await stack.enter_async_context(wiring.providers(chosen, KEYRING, db))
    opened = Opened(db, chosen, KEYRING, clock, providers, database_url)
    office, empty = await _offices(db, clock.now())
    site = await _seed(db, database_url, office, clock.now())
    engine = await stack.enter_async_context(
        open_engine(db=db, keyring=KEYRING, clock=clock, settings=chosen, providers=providers)
    )
    server = _Server(uvicorn.Config(app.create(engine), host="127.0.0.1", port=port, log_config=None, access_log=False))
    await _background(stack, server)
    working = [pump.run(stop) for pump in pumps(opened, DatabaseLimits(db)).all]
    tasks = [
        asyncio.create_task(one)
        for one in (wiring.sandbox(opened, stop, rates=CALM), beat(db, "work", clock, stop), *working)
    ]
    stack.push_async_callback(_ended, tasks, stop)
    await _fill_phones(providers.sandbox, office, site)
    return replace(site, url=f"http://127.0.0.1:{port}", empty_login=empty.login, empty_password=empty.password)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _background(stack: contextlib.AsyncExitStack, server: _Server) -> None:
    serving = asyncio.create_task(server.serve())

    async def end() -> None:
        server.should_exit = True
        await serving

    stack.push_async_callback(end)
    while not server.started:  # noqa: ASYNC110 the server has no event to wait for
        await asyncio.sleep(0.02)


async def _ended(tasks: list[asyncio.Task[None]], stop: asyncio.Event) -> None:
    stop.set()
    await asyncio.gather(*tasks)


async def _offices(db: Db, at: datetime) -> tuple[Created, Created]:
    office = await create(
        db,
        KEYRING,
        slug="lakeside",
        name="Lakeside Team",
        brokerage="Lakeside Realty LLC",
        timezone="America/Chicago",
        mode=Mode.SANDBOX,
        at=at,
        phone="+13125550100",
        email="hello@lakeside.example",
        address="1 Lake St, Chicago IL 60601",
    )
    empty = await create(
        db, KEYRING, slug="quiet", name="Quiet Office", timezone="America/Denver", mode=Mode.SANDBOX, at=at
    )
    return office, empty


async def _seed(db: Db, database_url: str, office: Created, at: datetime) -> Site:
    async with db.office(office.office_id) as conn:
        owner = (await people.everybody(conn, office.office_id))[0]
        dana = await people.add(
            conn,
            office.office_id,
            email="dana@lakeside.example",
            name="Dana Whitfield",
            role=Role.AGENT,
            at=at,
            password=PASSWORD,
        )
        boss = await people.add(
            conn,
            office.office_id,
            email="ruth@lakeside.example",
            name="Ruth Calder",
            role=Role.OWNER,
            at=at,
            password=PASSWORD,
        )
        await people.deactivate(conn, office.office_id, owner.id)
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as raw:
        rows = Rows(raw, office.office_id, at)
        seed.fill(rows, {"ruth": boss, "dana": dana})
        raw.execute("analyze")
    return Site(
        "",
        "ruth@lakeside.example",
        "dana@lakeside.example",
        PASSWORD,
        rows.leads,
        rows.sent,
        database_url,
        "",
        "",
    )


async def _fill_phones(sender: Sender, office: Created, site: Site) -> None:
    """Texts that arrived: taken by the sandbox as from the outbox."""
    for key, to, body in site.sent[:MOST_PHONES]:
        outgoing = Outgoing(office.office_id, new_id(), key, Channel.SMS, to, "+13125550100", None, body, (), None)
        await _until_taken(sender, outgoing)


async def _until_taken(sender: Sender, outgoing: Outgoing) -> None:
    for _ in range(500):
        try:
            await sender.send(outgoing, Account(outgoing.office_id, sender.name, {}), deadline=5.0)
        except SendRefusedError:  # the sandbox is not up yet
            await asyncio.sleep(0.02)
        else:
            return
    raise TimeoutError("the sandbox did not start")
