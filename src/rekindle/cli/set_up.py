"""`init`, `migrate`, `doctor`: a database that is there, new enough, and in good health."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from rekindle.cli.context import fail, say
from rekindle.kit import db as kit_db
from rekindle.kit import keys, migrate, postgres, settings
from rekindle.kit.crypto import CryptoError
from rekindle.kit.settings import Settings, SettingsError

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
FREE_BYTES = 1 << 30


def init(*, as_json: AsJson = False) -> None:
    """Make the data folder, the key and the database here, migrated and empty. Safe to repeat."""
    chosen, before, after = _migrated()
    keys.keyring(chosen)
    if as_json:
        typer.echo(json.dumps({"home": str(chosen.home), "before": before, "migration": after}))
    else:
        say.print(f"ready in {chosen.home}: database at migration {after}. Next: rekindle office create SLUG")


def migrate_database(*, as_json: AsJson = False) -> None:
    """Bring the database to the newest migration; forward only, safe to repeat."""
    _, before, after = _migrated()
    if as_json:
        typer.echo(json.dumps({"before": before, "after": after}))
    else:
        say.print(f"database at migration {after}" + ("" if before == after else f" (was {before or 'empty'})"))


def _migrated() -> tuple[Settings, str | None, str]:
    try:
        chosen = settings.read()
        with postgres.running(chosen) as url:
            before, after = migrate.upgrade(url)
    except (SettingsError, postgres.PostgresError) as error:
        fail(str(error))
    except kit_db.Unavailable as error:
        fail(f"the database cannot be reached: {error}")
    return chosen, before, after


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is well, and what to do when it is not."""

    check: str
    ok: bool
    detail: str


def doctor(*, as_json: AsJson = False) -> None:
    """Look at settings, keys, disk, database and wall; exit 1 when something needs mending."""
    checks = list(_look())
    for check in checks:
        if as_json:
            typer.echo(json.dumps(asdict(check)))
        else:
            say.print(f"{'ok  ' if check.ok else 'MEND'} {check.check}: {check.detail}", markup=False)
    if not all(c.ok for c in checks):
        raise typer.Exit(1)


def _look() -> Iterator[Check]:
    yield Check("python", sys.version_info >= (3, 11), sys.version.split()[0])
    try:
        chosen = settings.read()
    except SettingsError as error:
        yield Check("settings", ok=False, detail=str(error))
        return
    yield Check("settings", ok=True, detail=f"{chosen.environment}, home {chosen.home}")
    try:
        keys.keyring(chosen)
        yield Check("secret key", ok=True, detail="set" if chosen.secret_key else "generated, kept in the home folder")
    except CryptoError as error:
        yield Check("secret key", ok=False, detail=str(error))
    if chosen.home.exists():
        free = shutil.disk_usage(chosen.home).free
        yield Check("disk", free > FREE_BYTES, f"{free >> 20} MiB free at {chosen.home}")
        yield Check(
            "home", os.access(chosen.home, os.W_OK), "writable" if os.access(chosen.home, os.W_OK) else "read-only"
        )
    yield from _look_at_database(chosen)


def _look_at_database(chosen: Settings) -> Iterator[Check]:
    try:
        with postgres.running(chosen) as url:
            yield Check("database", ok=True, detail="embedded" if not chosen.database_url else "DATABASE_URL answers")
            at, wanted = migrate.current(url), migrate.newest()
            yield Check("migrations", at == wanted, f"at {at or 'none'}, code wants {wanted}")
            if at == wanted:
                asyncio.run(_wall(chosen.database_url or url))
                yield Check("wall", ok=True, detail="the engine's role cannot see across offices")
    except postgres.PostgresError as error:
        yield Check("database", ok=False, detail=str(error))
    except kit_db.RoleError as error:
        yield Check("wall", ok=False, detail=str(error))
    except kit_db.Unavailable as error:
        yield Check("database", ok=False, detail=str(error))


async def _wall(url: str) -> None:
    async with kit_db.connect(url, size=1):
        pass
