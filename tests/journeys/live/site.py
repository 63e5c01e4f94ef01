"""One installation in one process on `main.real`: its web on loopback, its workers turned by hand on a hand's clock."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from rekindle import main, timers
from rekindle.alerts import wires
from rekindle.cli.context import Opened
from rekindle.cli.pumps import handlers
from rekindle.connections import connect as connecting
from rekindle.connections.accounts import Accounts
from rekindle.connections.look import Looked, Looker
from rekindle.connections.vault import StoredVault
from rekindle.content.install import install_builtin as install_templates
from rekindle.errands.line import Line
from rekindle.errands.run import Runner, run_batch
from rekindle.inbox.desk import Asks
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit import settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row
from rekindle.kit.ids import new_id
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker as Considering
from rekindle.nurture.pump import consider_batch, wake_batch
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

PUBLIC = "https://rekindle.example"  # what providers call; what really listens is a port of loopback
ALWAYS = hours.parse([[["00:00", "00:00"]]] * 7)
DEADLINE = 0.5  # seconds for one send: how long a story waits for an answer that never comes
DANA: dict[str, Any] = {
    "first_name": "Dana", "last_name": "Fox", "email": "dana@mail.example", "phone": "(312) 555-0142", "kind": "buyer",
    "message": "Is the house on Elm Street still available?", "page": "https://lakeside.example/elm-12",
    "consent": {"sms": True, "text": "I agree to texts from Lakeside Team", "url": "https://lakeside.example/elm-12"},
}  # fmt: skip
OUT = "select * from message where direction = 'out' order by created_at, id"

Step = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Office:
    """One office of the installation, and hands to play with it."""

    site: "Site"
    made: Created
    agent: UUID

    async def connect(self, provider: str, values: Mapping[str, str], *, look: bool = True) -> Looked | None:
        """As a person does on the page or by `rekindle connect`: entered, kept, looked at."""
        plug = self.site.providers.plugs[provider]
        async with self.site.db.office(self.made.office_id) as conn:
            await connecting.connect(
                conn, self.made.office_id, self.site.keyring, plug, values, at=self.site.clock.now()
            )
        self.site.clock.at += timedelta(seconds=6)  # what processes keep of a connection is five seconds old at most
        if not look:
            return None
        return await Looker(self.site.db, self.site.keyring, self.site.clock).look(plug, self.made.office_id)

    async def values(self, provider: str) -> Mapping[str, str]:
        """What the office's sealed account holds."""
        found = await StoredVault(self.site.db, self.site.keyring, self.site.clock).read(self.made.office_id, provider)
        assert found is not None
        return found.values

    async def form(self, given: Mapping[str, Any] = DANA) -> httpx.Response:
        """A post of the office's own form, signed."""
        body = json.dumps(given).encode()
        secret = self.made.form_secret.encode()
        signed = standard_webhooks.sign(body, event_id=f"msg_{new_id()}", at=self.site.clock.now(), secret=secret)
        return await self.hook("form", body, signed)

    async def hook(
        self, path: str, body: bytes, headers: Mapping[str, str], *, content_type: str = "application/json"
    ) -> httpx.Response:
        """A webhook to this office, as it comes off the wire."""
        return await self.site.post(f"/hooks/{self.made.slug}/{path}", body, {"content-type": content_type, **headers})

    async def signed_in(self) -> httpx.AsyncClient:
        """The owner's browser, as if it came by the public address."""
        given = {"login": self.made.login, "password": self.made.password}
        came = await self.site.web.post(f"{self.site.url}/login", data=given, headers={"origin": PUBLIC})
        session = came.headers["set-cookie"].partition(";")[0]
        # The cookie is for https only; a proxy would have brought it here all the same.
        headers = {"cookie": session, "origin": PUBLIC}
        return await self.site.stack.enter_async_context(httpx.AsyncClient(base_url=self.site.url, headers=headers))

    async def rows(self, query: str, *values: object) -> list[Row]:
        """What the office's own rows say."""
        async with self.site.db.office(self.made.office_id) as conn:
            return await (await conn.execute(query, values)).fetchall()  # type: ignore[arg-type]

    async def one(self, query: str, *values: object) -> Row:
        """The one row there is."""
        found = await self.rows(query, *values)
        assert len(found) == 1, found
        return found[0]

    async def sent(self, channel: str) -> list[Row]:
        """Outbound messages of a channel, oldest first."""
        return [row for row in await self.rows(OUT) if row["channel"] == channel]

    async def blocked(self) -> set[tuple[str, str]]:
        """Channels and rules of the standing suppressions."""
        rows = await self.rows("select channel, rule from suppression where lifted_at is null")
        return {(row["channel"], row["rule"]) for row in rows}

    async def notices(self) -> list[str]:
        """What stands on somebody's page unseen."""
        return [
            row["text"]
            for row in await self.rows("select text from notice where seen_at is null order by first_at, id")
        ]

    async def outcomes(self, source: str) -> list[str]:
        """What became of each event of a source, oldest first; "due" or "dead" while it is not handled."""
        rows = await self.rows(
            "select coalesce(j.state, k.outcome) as became from event_key k"
            " left join inbox_job j using (office_id, event_id) where k.source = %s order by k.received_at, k.event_id",
            source,
        )
        return [row["became"] for row in rows]


