"""`event`: look at what came in, try the dead anew, or let them go."""

import sys
from collections.abc import Awaitable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from rekindle.cli.context import Opened, UsageProblemError, engine, pick_office, run, say
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.connections.accounts import Accounts
from rekindle.inbox import dead, replay
from rekindle.inbox.dead import NotDeadError
from rekindle.inbox.kept import store as kept
from rekindle.inbox.kept.types import Kept, Outline
from rekindle.inbox.readable import readable
from rekindle.providers.ports import UnparsableError

app = typer.Typer(help="Look at what came in; try again or let go what could not be handled.", no_args_is_help=True)

PAGE = 500
Source = Annotated[str | None, typer.Option("--source", help="Only what came in from there: form, twilio, ghl, …")]
Which = Annotated[str, typer.Argument(metavar="ID", help="The event's id, as `event list` shows it.")]
By = Annotated[str, typer.Option("--by", help="Who decides; it stays with the event.")]


@app.command("list")
def list_events(
    *,
    dead_only: Annotated[bool, typer.Option("--dead", help="Only what could not be handled.")] = False,
    source: Source = None,
    office: Office = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List events, newest first: where from, how they stand and why. With --json one line of JSON each."""

    async def work() -> int:
        async with engine(pool=1) as opened:
            return await _list(opened, office, source, dead_only=dead_only, limit=limit, as_json=as_json)

    if not run(work) and not as_json:
        say.print("nothing could not be handled: good" if dead_only else "nothing came in yet")


@app.command("show")
def show(
    event: Which,
    *,
    raw: Annotated[bool, typer.Option("--raw", help="Print exactly the bytes that came in, nothing else.")] = False,
    office: Office = None,
    as_json: AsJson = False,
) -> None:
    """Show one event: how it stands, why, what it says, and what its adapter says of it today."""

    async def work() -> tuple[Kept, str]:
        async with engine(pool=1) as opened:
            office_id = await pick_office(opened.db, office)
            async with opened.db.office(office_id) as conn:
                found = await kept.one(conn, office_id, _id(event))
            if found is None:
                raise UsageProblemError(f"this office has no event {event}")
            return found, await _today(opened, office_id, found)

    found, today = run(work)
    if raw:
        sys.stdout.buffer.write(found.body)
        return
    row = _row(found) | {"tail": found.tail, "today": today, "body": readable(found.body, found.content_type)}
    if as_json:
        typer.echo(orjson.dumps(row, default=str))
        return
    for name, value in row.items():
        if name != "body" and value not in (None, ""):
            typer.echo(f"{name.replace('_', ' '):13} {value}")
    typer.echo(f"\n{row['body']}")


@app.command("retry")
def retry(
    event: Annotated[str | None, typer.Argument(metavar="ID", help="The event's id.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every dead event.")] = False,
    source: Source = None,
    office: Office = None,
) -> None:
    """Handle a dead event anew, or all of them (of one --source); a running worker does so at once."""
    if (event is None) is not every:
        raise typer.BadParameter("give an id, or --all")

    async def work() -> int:
        async with engine(pool=1) as opened:
            office_id, at = await pick_office(opened.db, office), opened.clock.now()
            async with opened.db.office(office_id) as conn:
                if event is None:
                    return await dead.retry_all(conn, office_id, source=source, at=at)
                await _only_dead(dead.retry(conn, office_id, _id(event), at=at), event)
                return 1

    many = run(work)
    say.print(f"{many} {'event is' if many == 1 else 'events are'} back in line; `rekindle work` handles them")


@app.command("discard")
def discard(
    event: Which,
    *,
    why: Annotated[str, typer.Option("--why", help="The reason; it stays with the event.")],
    by: By = "the operator",
    office: Office = None,
) -> None:
    """Let a dead event go: it leaves the list and is not handled; the event itself is kept."""
    if not why.strip():
        raise typer.BadParameter("say why", param_hint="--why")

    async def work() -> None:
        async with engine(pool=1) as opened:
            office_id, at = await pick_office(opened.db, office), opened.clock.now()
            async with opened.db.office(office_id) as conn:
                done = dead.discard(conn, office_id, _id(event), who=by, why=why.strip(), at=at)
                await _only_dead(done, event)

    run(work)
    say.print("let go; the event itself is kept")


async def _list(
    opened: Opened, office: str | None, source: str | None, *, dead_only: bool, limit: int, as_json: bool
) -> int:
    office_id, shown, before = await pick_office(opened.db, office), 0, None
    find = kept.listed_dead if dead_only else kept.listed
    while shown < limit:
        async with opened.db.office(office_id) as conn:
            page = await find(conn, office_id, source=source, before=before, limit=min(PAGE, limit - shown))
        for one in page:
            if as_json:
                typer.echo(orjson.dumps(_row(one), default=str))
            else:
                typer.echo(f"{one.event_id}  {one.received_at:%Y-%m-%d %H:%M:%S}  {one.source}  {one.state}")
                typer.echo(f"    {one.words}")
        if not page:
            break
        shown, before = shown + len(page), (page[-1].received_at, page[-1].event_id)
    return shown


async def _today(opened: Opened, office_id: UUID, event: Kept) -> str:
    held = await Accounts(opened.db, opened.keyring, opened.clock).of(office_id)
    try:
        return f"reads as: {replay.says(opened.providers.inbound, office_id, held.accounts if held else {}, event)}"
    except UnparsableError as error:
        return f"cannot be read: {error}"


def _row(one: Outline) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name not in ("tail", "body")}


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise UsageProblemError(f"{given!r} is no event's id") from None


async def _only_dead(done: Awaitable[None], event: str) -> None:
    try:
        await done
    except NotDeadError:
        raise UsageProblemError(f"there is no dead event {event}; `rekindle event list --dead` shows them") from None
