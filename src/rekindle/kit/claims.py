"""The one way to take work from a table: a batch with a lease, a fencing token, attempts counted at the claim.

Each queue's SQL stands in its room's store.py; they share this shape:
    update T set lease_token = %(token)s, lease_until = %(until)s, attempts = attempts + 1
    where (keys) in (select keys from T where due order by lane, due_at limit N for update skip locked) returning ...
A worker that lost its lease finds its token gone and writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.kit.ids import new_id

MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=30)
MOST_DOUBLINGS = 16  # long past the longest delay; what is tried for days must not count out of bounds


class LeaseLostError(Exception):
    """Somebody else holds the row now; whatever was done under the old lease must not be written."""


@dataclass(frozen=True)
class Lease:
    """A promise to be done by `until`; after it anybody may take the row."""

    token: UUID
    until: datetime

    @classmethod
    def take(cls, at: datetime, seconds: float) -> "Lease":
        return cls(new_id(), at + timedelta(seconds=seconds))


def backoff(attempts: int, draw: float) -> timedelta:
    """Exponential delay with full jitter (draw in 0..1) after `attempts` tries: 2 s doubling to 30 min."""
    doublings = min(max(attempts - 1, 0), MOST_DOUBLINGS)
    ceiling: timedelta = min(FIRST_DELAY * 2**doublings, LONGEST_DELAY)
    return ceiling / 2 + ceiling / 2 * draw
