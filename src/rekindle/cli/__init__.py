"""The command line: one verb a function, one file a family."""

import typer

from rekindle.cli import (
    comparing,
    connected,
    connecting,
    deciding,
    errands,
    events,
    importing,
    keys,
    listing,
    offices,
    replaying,
    serve,
    set_up,
    staff,
    unmerging,
    up,
)
from rekindle.cli.context import Wiring, wire

app = typer.Typer(
    name="rekindle",
    help="Answers every lead within seconds, follows up for months, hands over to a person at the right moment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def start(run: typer.Context) -> None:
    """Every verb begins here, with what main wired."""
    wire(run.find_object(Wiring))


app.command("up")(up.up)
app.command("web")(serve.web)
app.command("work")(serve.work)
app.command("sandbox", hidden=True)(serve.sandbox)
app.command("init")(set_up.init)
app.command("migrate")(set_up.migrate_database)
app.command("doctor")(set_up.doctor)
app.command("import")(importing.import_file)
app.command("list")(listing.list_rows)
app.command("decide")(deciding.decide)
app.command("unmerge")(unmerging.take_back)
app.command("connect", cls=connecting.Listing)(connecting.connect)
app.command("connections")(connected.connections)
app.command("disconnect")(connected.disconnect)
app.command("reconcile")(comparing.reconcile)
offices.app.command("live")(connected.live)
app.add_typer(offices.app, name="office")
app.add_typer(staff.app, name="person")
app.add_typer(keys.app, name="keys")
app.add_typer(events.app, name="event")
app.add_typer(errands.app, name="errand")
app.add_typer(replaying.app, name="replay")
