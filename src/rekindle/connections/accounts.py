"""An office's open accounts, remembered briefly in each process: every webhook and every send asks for them."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.connections import sealed, store
from rekindle.connections.types import Held
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db, enter_office
from rekindle.providers.ports import Account

KEPT = timedelta(seconds=5)  # how long a changed credential may still be used
NAME_LENGTH = 200

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")

Key = tuple[str, ...]
Which = Callable[[Conn], Awaitable[UUID | None]]


@dataclass(frozen=True)
class _Kept:
    held: Held
    at: datetime


class Accounts:
    """Answers who is asked for most; many askers at once ask the database once. Nothing unknown is remembered."""

    def __init__(self, db: Db, keyring: Keyring, clock: Clock, *, kept: timedelta = KEPT) -> None:
        self._db = db
        self._keyring = keyring
        self._clock = clock
        self._for = kept
        self._known: dict[Key, _Kept] = {}
        self._asking: dict[Key, asyncio.Task[Held | None]] = {}

    async def by_slug(self, slug: str) -> Held | None:
        """The office with this slug; raises kit.db.Unavailable when the database is away, CryptoError (all do)."""
        if not _SLUG.fullmatch(slug):
            return None
        return await self._held(("slug", slug), lambda conn: store.by_slug(conn, slug))

    async def of(self, office_id: UUID) -> Held | None:
        """This office."""

        async def itself(_: Conn) -> UUID:
            return office_id

        return await self._held(("office", str(office_id)), itself)

    async def by_account(self, provider: str, name: str) -> Held | None:
        """The office whose account with this provider bears this name; anything may be asked for."""
        # What no connection can be called is not worth a query; the database would refuse some of it with an error.
        if not name or len(name) > NAME_LENGTH or not name.isprintable():
            return None
        return await self._held(("account", provider, name), lambda conn: store.by_account(conn, provider, name))

    def forget(self, office_id: UUID) -> None:
        """Something of this office changed: whoever asks from now on gets it new."""
        for key in [key for key, kept in self._known.items() if kept.held.office_id == office_id]:
            del self._known[key]
        self._asking.clear()  # what is being read may be of before; those who wait for it get it, nobody else

    async def _held(self, key: Key, which: Which) -> Held | None:
        kept = self._known.get(key)
        if kept is not None and self._clock.now() - kept.at < self._for:
            return kept.held
        asking = self._asking.get(key)
        if asking is None:
            at = self._clock.now()
            asking = self._asking[key] = asyncio.create_task(self._read(which))
            asking.add_done_callback(lambda done: self._answered(key, done, at))
        # Shielded: whoever hangs up must not take the answer away from the others.
        return await asyncio.shield(asking)

    def _answered(self, key: Key, done: "asyncio.Task[Held | None]", at: datetime) -> None:
        failed = done.cancelled() or done.exception() is not None
        if self._asking.get(key) is not done:
            return  # forgotten meanwhile
        del self._asking[key]
        held = None if failed else done.result()
        if held is not None:
            self._known[key] = _Kept(held, at)
        elif not failed:
            self._known.pop(key, None)

    async def _read(self, which: Which) -> Held | None:
        async with self._db.plain() as conn:
            office_id = await which(conn)
            if office_id is None:
                return None
            await enter_office(conn, office_id)
            named = await store.named(conn, office_id)
            if named is None:
                return None
            own = await store.own_secrets(conn, office_id)
            closed = await store.sealed(conn, office_id)
            routes = await store.routes(conn, office_id)
            entered = await store.entered(conn, office_id)
        accounts = {kind: sealed.own_secret(self._keyring, office_id, kind, secret) for kind, secret in own.items()}
        for provider, values in closed.items():
            opened = sealed.unseal(self._keyring, office_id, provider, values)
            accounts[provider] = {**accounts.get(provider, {}), **opened}
        return Held(
            office_id,
            named.slug,
            named.mode,
            {name: Account(office_id, name, values) for name, values in accounts.items()},
            routes,
            entered,
        )
