"""What every request works with; made once by the wiring."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rekindle.connections.accounts import Accounts
from rekindle.inbox.receive import Receiver
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.limits.blocks import Blocks
from rekindle.kit.limits.choose import limits as shared_limits
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
    accounts: Accounts
    limits: Blocks


@asynccontextmanager
async def open_engine(
    *, db: Db, keyring: Keyring, clock: Clock, settings: Settings, providers: Providers
) -> AsyncIterator[Engine]:
    """An engine whose receiver runs until the block ends; what it took is stored before the block is left."""
    accounts = Accounts(db, keyring, clock)
    async with Receiver(db, clock) as receiver, shared_limits(settings, db) as limits:
        yield Engine(db, keyring, clock, settings, providers, receiver, accounts, Blocks(limits))
