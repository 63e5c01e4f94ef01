"""The real web application over a real database, asked by HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp

from rekindle.kit import settings
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.office.create import Created, create
from rekindle.office.types import Mode
from rekindle.providers import standard_webhooks
from rekindle.providers.form.api import ApiInbound
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Providers
from rekindle.web.app import create as application
from rekindle.web.engine import Engine, open_engine

HERE = "http://127.0.0.1:8080"
FORM = {"name": "Dana Fox", "email": "dana@mail.example", "phone": "(312) 555-0142", "kind": "buyer"}


@dataclass(frozen=True)
class Site:
    """An office on line."""

    engine: Engine
    app: ASGIApp
    made: Created
    web: httpx.AsyncClient

    async def hook(
        self, given: Any = FORM, *, event_id: str | None = None, source: str = "form", secret: str | None = None
    ) -> httpx.Response:
        """A signed form post."""
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        headers = standard_webhooks.sign(
            body,
            event_id=event_id or f"msg_{new_id()}",
            at=self.engine.clock.now(),
            secret=(secret or self.made.form_secret).encode(),
        )
        return await self.web.post(f"/hooks/{self.made.slug}/{source}", content=body, headers=headers)

    async def sign_in(self, login: str | None = None, password: str | None = None) -> httpx.Response:
        """As the owner, or as somebody else."""
        form = {"login": login or self.made.login, "password": password or self.made.password}
        return await self.web.post("/login", data=form)

    def bearer(self) -> dict[str, str]:
        """The office's API key."""
        return {"authorization": f"Bearer {self.made.api_key}"}

    async def count(self, table: str) -> int:
        """Rows of the office in a table."""
        async with self.engine.db.office(self.made.office_id) as conn:
            cursor = await conn.execute(f"select count(*) as n from {table}")  # type: ignore[arg-type]
            row = await cursor.fetchone()
        return int(row["n"]) if row else -1


@asynccontextmanager
async def online(
    db: Db,
    keyring: Keyring,
    clock: Clock,
    *,
    providers: Providers | None = None,
    peer: str = "127.0.0.1",
    base_url: str = HERE,
    **environ: str,
) -> AsyncIterator[Site]:
    """A site with one office; `peer` is where its client sits."""
    chosen = settings.read({"REKINDLE_HOME": "/nowhere", "REKINDLE_BASE_URL": base_url, **environ})
    made = await create(
        db, keyring, slug="harbor", name="Harbor", timezone="America/Chicago", mode=Mode.SANDBOX, at=clock.now()
    )
    wired = providers or Providers(inbound={"form": FormInbound(), "api": ApiInbound()})
    async with open_engine(db=db, keyring=keyring, clock=clock, settings=chosen, providers=wired) as engine:
        app = application(engine)
        transport = httpx.ASGITransport(app=app, client=(peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as web:
            yield Site(engine, app, made, web)
