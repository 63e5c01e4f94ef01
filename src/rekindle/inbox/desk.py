"""What handling one event works with: the transaction it all happens in, and when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.inbox.types import Job
from rekindle.kit.db import Conn


@dataclass(frozen=True)
class Asks:
    """The providers wired in that can be asked about a new lead: who they are, and what kind of line a number is."""

    enrichers: tuple[str, ...] = ()
    tellers: tuple[str, ...] = ()


NOBODY = Asks()


@dataclass(frozen=True)
class Desk:
    """One office's transaction at one instant."""

    conn: Conn
    office_id: UUID
    office_key: bytes
    at: datetime
    asks: Asks = NOBODY


@dataclass(frozen=True)
class Done:
    """What became of a job: a word or two for the list of events, and whom it was about."""

    job: Job
    outcome: str
    lead_id: UUID | None
    again: bool = False  # part of it must wait: look at the event once more, what was done stays done
    broken: bool = False  # part of it nobody can read: a person must, what was done stays done
