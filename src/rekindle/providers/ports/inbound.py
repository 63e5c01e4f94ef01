"""Webhooks in: bytes become events, events become our words. Everything here is pure on its arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rekindle.decide.words import Lane
from rekindle.providers.ports.account import Account
from rekindle.providers.ports.words import Parsed

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Request:
    """One request to a hook. Header names are in lower case; a repeated header is joined by a comma.

    `url` is what the provider called: our configured public base URL, then path and query exactly as they stood on
    the wire. `tail` is what follows /hooks/{office}/{source}/, exactly as it stood.
    """

    method: str
    url: str
    tail: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True)
class Event:
    """A stored raw event, as `parse` gets it: at once, or years later in a replay."""

    external_id: str
    body: bytes
    received_at: datetime
    tail: str = ""
    content_type: str = ""


@dataclass(frozen=True)
class Verified:
    """A genuine request. Events with one `external_id` are one event; events of one `party` are handled in order."""

    external_id: str
    party: str = ""


@dataclass(frozen=True)
class HookAnswer:
    """What a provider expects to hear when its event is safe."""

    status: int
    content_type: str
    body: bytes


class RefusedSignatureError(Exception):
    """The request is not genuine, not fresh or not whole; answered 401 without a side effect."""


class UnparsableError(Exception):
    """Genuine but not understood: kept in the inbox as dead, with this reason, for a person."""


class Inbound:
    """One webhook source; adapters override. The defaults are those of a plain JSON webhook of one office."""

    source: ClassVar[str]
    provider: ClassVar[str]  # whose account verifies it; an office without one has no such endpoint
    lane: ClassVar[Lane] = Lane.REPLY
    limit: ClassVar[int] = MEBIBYTE  # most bytes of a body
    tails: ClassVar[bool] = False  # whether its URLs go on after the source
    pasted: ClassVar[bool] = True  # whether a person of the office gives its URL to the provider
    tail_field: ClassVar[str] = ""  # the account's field that ends the pasted URL, if one does
    answer: ClassVar[HookAnswer | None] = None  # None: our own JSON

    def verify(self, request: Request, account: Account) -> Verified:
        """Who sent it and what it is called; raises RefusedSignatureError and nothing else, whatever the bytes."""
        raise NotImplementedError

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """Our words for it; raises UnparsableError and nothing else, whatever the bytes."""
        raise NotImplementedError

    def challenge(self, request: Request, account: Account) -> bytes:  # noqa: ARG002 the default answers nobody
        """The answer to a GET that proves the endpoint is ours; raises RefusedSignatureError."""
        raise RefusedSignatureError("this endpoint takes POST only")

    def account_names(self, request: Request) -> tuple[str, ...]:  # noqa: ARG002 the default knows no platform
        """Which accounts the body names, unverified, none when it names none: for one URL of all offices."""
        return ()
