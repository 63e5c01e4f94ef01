"""The whole engine in one process on real parts: PostgreSQL, HTTP on loopback, the sandbox. Only the clock is ours."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from starlette.types import ASGIApp

from rekindle.alerts import wires
from rekindle.connections.accounts import Accounts
from rekindle.content.install import install_builtin as install_templates
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit import settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker, consider_batch, wake_batch
from rekindle.office import hours, keys, people
from rekindle.office.create import Created, create
from rekindle.office.types import Mode, Role
from rekindle.outbox.desk import Desk
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.routes import Connected
from rekindle.providers import standard_webhooks
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Providers
from rekindle.providers.sandbox import client as sandbox_client
from rekindle.providers.sandbox import ledger, server
from rekindle.providers.sandbox import store as post
from rekindle.providers.sandbox.accept import Rules
from rekindle.providers.sandbox.deliver import Postman
from rekindle.providers.sandbox.directory import Directory, SandboxOffice
from rekindle.providers.sandbox.http import Sandbox
from rekindle.providers.sandbox.inbound import SandboxInbound
from rekindle.providers.sandbox.lines import Lines
from rekindle.providers.sandbox.phone import SandboxPhone
from rekindle.providers.sandbox.rates import CALM, Rates
from rekindle.providers.sandbox.sender import SandboxSender
from rekindle.sequences.install import install_builtin as install_sequences
from rekindle.traffic.traffic import Traffic
from rekindle.web.app import create as application
from rekindle.web.engine import open_engine

TOKEN = "stage-token"
ALWAYS = hours.parse([[["00:00", "00:00"]]] * 7)
DANA = {
    "first_name": "Dana",
    "last_name": "Fox",
    "email": "dana@mail.example",
    "phone": "(312) 555-0142",
    "kind": "buyer",
    "message": "Is the house on Elm Street still available?",
    "page": "https://lakeside.example/elm-12",
    "consent": {"sms": True, "text": "I agree to texts from Lakeside Team", "url": "https://lakeside.example/elm-12"},
    "attributes": {"area": "Elm Park", "timeline": "1-3 months"},
}


@dataclass
class Stage:
    """An office on stage, and hands to play with it."""

    db: Db
    clock: HandClock
    office: Created
    agent: UUID
    url: str
    web: httpx.AsyncClient
    phone: SandboxPhone
    sandbox: Sandbox
    steps: tuple[Callable[[], Awaitable[int]], ...]

    async def form(self, given: dict[str, Any] = DANA, *, event_id: str | None = None) -> httpx.Response:
        """A signed form post, over loopback."""
        body = json.dumps(given).encode()
        signed = standard_webhooks.sign(
            body, event_id=event_id or f"msg_{new_id()}", at=self.clock.now(), secret=self.office.form_secret.encode()
        )
        return await self.web.post(f"/hooks/{self.office.slug}/form", content=body, headers=signed)

    async def turn(self) -> None:
        """Let every pump run until none has anything left to do at this instant."""
        while sum([await step() for step in self.steps]):
            pass

    async def pass_time(self, by: timedelta) -> None:
        """Move the clock from one thing that is due to the next, turning at each."""
        end = self.clock.now() + by
        await self.turn()
        while (due := await self._next_due()) is not None and due <= end:
            self.clock.at = max(due, self.clock.at + timedelta(milliseconds=1))
            await self.turn()
        self.clock.at = end
        await self.turn()

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the office's own rows say."""
        async with self.db.office(self.office.office_id) as conn:
            cursor = await conn.execute(query, values)
            return await cursor.fetchall()

    async def one(self, query: str, *values: object) -> dict[str, Any]:
        """The one row there is."""
        found = await self.rows(query, *values)
        assert len(found) == 1, found
        return found[0]

    def conn(self) -> Any:
        """A transaction inside the office."""
        return self.db.office(self.office.office_id)

    async def _next_due(self) -> datetime | None:
        found = await self.one(
            """
            select least(
              (select min(due_at) from inbox_job where state = 'due'),
              (select min(due_at) from consideration where state = 'due'),
              (select min(wake_at) from enrollment where state = 'active'),
              (select min(due_at) from message where state = 'planned'),
              (select min(lease_until) from message where state in ('in_flight', 'unknown'))) as due
            """
        )
        posted = await self.sandbox.ledger.read(post.next_due)
        hook = None if posted is None else datetime.fromtimestamp(posted, UTC)
        return min((due for due in (found["due"], hook) if due is not None), default=None)


