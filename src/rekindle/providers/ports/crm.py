"""A CRM kept in step both ways."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rekindle.providers.ports.account import Account, Limit
from rekindle.providers.ports.calls import Fetched

CANARY = "rekindle: canary "  # the beginning of the one tag of a contact that is nobody
CANARY_NAME = "Rekindle Canary"
CANARY_EMAIL = "rekindle.canary@example.com"  # RFC 2606: reaches nobody


@dataclass(frozen=True)
class Card:
    """What the CRM should know of one lead. Tags are added and removed one by one, never written as a whole.

    `fields` are our names (score, temperature, stage, intent, ...); the account's map names the CRM's fields.
    `stage` is our stage's name; the account's map names the pipeline stage. `notes` are (key, text), each told once.
    """

    lead_id: str
    contact_id: str  # "" until the CRM has named one
    name: str
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    source: str
    tags_on: tuple[str, ...]
    tags_off: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    stage: str
    notes: tuple[tuple[str, str], ...]
    no_sms: bool
    no_email: bool


@dataclass(frozen=True)
class Pushed:
    """What the CRM holds after a push; the next echo of it says nothing new."""

    contact_id: str
    tags: tuple[str, ...]
    opportunity_id: str


@dataclass(frozen=True)
class CrmPage:
    """Some of what the CRM has, as events for the inbox, and where to go on; "" when that was all."""

    events: tuple[Fetched, ...]
    cursor: str


@dataclass(frozen=True)
class Slot:
    """A free time in a calendar."""

    starts_at: datetime
    ends_at: datetime


class Crm(Protocol):
    """Everything here is safe to repeat: upserts, additive tags, notes keyed by us."""

    @property
    def provider(self) -> str: ...

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What this account may call at most."""
        ...

    async def push(self, card: Card, account: Account, *, opportunity_id: str, deadline: float) -> Pushed:
        """Make the CRM agree with the card; raises CallFailedError (fault MESSAGE: this card never can)."""
        ...

    async def contacts(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:
        """Contacts added or changed since then; raises CallFailedError."""
        ...

    async def messages(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:
        """Messages of both directions since then; raises CallFailedError."""
        ...

    async def chirp(self, account: Account, stamp: str, *, deadline: float) -> None:
        """Write CANARY and `stamp` as a tag on a contact that is nobody, so that the CRM tells us of it by webhook."""
        ...

    async def slots(self, account: Account, *, first: datetime, last: datetime, deadline: float) -> tuple[Slot, ...]:
        """Free times of the account's calendar; raises CallFailedError."""
        ...

    async def book(self, account: Account, contact_id: str, slot: Slot, *, title: str, deadline: float) -> str:
        """Book a free time; the appointment's id. A time just taken raises CallFailedError with fault MESSAGE."""
        ...
