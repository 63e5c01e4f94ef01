"""The only wiring: which providers exist and how their processes run; then the command line takes over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rekindle.cli import app
from rekindle.cli.context import Opened, Wiring
from rekindle.kit.crypto import Keyring
from rekindle.kit.settings import Settings
from rekindle.providers.ports import Providers


@asynccontextmanager
async def providers(settings: Settings, keyring: Keyring) -> AsyncIterator[Providers]:
    """Every adapter, opened for the life of a process."""
    raise NotImplementedError
    yield


async def sandbox(opened: Opened, stop: asyncio.Event) -> None:
    """The sandbox provider's process."""
    raise NotImplementedError


def run() -> None:
    """The `rekindle` command."""
    app(obj=Wiring(providers, sandbox))
