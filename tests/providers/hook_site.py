"""The whole web side with every real adapter wired in, on a real socket, over a real database."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import psycopg
import uvicorn

from rekindle import main
from rekindle.connections import sealed, store
from rekindle.connections.vault import StoredVault
from rekindle.kit import db as kit_db
from rekindle.kit import settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers import calls
from rekindle.providers.ports import Account, Providers, Request
from rekindle.providers.sandbox.inbound import SandboxInbound
from rekindle.web.app import create
from rekindle.web.engine import Engine, open_engine
from tests.providers import adapters_ghl, adapters_meta
from tests.providers.contract import Adapter

BASE = "https://rekindle.example"
# What an installation sets: only the keys are the tests' own.
ENVIRON = {
    "REKINDLE_GHL_PUBLIC_KEYS": adapters_ghl.PUBLIC,
    "REKINDLE_META_APP_SECRET": adapters_meta.SECRET,
    "REKINDLE_META_VERIFY_TOKEN": adapters_meta.SETTINGS.verify_token,
}
# Counts how often an endpoint was knocked on; of the knock itself it holds nothing.
COUNTERS = "rate_window"


@dataclass(frozen=True)
class HookSite:
    """A running web process and a client outside of it."""

    engine: Engine
    port: int
    outside: httpx.AsyncClient

    async def send(self, request: Request, **headers: str) -> httpx.Response:
        """A request exactly as an adapter's provider made it, to the path it names."""
        asked = urlsplit(request.url)
        path = asked.path + (f"?{asked.query}" if asked.query else "")
        given = {name: value.encode("latin-1", "replace") for name, value in {**request.headers, **headers}.items()}
        return await self.outside.request(
            request.method, f"http://127.0.0.1:{self.port}{path}", content=request.body, headers=given
        )

    async def connect(self, office_id: UUID, account: Account) -> None:
        """The office holds these credentials from now on, sealed as a person's would be."""
        plug = self.engine.providers.plugs.get(account.provider)
        name = account.get(plug.account_field) if plug and plug.account_field else ""
        closed = sealed.seal(self.engine.keyring, office_id, account.provider, account.values)
        async with self.engine.db.office(office_id) as conn:
            await store.put(conn, office_id, account.provider, account=name, sealed=closed, at=self.engine.clock.now())
        self.engine.accounts.forget(office_id)

    def wired(self, adapter: Adapter) -> Adapter:
        """The adapter over the source as main wired it, not as the contract suite made it."""
        return replace(adapter, inbound=self.engine.providers.inbound[adapter.inbound.source])


@asynccontextmanager
async def wiring(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Providers]:
    """Every adapter of main, and the sandbox's webhooks besides."""
    async with calls.client() as http:
        wired = main.real(http, clock, StoredVault(db, keyring, clock), ENVIRON)
        yield replace(wired, inbound={**wired.inbound, SandboxInbound.source: SandboxInbound()})


@asynccontextmanager
async def running(
    url: str, keyring: Keyring, clock: HandClock, *, patience: float = 0.5, **environ: str
) -> AsyncIterator[HookSite]:
    """One web process of an installation; several may share a database."""
    chosen = settings.read({"REKINDLE_HOME": "/nowhere", "REKINDLE_BASE_URL": BASE, **environ})
    async with (
        kit_db.connect(url) as db,
        wiring(db, keyring, clock) as wired,
        open_engine(db=db, keyring=keyring, clock=clock, settings=chosen, providers=wired) as engine,
        served(engine, patience) as port,
        httpx.AsyncClient(timeout=30) as outside,
    ):
        yield HookSite(engine, port, outside)


@asynccontextmanager
async def served(engine: Engine, patience: float) -> AsyncIterator[int]:
    """The application on a port of its own."""
    config = uvicorn.Config(
        create(engine, patience=patience), log_config=None, access_log=False, lifespan="off", proxy_headers=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server._serve([listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task


def rows(url: str) -> Mapping[str, int]:
    """How many rows every table holds, seen from outside the wall."""
    with psycopg.connect(url) as conn:
        tables = conn.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and relname <> %s order by 1",
            (COUNTERS,),
        ).fetchall()
        counted = " union all ".join(f"select '{name}', count(*) from public.\"{name}\"" for (name,) in tables)
        return dict(conn.execute(counted).fetchall())  # type: ignore[call-overload]
