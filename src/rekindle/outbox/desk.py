"""What every step of the outbox works with; made once, in the wiring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rekindle.decide.words import Channel
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.outbox.types import Terms
from rekindle.providers.ports import Sender


@dataclass(frozen=True)
class Desk:
    """The outbox's surroundings. `chance` gives numbers in 0..1; it spreads retries."""

    db: Db
    keyring: Keyring
    clock: Clock
    chance: Callable[[], float]
    senders: Mapping[Channel, Sender]
    base_url: str
    terms: Terms = field(default_factory=Terms)
