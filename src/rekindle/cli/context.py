"""What every verb needs: settings, keys, a database, the wired providers, or a plain word on what is missing."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import typer
from rich.console import Console

from rekindle.kit import collector, keys, log, migrate, postgres, settings
from rekindle.kit import db as kit_db
from rekindle.kit.clock import Clock, SystemClock
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.db import Db
from rekindle.kit.settings import Settings, SettingsError
from rekindle.office import store as offices
from rekindle.providers.ports import Providers

T = TypeVar("T")

# People read this; data goes to stdout alone.
say = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Wiring:
    """What only main knows: which providers there are, and how to run the sandbox."""

    providers: Callable[[Settings, Keyring, Db | None], AbstractAsyncContextManager[Providers]]
    sandbox: Callable[["Opened", asyncio.Event], Awaitable[None]]


@dataclass(frozen=True)
class Opened:
    """A running engine's parts, for the length of one verb. `url` is the owner's, for LISTEN and migrations."""

    db: Db
    settings: Settings
    keyring: Keyring
    clock: Clock
    providers: Providers
    url: str


class UsageProblemError(Exception):
    """The person must do something else; the message says what."""


_wired: ContextVar[Wiring | None] = ContextVar("wired", default=None)


def wire(handed: Wiring | None) -> None:
    """Keep what main hands over for the verb that runs now."""
    _wired.set(handed)


def wiring() -> Wiring:
    """What main handed over when it started the command line."""
    found = _wired.get()
    if found is None:
        raise UsageProblemError("rekindle must be started by its own command")
    return found


@asynccontextmanager
async def engine(*, pool: int = 8, environ: Mapping[str, str] | None = None) -> AsyncIterator[Opened]:
    """Everything open and at the newest migration; raises UsageProblemError when the database is not."""
    chosen = settings.read(environ) if environ is not None else settings.read()
    ring = keys.keyring(chosen)
    with postgres.running(chosen) as url:
        before = await asyncio.to_thread(migrate.current, url)
        if before != migrate.newest():
            raise UsageProblemError(
                f"the database is at migration {before or 'none'}, this code wants {migrate.newest()}: "
                "run `rekindle migrate` (or `rekindle up`, which does)"
            )
        app_url = chosen.database_url or url
        async with (
            kit_db.connect(app_url, size=pool) as opened,
            wiring().providers(chosen, ring, opened) as providers,
        ):
            yield Opened(opened, chosen, ring, SystemClock(), providers, app_url)


async def pick_office(db: Db, slug: str | None) -> UUID:
    """The office named `slug`; without a name the only one there is. Raises UsageProblemError."""
    async with db.plain() as conn:
        listed = await offices.all_offices(conn)
    if slug is None and len(listed) == 1:
        return listed[0].office_id
    for office in listed:
        if office.slug == slug:
            return office.office_id
    known = ", ".join(o.slug for o in listed) or "none yet; make one with `rekindle office create SLUG`"
    raise UsageProblemError(
        f"{'no office named ' + slug if slug else 'say which office with --office'} (known: {known})"
    )


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a verb's coroutine; what a person can mend becomes one line on stderr and exit code 2."""
    log.set_up("warning")
    collector.calm()
    try:
        return asyncio.run(work())
    except (UsageProblemError, SettingsError, CryptoError, postgres.PostgresError, kit_db.RoleError) as error:
        fail(str(error))
    except kit_db.Unavailable as error:
        fail(f"the database cannot be reached: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def fail(words: str) -> NoReturn:
    """Say what is wrong on stderr and leave with code 2."""
    say.print(f"rekindle: {words}", style="bold red", markup=False)
    raise typer.Exit(2)
