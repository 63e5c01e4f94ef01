"""What every request works with; made once by the wiring."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rekindle.inbox.receive import Receiver
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.settings import Settings
from rekindle.providers.ports import Providers


@dataclass(frozen=True)
class Engine:
    """The parts, at `request.app.state.engine`."""

    db: Db
    keyring: Keyring
    clock: Clock
    settings: Settings
    providers: Providers
    receiver: Receiver


@asynccontextmanager
async def open_engine(
    *, db: Db, keyring: Keyring, clock: Clock, settings: Settings, providers: Providers
) -> AsyncIterator[Engine]:
    """An engine whose receiver runs until the block ends; what it took is stored before the block is left."""
    async with Receiver(db, clock) as receiver:
        yield Engine(db, keyring, clock, settings, providers, receiver)
