"""The sandbox as seen from the leads' side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rekindle.decide.words import Channel


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
