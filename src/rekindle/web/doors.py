"""Which webhook endpoints exist: an office, a wired source, and a secret of that office for it. Remembered briefly."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.kit.db import enter_office
from rekindle.office import keys, store
from rekindle.office.create import SLUG
from rekindle.providers.ports import Inbound
from rekindle.web.engine import Engine

KEPT = timedelta(seconds=5)  # how long a changed secret may still be taken


@dataclass(frozen=True)
class Door:
    """One endpoint and what verifies its requests."""

    office_id: UUID
    inbound: Inbound
    secret: bytes


@dataclass(frozen=True)
class _Known:
    office_id: UUID
    secrets: dict[str, bytes]
    at: datetime


class Doors:
    """Finds endpoints; many requests for one office at once ask the database once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[_Known | None]] = {}

    async def find(self, slug: str, source: str) -> Door | None:
        """The endpoint, or None when office, source or secret is missing; raises when the database is away."""
        inbound = self._engine.providers.inbound.get(source)
        if inbound is None:
            return None
        known = self._known.get(slug)
        if known is None or self._engine.clock.now() - known.at >= KEPT:
            known = await self._ask(slug)
        secret = known.secrets.get(inbound.secret_kind) if known else None
        return Door(known.office_id, inbound, secret) if known and secret else None

    async def _ask(self, slug: str) -> _Known | None:
        if not SLUG.fullmatch(slug):
            return None
        asking = self._asking.get(slug)
        if asking is None:
            asking = self._asking[slug] = asyncio.create_task(self._read(slug))
            asking.add_done_callback(lambda done: self._answered(slug, done))
        # Shielded: whoever hangs up must not take the answer away from the others.
        return await asyncio.shield(asking)

    def _answered(self, slug: str, done: "asyncio.Task[_Known | None]") -> None:
        self._asking.pop(slug, None)
        if done.cancelled() or done.exception() is not None:
            return
        found = done.result()
        if found is None:
            self._known.pop(slug, None)
        else:
            self._known[slug] = found

    async def _read(self, slug: str) -> _Known | None:
        at = self._engine.clock.now()
        async with self._engine.db.plain() as conn:
            found = await store.by_slug(conn, slug)
            if found is None:
                return None
            await enter_office(conn, found[0])
            secrets = await keys.secrets_of(conn, found[0], self._engine.keyring)
        return _Known(found[0], secrets, at)
