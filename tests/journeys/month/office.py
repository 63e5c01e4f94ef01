"""Our side: one live office connected to HighLevel, its web on loopback, its worker and its clock turned by hand."""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx

from rekindle import main, timers
from rekindle.alerts import wires
from rekindle.cli.context import Opened
from rekindle.cli.pumps import handlers
from rekindle.connections import connect
from rekindle.connections.accounts import Accounts
from rekindle.connections.vault import StoredVault
from rekindle.content.install import install_builtin as install_templates
from rekindle.errands.line import Line
from rekindle.errands.run import Runner, run_batch
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit import settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row, Unavailable
from rekindle.kit.db import connect as open_database
from rekindle.kit.ids import new_id
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker, consider_batch, wake_batch
from rekindle.office import hours, people
from rekindle.office.create import Created, create
from rekindle.office.types import Mode, Role
from rekindle.outbox.desk import Desk
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.routes import Connected
from rekindle.outbox.types import Terms
from rekindle.providers import calls, standard_webhooks
from rekindle.providers.ports import Providers
from rekindle.sequences.install import install_builtin as install_sequences
from rekindle.traffic.traffic import Traffic
from rekindle.web.app import create as application
from rekindle.web.engine import open_engine
from tests.journeys.stage import serving
from tests.providers.fake_ghl import LOCATION
from tests.providers.fake_ghl_hooks import PUBLIC_KEY, Hook
from tests.providers.faults import closed_port

SLUG = "lakeside"
TAG = "new lead"  # what the office tags contacts with that Rekindle is to work
STAGES = {"new": "stage-new", "contacted": "stage-contacted", "appointment": "stage-met", "nurture": "stage-later"}
ALWAYS = hours.parse([[["00:00", "00:00"]]] * 7)
PATIENCE = 0.15  # seconds for a connection to the database
DEADLINE = 0.5  # seconds for one send
GHL = {
    "location_id": LOCATION,
    "private_token": "pit-1",
    "activation_tags": TAG,
    "fields": json.dumps({"score": "field-score", "intent": "field-intent"}),
    "pipeline": json.dumps({"pipeline_id": "pipeline-1", "stages": STAGES}),
}

# What must happen to the minute does; housekeeping (the canary, looks at connections, forgetting) a few times a day.
TO_THE_MINUTE = ("the CRM's lists are compared with ours", "hand-offs that found nobody are offered again")
HOUSEKEEPING = timedelta(hours=6)

Step = Callable[[], Awaitable[int]]


@dataclass
class LiveOffice:
    """An office at work."""

    db: Db
    clock: HandClock
    keyring: Keyring
    made: Created
    http: httpx.AsyncClient
    serve: Callable[[], Any]
    chance: random.Random
    clockwork: tuple[Step, ...]
    pumps: tuple[Step, ...]
    url: str = ""
    missed: int = 0  # turns of a pump that found the database away
    _web: AsyncExitStack = field(default_factory=AsyncExitStack)

    # ------------------------------------------------------------ the web

    async def open_web(self) -> None:
        """Serve hooks, API and pages."""
        self.url = f"http://127.0.0.1:{await self._web.enter_async_context(self.serve())}"

    async def close_web(self) -> None:
        """Nobody listens any more."""
        await self._web.aclose()
        self.url = closed_port()

    async def take_hook(self, hook: Hook) -> int:
        """A webhook of HighLevel at either of its addresses; the status, 0 when nobody listens."""
        to = self.chance.choice(("-", SLUG))
        return await self._post(f"/hooks/{to}/ghl", hook.body, hook.headers)

    async def take_form(self, given: dict[str, Any], name: str) -> int:
        """A signed post of the office's own form."""
        body = json.dumps(given).encode()
        signed = standard_webhooks.sign(body, event_id=name, at=self.clock.now(), secret=self.made.form_secret.encode())
        return await self._post(f"/hooks/{SLUG}/form", body, signed)

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            return (await self.http.post(self.url + path, content=body, headers=headers)).status_code
        except httpx.TransportError:
            return 0

    # ------------------------------------------------------------ the worker

    async def tick(self) -> None:
        """The timers that are due, and the errands they ask for."""
        for step in self.clockwork:
            await self._once(step)

    async def work(self) -> int:
        """Each pump once; how much they did."""
        return sum([await self._once(step) for step in self.pumps])

    async def next_due(self) -> datetime | None:
        """When the next thing is to be done here; None while the database is away."""
        try:
            [row] = await self.rows(
                """
                select least(
                  (select min(due_at) from inbox_job where state = 'due'),
                  (select min(due_at) from consideration where state = 'due'),
                  (select min(wake_at) from enrollment where state = 'active'),
                  (select min(due_at) from message where state = 'planned'),
                  (select min(due_at) from errand where state = 'due'),
                  (select min(lease_until) from message where state in ('in_flight', 'unknown'))) as due
                """
            )
        except Unavailable:
            return None
        due: datetime | None = row["due"]
        return due

    async def rows(self, query: str, *values: object) -> list[Row]:
        """What the office's own rows say."""
        async with self.db.office(self.made.office_id) as conn:
            return await (await conn.execute(query, values)).fetchall()

    async def _once(self, step: Step) -> int:
        """As kit.pump does: a database that is away is waited for."""
        try:
            return await step()
        except Unavailable:
            self.missed += 1
            return 0


