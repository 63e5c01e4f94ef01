"""An errand: one call, or a few, to a provider; safe to repeat."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """What there is to do; each kind has one handler."""

    FETCH = "fetch"  # what a webhook only hinted at
    ENRICH = "enrich"  # ask who a lead is
    LOOKUP = "lookup"  # ask what kind of line a number is
    CRM = "crm"  # make the CRM agree with what we know of a lead
    NOTICE = "notice"  # tell staff outside the pages
    LIST = "list"  # put an address on a provider's own suppression list
    READ = "read"  # take in what a mailbox or a provider's own list has
    POLL = "poll"  # compare a CRM's lists with what reached us
    COMPARE = "compare"  # compare a longer time with the CRM's lists
    CANARY = "canary"  # change a contact that is nobody, to see whether webhooks come
    LOOK = "look"  # whether a connection still works


# What only reads. Everything else changes, tells or costs something, and is not done for an office in the sandbox.
READING = frozenset({Kind.FETCH, Kind.READ, Kind.POLL, Kind.COMPARE, Kind.LOOK})


@dataclass(frozen=True)
class Errand:
    """One errand under a lease. `generation`: how often it was asked for, to tell that it was asked for again."""

    office_id: UUID
    id: UUID
    kind: Kind
    key: str
    payload: Mapping[str, Any]
    generation: int
    attempts: int
    created_at: datetime
    lease_token: UUID


# Runs one errand, every effect of its own in its own transactions; returns a word or two on what became of it.
Handler = Callable[[Errand], Awaitable[str]]


class HopelessError(Exception):
    """No retry can help; the message says why, and the errand lies with the dead."""


class PutOffError(Exception):
    """Not now, and not its own fault: to be run again at `until` without counting as an attempt."""

    def __init__(self, until: datetime, why: str) -> None:
        super().__init__(why)
        self.until = until
        self.why = why
