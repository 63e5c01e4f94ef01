"""Which token a call carries, and its renewal: by one process at a time, written down before it is used.

HighLevel's refresh tokens work once. Two processes renewing together, or an answer lost before it is stored, would
lock the office out until a person reconnects it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from rekindle.kit.clock import Clock
from rekindle.kit.db import Unavailable
from rekindle.providers.ghl.oauth import GhlOauth, Values
from rekindle.providers.ghl.until import Until
from rekindle.providers.ports import Account, CallFailedError, Fault, Vault

PROVIDER = "ghl"
EARLY = timedelta(minutes=5)
CALL_SECONDS = 15.0
CLAIM_SECONDS = 60.0  # the refresh, the previous token and a reconnect, one after the other, fit into it
PAUSE_SECONDS = 0.05
DATABASE_SECONDS = 5.0
WRITE_PAUSES = (0.2, 1.0, 3.0)
LONG_PAST = datetime(1970, 1, 1, tzinfo=UTC)


class Tokens:
    """Gives the bearer token of an account, renewed when it must be."""

    def __init__(self, oauth: GhlOauth, clock: Clock, vault: Vault) -> None:
        self._oauth = oauth
        self._clock = clock
        self._vault = vault
        self._running: set[asyncio.Task[str | None]] = set()

    async def bearer(self, account: Account, until: Until, *, stale: str = "") -> str:
        """A token that is good for five minutes and is not `stale`; raises CallFailedError, and nothing has left."""
        if account.get("private_token"):
            return account.get("private_token")
        if not account.get("refresh_token"):
            text = "GoHighLevel is not connected: neither a private integration token nor an install of our app"
            raise CallFailedError("not_connected", text, fault=Fault.ACCOUNT)
        try:
            return self._usable(account, stale) or await self._renewed(account.office_id, stale, until)
        except Unavailable as error:
            text = "our own database is away, so the access to GoHighLevel cannot be renewed"
            raise CallFailedError("database", text, fault=Fault.BUSY, retry_after=DATABASE_SECONDS) from error

    async def _renewed(self, office_id: UUID, stale: str, until: Until) -> str:
        while until.left() > 0:
            # Its own task: our deadline must not cut between the provider's answer and the row that keeps it.
            renewal = asyncio.create_task(self._renew(office_id, stale))
            self._running.add(renewal)
            renewal.add_done_callback(self._done)
            try:
                token = await asyncio.wait_for(asyncio.shield(renewal), max(until.left(), 0.001))
            except TimeoutError:
                break
            if token is not None:
                return token
            await asyncio.sleep(PAUSE_SECONDS)
        text = "another process is renewing the access to GoHighLevel"
        raise CallFailedError("renewing", text, fault=Fault.BUSY, retry_after=CALL_SECONDS)

    def _done(self, renewal: "asyncio.Task[str | None]") -> None:
        self._running.discard(renewal)
        if not renewal.cancelled():
            renewal.exception()  # whoever still waits has it; nobody waiting is no news either

    async def _renew(self, office_id: UUID, stale: str) -> str | None:
        """The token, renewed by us or by somebody else; None while somebody else is at it."""
        token = self._usable(await self._kept(office_id), stale)
        if token is not None:
            return token
        if not await self._vault.claim(office_id, PROVIDER, seconds=CLAIM_SECONDS):
            return None
        try:
            kept = await self._kept(office_id)  # again: it may have been renewed between our look and our claim
            token = self._usable(kept, stale)
            if token is not None:
                return token
            values = await self._new_pair(kept)
            values["previous_refresh_token"] = kept.get("refresh_token")
            await self._keep(office_id, values)
            return values["access_token"]
        finally:
            await self._vault.release(office_id, PROVIDER)

    async def _keep(self, office_id: UUID, values: Values) -> None:
        """A new pair that is not written down is lost, so a database that is away for a moment is waited for."""
        for pause in WRITE_PAUSES:
            try:
                return await self._vault.write(office_id, PROVIDER, values)
            except Unavailable:
                await asyncio.sleep(pause)
        return await self._vault.write(office_id, PROVIDER, values)

    async def _new_pair(self, kept: Account) -> Values:
        """By the token we have; else by the one before it, whose answer we may have lost; else by reconnecting."""
        ways: list[Callable[[], Awaitable[Values]]] = [
            lambda token=token: self._oauth.refresh(token, deadline=CALL_SECONDS)  # type: ignore[misc]
            for token in (kept.get("refresh_token"), kept.get("previous_refresh_token"))
            if token
        ]
        if kept.get("location_id"):
            ways.append(lambda: self._oauth.reconnect(kept.get("location_id"), deadline=CALL_SECONDS))
        first: CallFailedError | None = None
        for way in ways:
            try:
                return await way()
            except CallFailedError as error:
                first = first or error
                if error.fault is not Fault.ACCOUNT:
                    break
        text = "GoHighLevel no longer lets us in: connect it again"
        if first is None or first.fault is Fault.ACCOUNT:
            raise CallFailedError("refresh_refused", text, fault=Fault.ACCOUNT) from first
        raise first

    async def _kept(self, office_id: UUID) -> Account:
        kept = await self._vault.read(office_id, PROVIDER)
        if kept is None or not kept.get("refresh_token"):
            text = "GoHighLevel was disconnected meanwhile"
            raise CallFailedError("not_connected", text, fault=Fault.ACCOUNT)
        return kept

    def _usable(self, account: Account, stale: str) -> str | None:
        token = account.get("access_token")
        fresh = token and token != stale and self._clock.now() + EARLY <= _moment(account.get("expires_at"))
        return token if fresh else None


def _moment(given: str) -> datetime:
    """When a token ends; long past when that is not known, so that it is renewed."""
    try:
        read = datetime.fromisoformat(given)
    except ValueError:
        return LONG_PAST
    return read if read.tzinfo else LONG_PAST
