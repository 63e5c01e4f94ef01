"""A file looked at before it is imported: how it is written, and what each column is taken for."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from rekindle.providers.csv_file.encoding import UnusableFileError
from rekindle.providers.csv_file.guess import Column, guess, usable
from rekindle.providers.csv_file.read import Layout, inspect, records

SAMPLE_ROWS = 2000


@dataclass(frozen=True)
class Preview:
    """What a person is shown, and all that is needed to read the rows."""

    layout: Layout
    columns: tuple[Column, ...]
    sample: tuple[tuple[str, ...], ...]


def preview(file: BinaryIO, told: Mapping[str, str]) -> Preview:
    """Look at a seekable file; raises UnusableFileError and MappingError."""
    layout = inspect(file)
    sample = tuple(tuple(r.cells) for r in islice(records(file, layout), SAMPLE_ROWS) if not r.broken)
    columns = guess(layout.headers, sample, told)
    if not usable(columns):
        names = ", ".join(layout.headers)
        raise UnusableFileError(
            f"no column looks like e-mail addresses or phone numbers (columns: {names}); "
            "name one with --map 'COLUMN=email' or 'COLUMN=phone'"
        )
    return Preview(layout, columns, sample)
