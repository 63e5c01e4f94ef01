"""Real parts for every test: one PostgreSQL a test process, one fresh database a test, never a mock of our own."""

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from rekindle.kit import db as kit_db
from rekindle.kit import migrate, postgres, settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.ids import new_id

# A Tuesday, 18:00 UTC: inside contact hours in every zone of the lower 48.
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """Owner URL of a server with a migrated template database."""
    with tempfile.TemporaryDirectory(prefix="rekindle-test-") as home:
        Path(home).chmod(0o711)  # a root run drops to an ordinary user, who must reach its own folder in here
        with postgres.running(settings.read({"REKINDLE_HOME": home})) as url:
            migrate.upgrade(url)
            yield url


_numbers = itertools.count()


@pytest.fixture
def database_url(cluster_url: str) -> Iterator[str]:
    """Owner URL of a fresh migrated database of its own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(_other(cluster_url, "postgres"), autocommit=True) as conn:
        conn.execute(f"create database {name} template rekindle")
    yield _other(cluster_url, name)
    with psycopg.connect(_other(cluster_url, "postgres"), autocommit=True) as conn:
        conn.execute(f"drop database {name} with (force)")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[kit_db.Db]:
    """A pool acting as the engine's own role, behind the wall."""
    async with kit_db.connect(database_url) as opened:
        yield opened


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(b"k" * 32)


@pytest.fixture
async def office_id(db: kit_db.Db) -> UUID:
    """An office row and nothing else: Lakeside, Chicago."""
    return await make_office(db, "lakeside")


async def make_office(db: kit_db.Db, slug: str) -> UUID:
    made = new_id()
    async with db.office(made) as conn:
        await conn.execute(
            "insert into office (office_id, slug, name, brokerage, timezone, mode, phone, email, address, created_at)"
            " values (%s, %s, 'Lakeside Team', 'Lakeside Realty LLC', 'America/Chicago', 'sandbox', '+13125550100',"
            " 'hello@lakeside.example', '1 Lake St, Chicago IL 60601', %s)",
            (made, slug, NOON),
        )
    return made


def _other(url: str, database: str) -> str:
    return url.replace("/rekindle?", f"/{database}?")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
