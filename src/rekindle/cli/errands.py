"""`errand`: calls to providers that could not be made; try them again, or let them go."""

from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from rekindle.cli.context import UsageProblemError, engine, pick_office, run, say
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.errands import store
from rekindle.errands.words import said

app = typer.Typer(help="Calls to providers that wait or could not be made.", no_args_is_help=True)

MOST = 100_000
Which = Annotated[str, typer.Argument(metavar="ID", help="The errand's id, as `errand list` shows it.")]


@app.command("list")
def list_errands(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    office: Office = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, oldest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List errands, oldest first: what is to be done, how often it was tried, why it waits."""

    async def work() -> list[dict[str, Any]]:
        async with engine(pool=1) as opened:
            office_id = await pick_office(opened.db, office)
            async with opened.db.office(office_id) as conn:
                return await store.listed(conn, office_id, dead=dead, limit=limit)

    rows = run(work)
    for row in rows:
        what = said(row["kind"], row["payload"])
        if as_json:
            typer.echo(orjson.dumps({**row, "id": str(row["id"]), "words": what}))
        else:
            tried = f"tried {row['attempts']} times"
            typer.echo(f"{row['id']}  {row['created_at']:%Y-%m-%d %H:%M:%S}  {row['state']}  {tried}  {what}")
            typer.echo(f"    {row['reason']}")
    if not rows and not as_json:
        say.print("nothing was given up: good" if dead else "nothing waits")


@app.command("retry")
def retry(
    errand: Annotated[str | None, typer.Argument(metavar="ID", help="The errand's id.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every dead errand.")] = False,
    office: Office = None,
) -> None:
    """Try a dead errand again, or all of them; a running worker does so at once."""
    if (errand is None) is not every:
        raise typer.BadParameter("give an id, or --all")

    async def work() -> int:
        async with engine(pool=1) as opened:
            office_id, at = await pick_office(opened.db, office), opened.clock.now()
            async with opened.db.office(office_id) as conn:
                if errand is not None:
                    _found(errand, done=await store.revive(conn, office_id, _id(errand), at=at))
                    return 1
                rows = await store.listed(conn, office_id, dead=True, limit=MOST)
                return sum([await store.revive(conn, office_id, row["id"], at=at) for row in rows])

    many = run(work)
    say.print(f"{many} {'errand is' if many == 1 else 'errands are'} back in line; `rekindle work` runs them")


@app.command("discard")
def discard(errand: Which, *, office: Office = None) -> None:
    """Let a dead errand go. It is asked for anew when something needs it again."""

    async def work() -> None:
        async with engine(pool=1) as opened:
            office_id = await pick_office(opened.db, office)
            async with opened.db.office(office_id) as conn:
                _found(errand, done=await store.discard(conn, office_id, _id(errand)))

    run(work)
    say.print("let go")


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise UsageProblemError(f"{given!r} is no errand's id") from None


def _found(errand: str, *, done: bool) -> None:
    if not done:
        raise UsageProblemError(f"there is no dead errand {errand}; `rekindle errand list --dead` shows them")
