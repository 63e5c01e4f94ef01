"""`replay events`: what today's adapters make of what came in before; handle it again if wanted."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from rekindle.cli.context import Opened, UsageProblemError, engine, pick_office, run, say
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.cli.spans import instant
from rekindle.connections.accounts import Accounts
from rekindle.inbox.kept import store as kept
from rekindle.inbox.kept.types import Wanted
from rekindle.inbox.replay import Again, Now, Reader, Reread, reread

app = typer.Typer(help="Read again what came in before.", no_args_is_help=True)

SHOWN = 20
UNREADABLE, READABLE, QUEUED = "unreadable now", "dead, readable now", "put back"
Counts = dict[str, Counter[str]]


@app.callback()
def replay() -> None:
    """Read again what came in before."""


@app.command("events")
def replay_events(
    *,
    office: Office = None,
    source: Annotated[str | None, typer.Option("--source", help="Only what came in from there.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="7d, 36h, or a date and time.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The same, for the end.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Handle again the dead that can be read now; nothing happens twice.")
    ] = False,
    all_again: Annotated[
        bool, typer.Option("--all-again", help="Handle everything again but what was let go; nothing happens twice.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many, oldest first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read stored events with today's adapters and say what differs. Changes nothing without --again."""
    mode = Again.ALL if all_again else Again.MENDED if again else Again.NONE

    async def work() -> Counts:
        async with engine(pool=2) as opened:
            at = opened.clock.now()
            wanted = Wanted(source, instant(since, at=at, option="--since"), instant(until, at=at, option="--until"))
            if wanted.since and wanted.until and wanted.since >= wanted.until:
                raise UsageProblemError("--since must lie before --until")
            office_id = await pick_office(opened.db, office)
            return await _replay(opened, office_id, wanted, mode, limit, as_json=as_json)

    _report(run(work), mode, as_json=as_json)


async def _replay(
    opened: Opened, office_id: UUID, wanted: Wanted, mode: Again, limit: int | None, *, as_json: bool
) -> Counts:
    reader = Reader(
        opened.db, opened.clock, opened.providers.inbound, Accounts(opened.db, opened.keyring, opened.clock)
    )
    async with opened.db.office(office_id) as conn:
        total = await kept.count(conn, office_id, wanted)
    counts: Counts = defaultdict(Counter)
    shown = 0
    with _progress(min(total, limit or total)) as bar:
        async for one in reread(reader, office_id, wanted, again=mode, limit=limit):
            bar.advance(bar.task_ids[0])
            _count(counts[one.event.source], one)
            if as_json:
                typer.echo(orjson.dumps(_line(one)))
            elif one.now is not Now.SAME and shown < SHOWN:
                shown += 1
                said = UNREADABLE if one.now is Now.UNREADABLE else READABLE
                say.print(f"{one.event.event_id}  {escape(one.event.source)}  {said}: {escape(one.words)}")
    return counts


def _count(counts: Counter[str], one: Reread) -> None:
    counts["read"] += 1
    counts[UNREADABLE] += one.now is Now.UNREADABLE
    counts[READABLE] += one.now is Now.READABLE
    counts[QUEUED] += one.queued


def _line(one: Reread) -> dict[str, object]:
    event = one.event
    return {
        "event_id": str(event.event_id),
        "source": event.source,
        "received_at": event.received_at.isoformat(),
        "outcome": f"{event.state}: {event.words}" if event.words else event.state.value,
        "now": one.now.value,
        "words": one.words,
        "queued": one.queued,
    }


def _report(counts: Counts, mode: Again, *, as_json: bool) -> None:
    if not counts:
        say.print("nothing came in then")
        return
    names = ["read", UNREADABLE, READABLE, *([QUEUED] if mode is not Again.NONE else [])]
    table = Table("from", *names, box=None, pad_edge=False)
    for source in sorted(counts):
        table.add_row(escape(source), *(str(counts[source][name]) for name in names))
    say.print(table)
    readable = sum(each[READABLE] for each in counts.values())
    if readable and mode is Again.NONE and not as_json:
        say.print("--again puts the dead that can be read now back in line; nothing happens twice")


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=say, transient=True,
    )  # fmt: skip
    with bar:
        bar.add_task("reading", total=total)
        yield bar
