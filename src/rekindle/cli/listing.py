"""`list`: every row of one kind, as NDJSON for machines or a short table for people."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.table import Table

from rekindle.cli.context import engine, pick_office, run, say
from rekindle.cli.set_up import AsJson
from rekindle.office import store as offices
from rekindle.reports.listing import store

TABLE_ROWS = 50
Office = Annotated[str | None, typer.Option("--office", help="The office's slug; may be left out when there is one.")]


class What(StrEnum):
    """What can be listed."""

    LEADS = "leads"
    MESSAGES = "messages"
    DECISIONS = "decisions"
    EVENTS = "events"


def list_rows(what: What, *, office: Office = None, as_json: AsJson = False) -> None:
    """List leads, messages, decisions or events; with --json every row as NDJSON and nothing else."""
    run(lambda: _list(what, office, as_json=as_json))


async def _list(what: What, office: str | None, *, as_json: bool) -> None:
    async with engine(pool=2) as opened:
        if office is None:
            async with opened.db.plain() as conn:
                wanted = [o.office_id for o in await offices.all_offices(conn)]
        else:
            wanted = [await pick_office(opened.db, office)]
        for office_id in wanted:
            async with opened.db.office(office_id) as conn:
                rows = store.STREAMS[what](conn, office_id)
                if as_json:
                    async for row in rows:
                        typer.echo(orjson.dumps(row, default=_plain))
                else:
                    await _table(what, rows)


async def _table(what: What, rows: store.Rows) -> None:
    table, count = Table(title=str(what)), 0
    async for row in rows:
        short = {k: v for k, v in row.items() if k in store.SHORT[what]}
        if not table.columns:
            for name in short:
                table.add_column(name, overflow="ellipsis", no_wrap=True)
        if count < TABLE_ROWS:
            table.add_row(*(_short(value) for value in short.values()))
        count += 1
    if not count:
        say.print(f"no {what} yet")
        return
    say.print(table, soft_wrap=False)
    if count > TABLE_ROWS:
        say.print(f"{count - TABLE_ROWS} more; --json prints every row")


def _short(value: object) -> str:
    """A cell: times to the second, nothing for nothing."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
