"""What every step of the outbox works with; made once, in the wiring."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.outbox.routes import Routes
from rekindle.outbox.types import Terms
from rekindle.traffic.traffic import Change, Traffic


@dataclass(frozen=True)
class Desk:
    """The outbox's surroundings. `chance` gives numbers in 0..1; it spreads retries."""

    db: Db
    keyring: Keyring
    clock: Clock
    chance: Callable[[], float]
    routes: Routes
    traffic: Traffic
    tell: Callable[[UUID, str, Change], Awaitable[None]]  # a provider's breaker opened or closed
    base_url: str
    terms: Terms = field(default_factory=Terms)
