"""What the engine knows of an office's connections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from rekindle.decide.words import Channel
from rekindle.providers.ports import Account


class State(StrEnum):
    """How a connection was when it was last looked at; REMOVED ones keep their row, without credentials."""

    UNCHECKED = "unchecked"
    OK = "ok"
    FAILING = "failing"
    REMOVED = "removed"


@dataclass(frozen=True)
class Connection:
    """One office's account with one provider, without its credentials. `account` is the provider's name for it."""

    provider: str
    account: str
    state: State
    note: str
    checked_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Held:
    """Everything an office is connected to, opened: accounts by provider, and which one carries which channel.

    `entered`: when a person last entered a provider's credentials, which may since be another account's.
    """

    office_id: UUID
    slug: str
    mode: str
    accounts: Mapping[str, Account]
    routes: Mapping[Channel, str]
    entered: Mapping[str, datetime] = field(default_factory=dict)
