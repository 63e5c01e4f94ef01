"""Messages out: what the outbox hands to a provider, and what it may hear."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.ports.account import Account, Fault, Limit


@dataclass(frozen=True)
class Outgoing:
    """A message ready for the wire. `key` is our own id, echoed by the provider in receipts and listings.

    `message_id` is opaque and safe to show a provider. `hooks` is the public URL of the office's webhooks, without a
    source. `not_after` is when it may not be delivered any more: its expiry or the end of the contact window.
    `attempted_at` is when the attempt began that `find` asks about.
    """

    office_id: UUID
    message_id: UUID
    key: str
    channel: Channel
    to: str
    sender: str
    subject: str | None
    body: str
    headers: tuple[tuple[str, str], ...]
    expires_at: datetime | None
    hooks: str = ""
    not_after: datetime | None = None
    attempted_at: datetime | None = None
    sender_name: str = ""


@dataclass(frozen=True)
class Accepted:
    """The provider has it and named it."""

    provider_id: str


class SendRefusedError(Exception):
    """The provider certainly did not take it. `permanent`: never try again; else after `retry_after` seconds."""

    def __init__(
        self, code: str, text: str, *, permanent: bool, retry_after: float | None = None, fault: Fault | None = None
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.permanent = permanent
        self.retry_after = retry_after
        temporary = Fault.AWAY if retry_after is None else Fault.BUSY
        self.fault = fault or (Fault.MESSAGE if permanent else temporary)


class SendUncertainError(Exception):
    """The provider may or may not have it: a time-out, a reset, a 5xx after the body left."""


@dataclass(frozen=True)
class Found:
    """The provider has the message under our key."""

    provider_id: str
    state: MessageState


class Missing:
    """The provider is sure that it never had a message under our key."""


class CannotTell:
    """The provider does not know (yet); ask again later, never resend."""


class Sender(Protocol):
    """Sends on one or more channels. Every call carries its own deadline in seconds."""

    @property
    def name(self) -> str: ...
    @property
    def channels(self) -> frozenset[Channel]: ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may send at most; kept across processes by the caller."""
        ...

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        ...

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:
        """Whether an earlier send under this key happened; raises SendUncertainError when it cannot be reached."""
        ...