@dataclass
class Site:
    """Everything an installation runs, and the clock that moves it."""

    db: Db
    clock: HandClock
    keyring: Keyring
    providers: Providers
    url: str
    web: httpx.AsyncClient
    outboxes: tuple[Outbox, ...]
    steps: tuple[Step, ...]
    timers: Step
    stack: AsyncExitStack
    offices: list[Office] = field(default_factory=list)

    async def open_office(self, slug: str = "lakeside", *, mode: Mode = Mode.LIVE) -> Office:
        """An office with its owner and one agent who is always there."""
        at = self.clock.now()
        made = await create(
            self.db, self.keyring, slug=slug, name=f"{slug.title()} Team", brokerage="Lakeside Realty LLC",
            timezone="America/Chicago", mode=mode, at=at, phone="+13125550100", email=f"hello@{slug}.example",
            address="1 Lake St, Chicago IL 60601",
        )  # fmt: skip
        async with self.db.office(made.office_id) as conn:
            await install_templates(conn, made.office_id, at=at)
            await install_sequences(conn, made.office_id, at=at)
            for owner in await people.everybody(conn, made.office_id):
                await people.set_accepting(conn, made.office_id, owner.id, accepting=False)
            agent = await people.add(
                conn, made.office_id, email=f"priya@{slug}.example", name="Priya Raman", role=Role.AGENT, at=at,
                password="a" * 12,
            )  # fmt: skip
            await people.set_agent(conn, made.office_id, agent, timezone="America/Chicago", week=ALWAYS)
        opened = Office(self, made, agent)
        self.offices.append(opened)
        return opened

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """One POST to where this installation really listens."""
        return await self.web.post(self.url + path, content=body, headers=dict(headers))

    async def turn(self) -> None:
        """Let every pump of every worker run until none has anything left to do at this instant."""
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

    async def tick(self) -> None:
        """The timers that are due, and all they ask for."""
        await self.timers()
        await self.turn()

    async def _next_due(self) -> datetime | None:
        query = """
            select least(
              (select min(due_at) from inbox_job where state = 'due'),
              (select min(due_at) from consideration where state = 'due'),
              (select min(wake_at) from enrollment where state = 'active'),
              (select min(due_at) from message where state = 'planned'),
              (select min(due_at) from errand where state = 'due'),
              (select min(lease_until) from message where state in ('in_flight', 'unknown'))) as due
            """
        found = [(await office.one(query))["due"] for office in self.offices]
        return min((due for due in found if due is not None), default=None)


@asynccontextmanager
async def opened(
    db: Db, clock: HandClock, keyring: Keyring, folder: Path, environ: Mapping[str, str], *, workers: int = 1
) -> AsyncIterator[Site]:
    """An installation whose providers' addresses are those of `environ`; offices are opened by the story."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(calls.client())
        wired = main.real(http, clock, StoredVault(db, keyring, clock), environ)
        chosen = settings.read({"REKINDLE_HOME": str(folder), "REKINDLE_BASE_URL": PUBLIC})
        parts = await stack.enter_async_context(
            open_engine(db=db, keyring=keyring, clock=clock, settings=chosen, providers=wired)
        )
        url = f"http://127.0.0.1:{await stack.enter_async_context(serving(application(parts)))}"
        web = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        turned = [_worker(Opened(db, chosen, keyring, clock, wired, "")) for _ in range(workers)]
        yield Site(
            db, clock, keyring, wired, url, web, tuple(outbox for outbox, _ in turned),
            tuple(step for _, steps in turned for step in steps),
            partial(timers.run_due, timers.Shop(db, clock, wired)), stack,
        )  # fmt: skip


def _worker(opened: Opened) -> tuple[Outbox, tuple[Step, ...]]:
    """The parts of cli.pumps in one process' worth, with a chance that is always the same and little patience."""
    db, clock, keyring, wired = opened.db, opened.clock, opened.keyring, opened.providers
    base_url = opened.settings.base_url
    accounts = Accounts(db, keyring, clock)
    traffic, told = Traffic(db, DatabaseLimits(db), clock), wires.of_breakers(db, clock)
    line = Line(accounts, traffic, clock, told)
    routes = Connected(accounts, wired.senders, wired.sandbox)
    outbox = Outbox(Desk(db, keyring, clock, _chance, routes, traffic, told, base_url, Terms(deadline=DEADLINE)))
    asks = Asks(tuple(wired.enrichers), tuple(wired.tellers))
    handling = Handler(db, keyring, clock, wired.inbound, accounts, _chance, asks)
    considering = Considering(db, clock, Means(keyring, base_url, crms=tuple(wired.crms)), _chance)
    return outbox, (
        partial(handle_batch, handling),
        partial(wake_batch, db, clock=clock),
        partial(consider_batch, considering),
        outbox.drain,
        partial(reconcile, outbox.desk),
        partial(run_batch, Runner(db, clock, handlers(opened, line), wires.of_errand, _chance)),
    )


def _chance() -> float:
    return 0.5
