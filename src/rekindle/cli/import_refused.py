"""The rows that were refused, in a file of their own: to be mended there and imported again."""

import filecmp
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from rekindle.cli.context import say
from rekindle.inbox.import_rows import Refused
from rekindle.providers.csv_file.preview import Preview
from rekindle.providers.csv_file.read import write_row

KEPT = 100
WHY = "why"


class Refusals:
    """Keeps the first for the screen and writes all to `path`; a file of that name that somebody mended stays."""

    def __init__(self, path: Path | None, looked: Preview) -> None:
        self.path = path
        self.first: list[Refused] = []
        self._looked = looked
        self._part: Path | None = None
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file and self._part and self.path:
            self._file.close()
            self.path = _place(self._part, self.path)

    def add(self, refused: Refused) -> None:
        """Take note of one row."""
        if len(self.first) < KEPT:
            self.first.append(refused)
        if self.path is None:
            return
        layout = self._looked.layout
        if self._file is None:
            self._part = self.path.with_name(f"{self.path.name}.part")
            try:
                # With a BOM, or spreadsheets would take it for an old code page.
                self._file = self._part.open("w", encoding="utf-8-sig", newline="")
            except OSError as problem:
                say.print(f"{self.path} cannot be written ({problem.strerror}); the refused rows are only shown here")
                self.path = None
                return
            self._write(WHY, layout.raw_headers or layout.headers)
        self._write(f"row {refused.row}: {refused.field + ': ' if refused.field else ''}{refused.why}", refused.cells)

    def _write(self, why: str, cells: Sequence[str]) -> None:
        """`why` stands first, so that a row with a cell too many stays in line; an earlier `why` makes room."""
        layout = self._looked.layout
        mended_before = bool(layout.raw_headers) and layout.raw_headers[0].lower() == WHY
        if self._file:
            self._file.write(write_row([why, *cells[mended_before:]], layout.delimiter))


def _place(part: Path, wanted: Path) -> Path:
    """The finished file under the wanted name, or the next number when another file has it."""
    names = chain([wanted], (wanted.with_name(f"{wanted.stem}.{number}.csv") for number in count(2)))
    return part.replace(next(n for n in names if not n.exists() or filecmp.cmp(part, n, shallow=False)))
