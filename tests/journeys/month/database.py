"""Our own database taken away and given back: its server refuses and ends every connection, as after a crash."""

import asyncio

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rekindle.kit.db import Db, Unavailable


def take_away(url: str) -> None:
    """From now on nobody gets in, and whoever was in is out."""
    name = _name(url)
    with _beside(url) as conn:
        conn.execute(sql.SQL("alter database {} with allow_connections false").format(sql.Identifier(name)))
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))


def give_back(url: str) -> None:
    """It takes connections again."""
    with _beside(url) as conn:
        conn.execute(sql.SQL("alter database {} with allow_connections true").format(sql.Identifier(_name(url))))


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _beside(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True)


async def back(db: Db) -> None:
    """Wait until the engine's own pool has found it again."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with db.plain():
                    return
            except Unavailable:
                await asyncio.sleep(0.05)
