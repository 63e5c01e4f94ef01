"""What the engine asks of a provider. Adapters are one folder each; only the wiring knows them by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from rekindle.decide.words import Channel, MessageState


@dataclass(frozen=True)
class Outgoing:
    """A message ready for the wire. `key` is our own id, echoed by the provider in receipts and listings."""

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


@dataclass(frozen=True)
class Accepted:
    """The provider has it and named it."""

    provider_id: str


class SendRefusedError(Exception):
    """The provider certainly did not take it. `permanent`: never try again; else after `retry_after` seconds."""

    def __init__(self, code: str, text: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.permanent = permanent
        self.retry_after = retry_after


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

    name: str
    channels: frozenset[Channel]

    async def send(self, outgoing: Outgoing, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        ...

    async def find(self, outgoing: Outgoing, *, deadline: float) -> Found | Missing | CannotTell:
        """Whether an earlier send under this key happened; raises SendUncertainError when it cannot be reached."""
        ...


# ------------------------------------------------------------------ inbound: bytes in, our words out (pure)


@dataclass(frozen=True)
class Enquiry:
    """A person asks about property. Fields are as given; leads/identity normalises."""

    external_id: str
    source: str
    name: str
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    kind: str
    message: str
    page: str
    at: datetime | None
    state: str
    zip: str
    city: str
    street: str
    attributes: tuple[tuple[str, str], ...]
    consents: tuple["GivenConsent", ...]
    stage: str = ""
    enroll: str = "auto"  # "auto", "none" or a sequence's name


@dataclass(frozen=True)
class GivenConsent:
    """A tick box or column that grants or refuses one channel, with its evidence."""

    channel: Channel
    granted: bool
    basis: str  # decide.words.Basis
    text: str
    url: str
    ip: str
    at: datetime | None


@dataclass(frozen=True)
class Reply:
    """A message from a lead."""

    external_id: str
    channel: Channel
    sender: str
    to: str
    subject: str
    body: str
    at: datetime | None


@dataclass(frozen=True)
class Receipt:
    """What a provider says happened to a message; `key` is ours when the provider echoes it."""

    external_id: str
    provider: str
    provider_id: str
    key: str
    state: MessageState
    code: str
    text: str
    permanent: bool
    at: datetime | None


@dataclass(frozen=True)
class Booking:
    """An appointment made, moved or canceled outside."""

    external_id: str
    email: str
    phone: str
    starts_at: datetime | None
    canceled: bool


Parsed = Enquiry | Reply | Receipt | Booking


class RefusedSignatureError(Exception):
    """The request is not genuine, not fresh or not whole; answered 401 without a side effect."""


class UnparsableError(Exception):
    """Genuine but not understood: kept in the inbox as dead, with this reason, for a person."""


class Inbound(Protocol):
    """One webhook source. Both functions are pure on their arguments."""

    source: str
    secret_kind: str  # which office secret verifies it

    def verify(self, body: bytes, headers: Mapping[str, str], *, secret: bytes, at: datetime) -> str:
        """The event's external id; raises RefusedSignatureError."""
        ...

    def parse(self, body: bytes, *, external_id: str) -> tuple[Parsed, ...]:
        """Our words for it; raises UnparsableError."""
        ...


@dataclass(frozen=True)
class PhoneMessage:
    """A bubble on a sandbox lead's phone. `mine`: the lead wrote it."""

    channel: Channel
    mine: bool
    subject: str
    body: str
    at: datetime


@dataclass(frozen=True)
class PhoneThread:
    """One sandbox lead's phone: everything between one address and one office."""

    channel: Channel
    address: str
    messages: tuple[PhoneMessage, ...]


class PhoneError(Exception):
    """The sandbox cannot be reached or does not understand; the page says so."""


class Phone(Protocol):
    """The sandbox as seen from the leads' side; absent in production."""

    async def threads(self, office: str, *, limit: int) -> tuple[PhoneThread, ...]:
        """Newest first, each with its last message only; `office` is the slug. Raises PhoneError, as all here."""
        ...

    async def thread(self, office: str, channel: Channel, address: str) -> PhoneThread:
        """The whole thread, oldest first; empty when there is none."""
        ...

    async def reply(self, office: str, channel: Channel, address: str, text: str) -> None:
        """Write as the lead; arrives at the office as a signed webhook like any other reply."""
        ...


@dataclass(frozen=True)
class Providers:
    """All that is wired in: senders by channel, webhook sources by name, the sandbox's phones if there are any."""

    senders: Mapping[Channel, Sender]
    inbound: Mapping[str, Inbound]
    phone: Phone | None = None
