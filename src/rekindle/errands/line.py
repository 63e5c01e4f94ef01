"""The way of every call that is no message: the office's account, the shared limits, the breaker, then the provider."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from rekindle.connections.accounts import Accounts
from rekindle.errands.types import PutOffError
from rekindle.kit.clock import Clock
from rekindle.providers.ports import Account, CallFailedError, GoneError, Limit, NotYetError
from rekindle.traffic.traffic import Change, PausedError, Traffic

T = TypeVar("T")

# Told when a provider's breaker opens or closes for an office.
Tell = Callable[[UUID, str, Change], Awaitable[None]]


class NotConnectedError(Exception):
    """The office has no account with this provider."""


@dataclass(frozen=True)
class Line:
    """What a call goes through; one a process."""

    accounts: Accounts
    traffic: Traffic
    clock: Clock
    tell: Tell

    async def account(self, office_id: UUID, provider: str) -> Account:
        """The office's account with a provider; raises NotConnectedError."""
        held = await self.accounts.of(office_id)
        found = held.accounts.get(provider) if held else None
        if found is None:
            raise NotConnectedError(provider)
        return found

    async def call(
        self,
        office_id: UUID,
        provider: str,
        limits: Callable[[Account], tuple[Limit, ...]],
        work: Callable[[Account], Awaitable[T]],
    ) -> T:
        """Raises NotConnectedError, PutOffError when it must wait, and what `work` does of its port's errors."""
        account = await self.account(office_id, provider)
        try:
            await self.traffic.enter(office_id, provider, limits(account))
        except PausedError as paused:
            raise PutOffError(paused.until, paused.why) from paused
        try:
            done = await work(account)
        except CallFailedError as failed:
            await self._ended(office_id, provider, failed)
            if failed.retry_after is not None:
                wait = timedelta(seconds=failed.retry_after)
                raise PutOffError(self.clock.now() + wait, failed.text) from failed
            raise
        except (NotYetError, GoneError):
            await self._ended(office_id, provider, None)  # it answered, if not with what we hoped for
            raise
        await self._ended(office_id, provider, None)
        return done

    async def _ended(self, office_id: UUID, provider: str, failed: CallFailedError | None) -> None:
        changed = await (
            self.traffic.leave(office_id, provider, None)
            if failed is None
            else self.traffic.leave(office_id, provider, failed.fault, retry_after=failed.retry_after, text=failed.text)
        )
        if changed:
            await self.tell(office_id, provider, changed)
