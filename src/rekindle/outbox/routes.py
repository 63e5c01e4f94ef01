"""Which provider carries an office's messages: its own choice when it is live, nothing but the sandbox when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from rekindle.connections.accounts import Accounts
from rekindle.connections.types import Held
from rekindle.decide.words import Channel
from rekindle.kit import log
from rekindle.kit.crypto import CryptoError
from rekindle.providers.ports import Account, Sender

logger = log.get("outbox")

SANDBOX = "sandbox"
REPLY_DOMAIN = "reply_domain"  # the field in which an account that brings mail in names its domain


@dataclass(frozen=True)
class Route:
    """A sender and the account it sends with. `replies`: the mail domain whose every address reaches our inbox.

    `entered`: when a person last entered the account; None for one that nobody enters.
    """

    sender: Sender
    account: Account
    replies: str = ""
    entered: datetime | None = None


class Routes(Protocol):
    """Asked before each transaction that may send; answers from memory mostly."""

    async def of(self, office_id: UUID) -> Mapping[Channel, Route]:
        """The office's way out for each channel that has one; raises kit.db.Unavailable."""
        ...

    async def named(self, office_id: UUID, provider: str) -> Route | None:
        """The way to one provider, whatever it carries by now: who was handed a message can be asked about it."""
        ...


@dataclass(frozen=True)
class Connected:
    """The routes of connected offices."""

    accounts: Accounts
    senders: Mapping[str, Sender]
    sandbox: Sender | None

    async def of(self, office_id: UUID) -> Mapping[Channel, Route]:
        """As Routes; an office whose credentials do not open has no way out, and is told that it has none."""
        try:
            held = await self.accounts.of(office_id)
        except CryptoError as error:
            logger.error("credentials do not open", office_id=str(office_id), error=type(error).__name__)  # noqa: TRY400 its text names the key's purpose
            return {}
        if held is None:
            return {}
        if held.mode == SANDBOX:
            return self._in_sandbox(held)
        found = {}
        for channel, provider in held.routes.items():
            sender, account = self.senders.get(provider), held.accounts.get(provider)
            if sender is not None and account is not None and channel in sender.channels:
                found[channel] = Route(sender, account, _replies(held))
        return found

    async def named(self, office_id: UUID, provider: str) -> Route | None:
        """As Routes."""
        held = await self.accounts.of(office_id)
        if held is None:
            return None
        if provider == SANDBOX and self.sandbox is not None:
            return Route(self.sandbox, held.accounts.get(SANDBOX) or Account(office_id, SANDBOX, {}))
        sender, account = self.senders.get(provider), held.accounts.get(provider)
        if sender is None or account is None:
            return None
        return Route(sender, account, entered=held.entered.get(provider))

    def _in_sandbox(self, held: Held) -> Mapping[Channel, Route]:
        if self.sandbox is None:
            return {}
        account = held.accounts.get(SANDBOX) or Account(held.office_id, SANDBOX, {})
        return {channel: Route(self.sandbox, account) for channel in self.sandbox.channels}


def _replies(held: Held) -> str:
    named = (account.get(REPLY_DOMAIN) for _, account in sorted(held.accounts.items()))
    return next((domain for domain in named if domain), "")
