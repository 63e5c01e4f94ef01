"""What a person sees of an import: the columns before, progress meanwhile, counts and refusals after."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from rekindle.cli.context import say
from rekindle.cli.import_refused import Refusals
from rekindle.inbox.import_file import Report
from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.guess import DOUBTFUL, Column
from rekindle.providers.csv_file.preview import Preview
from rekindle.providers.csv_file.rows import Note

SHOWN_REFUSALS = 20
DIALECTS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def show_preview(looked: Preview, file: str) -> None:
    """What every column is taken for, with examples; to stderr."""
    layout = looked.layout
    encoding = layout.codec.replace("-sig", " with BOM")
    header = "no header" if not layout.raw_headers else f"{len(layout.headers)} columns"
    say.print(f"{file}: {encoding}, {DIALECTS[layout.delimiter]}-separated, {header}", markup=False)
    table = Table("column", "is taken for", "how sure", "examples", box=None, pad_edge=False)
    for column in looked.columns:
        table.add_row(*(_plain(text) for text in (column.header, _meaning(column), _sure(column), _examples(column))))
    say.print(table)


def show(made: Report, refusals: Refusals, *, dry_run: bool, enroll: str) -> None:
    """Counts to stdout, refused rows and what to do next."""
    console = Console(highlight=False)
    for note in made.notes:
        console.print(f"  note  {note.field}: {note.why} ({_rows(note)})", markup=False)
    if refusals.first:
        table = Table("row", "field", "why", title="refused", title_justify="left", box=None, pad_edge=False)
        for refused in refusals.first[:SHOWN_REFUSALS]:
            table.add_row(str(refused.row), _plain(refused.field), _plain(refused.why))
        console.print(table)
        if made.refused > SHOWN_REFUSALS:
            console.print(f"  … and {made.refused - SHOWN_REFUSALS} more")
    usable = f"{made.rows} rows: {made.rows - made.refused} can be imported, {made.refused} refused"
    console.print(usable if dry_run else str(made), markup=False)
    for failed in made.failed:
        console.print(f"  failed  {failed}", markup=False)
    if made.refused and refusals.path:
        console.print(f"refused rows are in {refusals.path}: mend them there and import that file", markup=False)
    if dry_run:
        console.print("dry run: nothing was changed")
    elif made.nothing_new:
        console.print("nothing new in this file: nothing was changed")
    elif enroll == "none":
        console.print("nothing will be sent to these people until they are enrolled (--enroll auto, or a sequence)")


@contextmanager
def progress(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """A bar on stderr by bytes read; calls back with the number of rows read so far."""
    total = os.fstat(file.fileno()).st_size
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,} rows"), TimeRemainingColumn(),
        console=say, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("reading", total=total, rows=0)

        def moved(rows: int) -> None:
            bar.update(task, completed=os.lseek(file.fileno(), 0, os.SEEK_CUR), rows=rows)

        yield moved


def _meaning(column: Column) -> str:
    if column.field is Field.ATTRIBUTE:
        return f"attribute {column.name}"
    return "left out" if column.field is Field.IGNORE else column.field


def _sure(column: Column) -> str:
    if column.how == "told":
        return "told"
    if column.field is Field.ATTRIBUTE and not column.confidence:
        return "kept as it is"
    if column.confidence <= DOUBTFUL:
        return f"{column.confidence:.0%} - please check"
    return f"{column.confidence:.0%} by {column.how}"


def _examples(column: Column) -> str:
    return " · ".join(column.examples)


def _plain(text: str) -> str:
    """A file's words are no markup."""
    return text.replace("[", "\\[")


def _rows(note: Note) -> str:
    return f"row {note.first_row}" if note.rows == 1 else f"{note.rows} rows, the first is {note.first_row}"
