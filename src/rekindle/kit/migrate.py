"""Migrations: forward only, one transaction each, run as the owner."""

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from rekindle.kit import resources


def upgrade(owner_url: str) -> tuple[str | None, str]:
    """Bring the database at `owner_url` to the newest revision; returns (before, after)."""
    config = _config()
    engine = create_engine("postgresql+psycopg://", creator=lambda: _connect(owner_url))
    try:
        with engine.connect() as connection:
            before = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()
    return before, newest()


def current(url: str) -> str | None:
    """The revision the database at `url` is at; None for one without any."""
    with psycopg.connect(url) as conn:
        if conn.execute("select to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = conn.execute("select version_num from alembic_version").fetchone()
    return None if row is None else str(row[0])


def newest() -> str:
    """The revision this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise FileNotFoundError("no migrations came with this installation")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.folder("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def _connect(url: str) -> object:

    return psycopg.connect(url)
