"""`import`: a CSV of any CRM through the inbox, with a look at it first and a file of what was refused after."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from rekindle.cli import import_report as report
from rekindle.cli.context import UsageProblemError, engine, fail, pick_office, run
from rekindle.cli.import_map import read_map
from rekindle.cli.import_refused import Refusals
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.inbox import import_file as importer
from rekindle.inbox.import_file import NoSuchSequenceError, Report
from rekindle.inbox.import_rows import Refused
from rekindle.kit.clock import SystemClock
from rekindle.providers.csv_file.encoding import UnusableFileError
from rekindle.providers.csv_file.guess import MappingError
from rekindle.providers.csv_file.preview import Preview, preview

SOME_REFUSED = 3
COPY_BYTES = 1 << 20

File = Annotated[str, typer.Argument(metavar="FILE", help="A CSV file, or - for standard input.")]
Map = Annotated[
    str | None, typer.Option("--map", help="'Column=field,Column=field', or a YAML or JSON file that says the same.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read the whole file, show and count, change nothing.")]
Enroll = Annotated[
    str,
    typer.Option(help="none: nobody is written to; auto: whom a sequence fits enters it; or the name of a sequence."),
]


def import_file(
    file: File,
    *,
    office: Office = None,
    mapping: Map = None,
    dry_run: DryRun = False,
    enroll: Enroll = "none",
    as_json: AsJson = False,
) -> None:
    """Import a CSV export. The same file twice changes nothing; nobody is written to unless --enroll says so."""
    with _opened(file) as opened:
        try:
            looked = preview(opened, read_map(mapping))
        except (UnusableFileError, MappingError, UsageProblemError) as error:
            fail(f"{file}: {error}")
        report.show_preview(looked, file)
        with Refusals(None if dry_run else _refused_path(file), looked) as refusals:
            if dry_run:
                made = _count(opened, looked, refusals)
            else:
                made = run(lambda: _import(opened, looked, refusals, office=office, enroll=enroll))
    if as_json:
        typer.echo(orjson.dumps(_plain(made, file, looked, refusals, dry_run=dry_run)))
    else:
        report.show(made, refusals, dry_run=dry_run, enroll=enroll)
    if made.refused or made.failed:
        raise typer.Exit(SOME_REFUSED)


async def _import(file: BinaryIO, looked: Preview, refusals: Refusals, *, office: str | None, enroll: str) -> Report:
    async with engine(pool=4) as opened:
        office_id = await pick_office(opened.db, office)
        with report.progress(file) as moved:
            try:
                return await importer.import_file(
                    opened, office_id, file, looked, enroll=enroll, refuse=refusals.add, progress=moved
                )
            except NoSuchSequenceError as error:
                raise UsageProblemError(f"--enroll: {error}") from error


def _count(file: BinaryIO, looked: Preview, refusals: Refusals) -> Report:
    with report.progress(file) as moved:
        return importer.count(file, looked, at=SystemClock().now(), refuse=refusals.add, progress=moved)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """A file that can be read twice; standard input is kept on disk meanwhile."""
    if file == "-":
        with tempfile.TemporaryFile() as kept:
            source = typer.get_binary_stream("stdin")
            while block := source.read(COPY_BYTES):
                kept.write(block)
            yield kept
        return
    try:
        opened = Path(file).open("rb")  # noqa: SIM115 closed below
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    with opened:
        yield opened


def _refused_path(file: str) -> Path:
    return Path("import.refused.csv" if file == "-" else f"{file}.refused.csv")


def _plain(made: Report, file: str, looked: Preview, refusals: Refusals, *, dry_run: bool) -> dict[str, object]:
    """What --json prints: one object."""
    return {
        "file": file,
        "dry_run": dry_run,
        "rows": made.rows,
        "created": made.created,
        "merged": made.merged,
        "unchanged": made.unchanged,
        "refused": made.refused,
        "refused_file": str(refusals.path) if refusals.path and made.refused else None,
        "columns": [
            {"column": c.header, "field": c.field, "name": c.name, "confidence": c.confidence, "how": c.how}
            for c in looked.columns
        ],
        "failed": list(made.failed),
        "notes": [asdict(note) for note in made.notes],
        "refusals": [_short(refused) for refused in refusals.first],
    }


def _short(refused: Refused) -> dict[str, object]:
    return {"row": refused.row, "field": refused.field, "why": refused.why}
