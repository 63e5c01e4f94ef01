"""The rows of a file, one by one: a line for the inbox, or a refusal that says which field and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import BinaryIO

from rekindle.leads import identity
from rekindle.providers.csv_file import chunk
from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.preview import Preview
from rekindle.providers.csv_file.read import records
from rekindle.providers.csv_file.rows import Note, Refusal, RowReader
from rekindle.providers.ports import Enquiry

LONGEST_QUOTE = 40


@dataclass(frozen=True)
class Refused:
    """A row that was not taken; `cells` as they stand in the file."""

    row: int
    field: str
    why: str
    cells: tuple[str, ...]


class ImportRows:
    """One reading of one file."""

    def __init__(self, file: BinaryIO, preview: Preview, *, zone: tzinfo, at: datetime, enroll: str) -> None:
        self._file = file
        self._preview = preview
        self._reader = RowReader(preview.columns, preview.sample, zone=zone, at=at, enroll=enroll)
        self._headers: Mapping[Field, str] = {c.field: c.header for c in reversed(preview.columns)}

    @property
    def notes(self) -> tuple[Note, ...]:
        """Cells passed over so far while their rows were taken."""
        return self._reader.notes

    def __iter__(self) -> Iterator[bytes | Refused]:
        read = self._reader.read
        for record in records(self._file, self._preview.layout):
            made = read(record)
            refusal = made if isinstance(made, Refusal) else self._unreachable(made, record.row)
            if refusal is not None:
                yield Refused(refusal.row, refusal.field, refusal.why, tuple(record.cells))
            elif isinstance(made, Enquiry):
                yield chunk.line(made)

    def _unreachable(self, enquiry: Enquiry, row: int) -> Refusal | None:
        """Why nobody can be reached by this row; None when somebody can."""
        for cell in enquiry.phones:
            if identity.phones(cell):
                return None
        for cell in enquiry.emails:
            if identity.emails(cell):
                return None
        written = [(Field.EMAIL, cell, "an e-mail address") for cell in enquiry.emails]
        written += [(Field.PHONE, cell, "a phone number that can be reached") for cell in enquiry.phones]
        named = [self._headers[f] for f in (Field.EMAIL, Field.PHONE) if f in self._headers]
        if not written:
            return Refusal(row, " / ".join(named), "no e-mail address and no phone number")
        fields = dict.fromkeys(self._headers[field] for field, _, _ in written)
        return Refusal(
            row, " / ".join(fields), "; ".join(f"{_quoted(cell)} is not {what}" for _, cell, what in written)
        )


def _quoted(cell: str) -> str:
    line = " ".join(cell.split())
    return f"'{line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + '…'}'"
