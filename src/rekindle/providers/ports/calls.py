"""Calls out that are not messages: fetching what a hint named, asking about a person, telling staff."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from rekindle.providers.ports.account import Account, Limit


@dataclass(frozen=True)
class Fetched:
    """What came back; it goes into the inbox as an event of its own, whose source's adapter parses it."""

    external_id: str
    content_type: str
    body: bytes


class NotYetError(Exception):
    """It is not there yet, and will be: ask again after so many seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"not yet, again in {retry_after:g} s")
        self.retry_after = retry_after


class GoneError(Exception):
    """It is not there and never will be (deleted, expired, not ours); the message says why."""


class Fetcher(Protocol):
    """Fetches what an event only hinted at."""

    @property
    def provider(self) -> str: ...
    @property
    def source(self) -> str:
        """The inbox source that parses what this fetches; a hint names it."""
        ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may call at most."""
        ...

    async def fetch(self, ref: str, account: Account, *, deadline: float) -> tuple[Fetched, ...]:
        """Raises NotYetError, GoneError or CallFailedError, nothing else."""
        ...


@dataclass(frozen=True)
class Subject:
    """Whom to ask about: what we know of a person already."""

    lead_id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Enrichment:
    """What a provider knows of a person. `pending`: more will come under this request id."""

    found: bool
    facts: tuple[tuple[str, str], ...]  # our attribute names: title, company, city, state, linkedin, ...
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    credits: float
    pending: str = ""
    barred_phones: tuple[str, ...] = ()  # on a do-not-call list by the provider's word: never to be used


class Enricher(Protocol):
    """Looks people up. Facts, never decisions; an outage leaves the lead usable."""

    @property
    def provider(self) -> str: ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may call at most."""
        ...

    async def enrich(self, subject: Subject, account: Account, *, callback: str, deadline: float) -> Enrichment:
        """`callback` is the root of the office's hooks, for what comes later. Raises CallFailedError, nothing else."""
        ...


class LineTeller(Protocol):
    """Tells what kind of line a number is, where the office wants to know and pays for it."""

    @property
    def provider(self) -> str: ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may call at most."""
        ...

    async def line_type(self, phone: str, account: Account, *, deadline: float) -> str | None:
        """`mobile`, `landline`, ..., `invalid` for no number at all; None when off or unknown; CallFailedError."""
        ...


@dataclass(frozen=True)
class StaffNotice:
    """What a person of the office must know now, outside the pages. `url` leads to where they act on it."""

    office: str
    title: str
    text: str
    url: str
    emails: tuple[str, ...]  # of the people it is meant for
    key: str  # the same cause has the same key


class Notifier(Protocol):
    """Tells staff, never leads: no lead's address passes here."""

    @property
    def provider(self) -> str: ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may send at most."""
        ...

    async def tell(self, notice: StaffNotice, account: Account, *, deadline: float) -> None:
        """Raises CallFailedError, nothing else. May double in rare cases; that is accepted for staff."""
        ...


class Feed(Protocol):
    """Something that is read over and over: a provider's own list, a mailbox."""

    @property
    def provider(self) -> str: ...
    @property
    def source(self) -> str:
        """The inbox source that parses what this reads."""
        ...

    @property
    def every(self) -> timedelta: ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may call at most."""
        ...

    def wanted(self, account: Account) -> bool:
        """Whether the office set this account up to be read at all."""
        ...

    async def since(self, cursor: str, account: Account, *, deadline: float) -> tuple[tuple[Fetched, ...], str]:
        """What came since `cursor` ("" = the beginning), as events, and the next cursor; raises CallFailedError."""
        ...


class Listed(Feed, Protocol):
    """A provider's own list of addresses not to be written to (suppressions), kept the same on both sides."""

    async def add(self, address: str, account: Account, *, deadline: float) -> None:
        """Put an address on the list; raises CallFailedError."""
        ...