@asynccontextmanager
async def live_office(
    database_url: str, clock: HandClock, *, ghl_url: str, seed: int, housekeeping: timedelta
) -> AsyncIterator[LiveOffice]:
    """An office in mode live, connected to HighLevel at this URL, with one agent."""
    keyring, chance = Keyring(b"m" * 32), random.Random(seed)  # noqa: S311 a play
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(open_database(database_url, patience=PATIENCE))
        http = await stack.enter_async_context(calls.client())
        web = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        environ = {"REKINDLE_GHL_URL": ghl_url, "REKINDLE_GHL_PUBLIC_KEYS": PUBLIC_KEY}
        providers = main.real(http, clock, StoredVault(db, keyring, clock), environ)
        made = await _found(db, keyring, clock, providers)
        chosen = settings.read({"REKINDLE_HOME": "/nowhere", "REKINDLE_BASE_URL": "https://rekindle.example"})
        parts = await stack.enter_async_context(
            open_engine(db=db, keyring=keyring, clock=clock, settings=chosen, providers=providers)
        )
        opened = Opened(db, chosen, keyring, clock, providers, database_url)
        clockwork, pumps = _worker(opened, chance, housekeeping)
        app = application(parts)
        office = LiveOffice(db, clock, keyring, made, web, lambda: serving(app), chance, clockwork, pumps)
        await office.open_web()
        stack.push_async_callback(office.close_web)
        yield office


def _worker(
    opened: Opened, chance: random.Random, housekeeping: timedelta
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The parts of cli.pumps, with chance from a seed."""
    db, clock, keyring, wired = opened.db, opened.clock, opened.keyring, opened.providers
    base_url, draw = opened.settings.base_url, chance.random
    accounts = Accounts(db, keyring, clock)
    traffic, told = Traffic(db, DatabaseLimits(db), clock), wires.of_breakers(db, clock)
    line = Line(accounts, traffic, clock, told)
    routes = Connected(accounts, wired.senders, wired.sandbox)
    terms = Terms(deadline=DEADLINE)
    outbox = Outbox(Desk(db, keyring, clock, draw, routes, traffic, told, base_url, terms))
    handling = Handler(db, keyring, clock, wired.inbound, accounts, draw)
    looking = Looker(db, clock, Means(keyring, base_url, crms=tuple(wired.crms)), draw)
    running = partial(run_batch, Runner(db, clock, handlers(opened, line), wires.of_errand, draw))
    schedule = tuple(t if t.name in TO_THE_MINUTE else replace(t, every=housekeeping) for t in timers.TIMERS)
    return (_Timers(timers.Shop(db, clock, wired), schedule).run, running), (
        partial(handle_batch, handling),
        partial(wake_batch, db, clock=clock),
        partial(consider_batch, looking),
        outbox.drain,
        partial(reconcile, outbox.desk),
        running,
    )


@dataclass
class _Timers:
    """Asks the database only about timers that may be due."""

    shop: timers.Shop
    schedule: tuple[timers.Timer, ...]
    ran: dict[str, datetime] = field(default_factory=dict)

    async def run(self) -> int:
        at = self.shop.clock.now()
        due = tuple(t for t in self.schedule if t.name not in self.ran or at - self.ran[t.name] >= t.every)
        done = await timers.run_due(self.shop, due)
        self.ran |= {t.name: at for t in due}
        return done


async def _found(db: Db, keyring: Keyring, clock: HandClock, providers: Providers) -> Created:
    at = clock.now()
    made = await create(
        db, keyring, slug=SLUG, name="Lakeside Team", brokerage="Lakeside Realty LLC", timezone="America/Chicago",
        mode=Mode.LIVE, at=at, phone="+13125550100", email="hello@lakeside.example",
        address="1 Lake St, Chicago IL 60601",
    )  # fmt: skip
    async with db.office(made.office_id) as conn:
        await install_templates(conn, made.office_id, at=at)
        await install_sequences(conn, made.office_id, at=at)
        for owner in await people.everybody(conn, made.office_id):
            await people.set_accepting(conn, made.office_id, owner.id, accepting=False)
        agent = await people.add(
            conn, made.office_id, email="priya@lakeside.example", name="Priya Raman", role=Role.AGENT, at=at,
            password="a" * 12,
        )  # fmt: skip
        await people.set_agent(conn, made.office_id, agent, timezone="America/Chicago", week=ALWAYS)
        await connect.connect(conn, made.office_id, keyring, providers.plugs["ghl"], GHL, at=at)
    return made


def form_name() -> str:
    """A name for one form post."""
    return f"msg_{new_id()}"