@asynccontextmanager
async def staged(
    db: Db, clock: HandClock, folder: Path, *, rates: Rates = CALM, seed: int = 7, chance: float = 0.5
) -> AsyncIterator[Stage]:
    """An office with one agent who is always there, everything served on loopback."""
    keyring = Keyring(b"s" * 32)
    made = await create(
        db, keyring, slug="lakeside", name="Lakeside Team", brokerage="Lakeside Realty LLC", timezone="America/Chicago",
        mode=Mode.SANDBOX, at=clock.now(), phone="+13125550100", email="hello@lakeside.example",
        address="1 Lake St, Chicago IL 60601",
    )  # fmt: skip
    async with db.office(made.office_id) as conn:
        agent = await _furnish(conn, made, clock.now())
        secrets = await keys.secrets_of(conn, made.office_id, keyring)
    async with AsyncExitStack() as stack:
        book = await stack.enter_async_context(ledger.opened(folder / "ledger.db"))

        async def offices() -> list[SandboxOffice]:
            return [SandboxOffice(made.office_id, made.slug, secrets["form"], secrets["sandbox"])]

        sandbox = Sandbox(book, Directory(offices, clock), Rules(seed, rates, 1.0), clock)
        port = await stack.enter_async_context(serving(server.create(sandbox, token=TOKEN)))
        chosen = settings.read({"REKINDLE_HOME": str(folder), "REKINDLE_BASE_URL": "http://127.0.0.1:8080"})
        wire = await stack.enter_async_context(sandbox_client.connect(chosen, token=TOKEN, port=port))
        sender, phone = SandboxSender(wire, clock), SandboxPhone(wire)
        sources = (FormInbound(), CsvInbound(), SandboxInbound())
        providers = Providers(inbound={s.source: s for s in sources}, sandbox=sender, phone=phone)
        parts = await stack.enter_async_context(
            open_engine(db=db, keyring=keyring, clock=clock, settings=chosen, providers=providers)
        )
        url = f"http://127.0.0.1:{await stack.enter_async_context(serving(application(parts)))}"
        web = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30))
        postman = Postman(sandbox, await stack.enter_async_context(Lines(url)))
        accounts = Accounts(db, keyring, clock)
        routes, traffic = Connected(accounts, {}, sender), Traffic(db, DatabaseLimits(db), clock)
        told = wires.of_breakers(db, clock)
        outbox = Outbox(Desk(db, keyring, clock, lambda: chance, routes, traffic, told, chosen.base_url))
        looker = Looker(db, clock, Means(keyring, chosen.base_url), lambda: chance)
        handler = Handler(db, keyring, clock, providers.inbound, accounts, lambda: chance)

        async def deliver() -> int:
            return sum(outcome.taken for outcome in await postman.once())

        steps: tuple[Callable[[], Awaitable[int]], ...] = (
            lambda: handle_batch(handler),
            lambda: wake_batch(db, clock=clock),
            lambda: consider_batch(looker),
            outbox.drain,
            lambda: reconcile(outbox.desk),
            deliver,
        )
        yield Stage(db, clock, made, agent, url, web, phone, sandbox, steps)


async def _furnish(conn: Conn, made: Created, at: datetime) -> UUID:
    await install_templates(conn, made.office_id, at=at)
    await install_sequences(conn, made.office_id, at=at)
    for owner in await people.everybody(conn, made.office_id):
        await people.set_accepting(conn, made.office_id, owner.id, accepting=False)
    agent = await people.add(
        conn,
        made.office_id,
        email="priya@lakeside.example",
        name="Priya Raman",
        role=Role.AGENT,
        at=at,
        password="a" * 12,
    )
    await people.set_agent(conn, made.office_id, agent, timezone="America/Chicago", week=ALWAYS)
    return agent


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """An application on a free port of loopback, for as long as the block runs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        web = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", access_log=False, timeout_graceful_shutdown=1)
        )
        task = asyncio.create_task(web._serve([listening]))
        while not web.started:  # noqa: ASYNC110 uvicorn sets a flag, no event
            await asyncio.sleep(0.01)
        try:
            yield port
        finally:
            web.should_exit = True
            await task
