"""Text of unknown make to rows: finds the delimiter and the header, and survives what exports do to a file."""

import csv
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from itertools import islice
from typing import BinaryIO, NamedTuple

from rekindle.providers.csv_file.cells import looks_like_email, looks_like_phone
from rekindle.providers.csv_file.encoding import UnusableFileError, detect, open_text

DELIMITERS = ",;\t|"
HEAD_BYTES = 65_536
SNIFF_LINES = 60
LONGEST_CELL = 131_072
MOST_LINES = 300  # one row may span this many lines of quoted text; more means that a quote was never closed
END = "\x00the end of the file\x00"  # read back as its own row unless a quote is still open before it


@dataclass(frozen=True)
class Layout:
    """How this file is written. `first_row` is the number of the first row of data, as a spreadsheet counts."""

    codec: str
    delimiter: str
    headers: tuple[str, ...]  # unique, never empty
    raw_headers: tuple[str, ...]  # as they stand in the file; empty when it has none
    first_row: int
    width: int  # cells of most rows of data: some exports end every row with one delimiter more
    lines_before: int  # physical lines before the header: `sep=` lines are no row of a spreadsheet


class Record(NamedTuple):
    """One row as it stands. `broken` says why its cells cannot be trusted; empty when they can."""

    row: int
    cells: list[str]
    broken: str = ""


def inspect(file: BinaryIO) -> Layout:
    """Encoding, delimiter and header of a seekable file; raises UnusableFileError."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head.strip():
        raise UnusableFileError("the file is empty")
    codec = detect(head)
    with _text(file, codec) as text:
        lines = [line[:LONGEST_CELL] for line in islice(text, SNIFF_LINES)]
    told = _told_delimiter(lines[0])
    lines_before = 1 if told else 0
    delimiter = told or _sniff(lines)
    rows = list(_rows(iter(lines[lines_before:]), delimiter, 1))
    place = _header_place(rows)
    header = rows[place].cells
    if _is_data(header):
        names = tuple(f"Column {n}" for n in range(1, len(header) + 1))
        return Layout(codec, delimiter, names, (), rows[place].row, len(header), lines_before)
    width = _usual_width(rows[place + 1 :], len(header))
    return Layout(codec, delimiter, _unique(header), tuple(header), rows[place].row + 1, width, lines_before)


def records(file: BinaryIO, layout: Layout) -> Iterator[Record]:
    """Every row of data that is not blank, one at a time; the number of cells is always the number of headers."""
    width = len(layout.headers)
    with _text(file, layout.codec) as text:
        for record in _rows(islice(text, layout.lines_before, None), layout.delimiter, 1):
            if record.row < layout.first_row:
                continue
            cells = record.cells
            if record.broken:
                yield record
            elif len(cells) == width:
                if any(cells):
                    yield record
            elif any(cell.strip() for cell in cells):
                yield _fitted(record, width, layout.width)


def write_row(cells: Sequence[str], delimiter: str) -> str:
    """One row in the same dialect, with a line end that spreadsheets expect."""
    out = StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


@contextmanager
def _text(file: BinaryIO, codec: str) -> Iterator[TextIOWrapper]:
    text = open_text(file, codec)
    try:
        yield text
    finally:
        text.detach()


def _rows(lines: Iterator[str], delimiter: str, first: int) -> Iterator[Record]:
    """Rows of `lines`, counted from `first`; a quote that never closes costs its own line, not the rest of the file."""
    row = first
    again: deque[str] = deque()  # lines to read once more, after the one with the broken quote
    while True:
        taken: list[str] = []
        open_at_end = False
        reader = csv.reader(_feed(again, lines, taken), delimiter=delimiter)
        try:
            for cells in reader:
                if cells and cells[-1].endswith(END):
                    open_at_end = len(cells) > 1 or cells[0] != END
                    break
                if len(taken) > MOST_LINES:
                    open_at_end = True
                    break
                yield Record(row, cells)
                row += 1
                taken.clear()
            else:
                open_at_end = True  # the feed stopped inside a row
            reason = "a quotation mark is opened and never closed"
        except csv.Error as error:
            open_at_end, reason = True, f"cannot be read: {error}"
        if not open_at_end or not taken:
            return
        again.extendleft(line for line in reversed(taken[1:]) if line != END)
        yield Record(row, taken[0].rstrip("\r\n").replace('"', "").split(delimiter), reason)
        row += 1


def _feed(again: deque[str], lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    while again:
        taken.append(again.popleft())
        yield taken[-1]
        if len(taken) > MOST_LINES:
            return
    for line in lines:
        taken.append(line)
        yield line
        if len(taken) > MOST_LINES:
            return
    taken.append(END)
    yield END


def _fitted(record: Record, width: int, usual: int) -> Record:
    """A ragged row: a spreadsheet drops empty cells at the end, so a short row is whole; a long one has slipped."""
    cells = record.cells
    if len(cells) < width:
        return Record(record.row, cells + [""] * (width - len(cells)))
    if len(cells) != usual or any(cell.strip() for cell in cells[width:]):
        why = f"{len(cells)} cells under {width} columns: a delimiter stands inside a cell without quotation marks"
        return Record(record.row, cells, why)
    return Record(record.row, cells[:width])


def _told_delimiter(line: str) -> str:
    """Excel's own first line, `sep=;`."""
    told = line.strip().strip('"').lower()
    return told[4] if told.startswith("sep=") and len(told) == 5 else ""  # noqa: PLR2004


def _sniff(lines: list[str]) -> str:
    """The delimiter under which most rows have as many cells as the widest agreement; a comma when none has."""

    def agreement(delimiter: str) -> float:
        widths = Counter(len(r.cells) for r in _rows(iter(lines), delimiter, 1) if not r.broken and any(r.cells))
        if not widths:
            return 0.0
        width, rows = max(widths.items(), key=lambda pair: pair[1] * (pair[0] - 1))
        return (width - 1) * (rows / widths.total()) ** 2

    best = max(DELIMITERS, key=agreement)
    return best if agreement(best) > 0 else ","


def _header_place(rows: list[Record]) -> int:
    """The first row that fills at least half of the columns: titles and blank lines above it are passed over."""
    filled = [0 if r.broken else sum(1 for c in r.cells if c.strip()) for r in rows]
    if not any(filled):
        raise UnusableFileError("the file has no row of column names")
    usual = _usual_width(rows, 1)
    for place, count in enumerate(filled):
        if count and count * 2 >= usual:
            return place
    return next(place for place, count in enumerate(filled) if count)


def _usual_width(rows: list[Record], least: int) -> int:
    widths = Counter(len(r.cells) for r in rows if not r.broken and any(r.cells))
    return max(widths.most_common(1)[0][0], least) if widths else least


def _is_data(cells: list[str]) -> bool:
    return any(looks_like_email(c.strip()) or looks_like_phone(c.strip()) for c in cells)


def _unique(header: list[str]) -> tuple[str, ...]:
    """Names a person and `--map` can point at: no two alike, none empty."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"Column {number}"
        seen[name.lower()] += 1
        times = seen[name.lower()]
        names.append(name if times == 1 else f"{name} ({times})")
    return tuple(names)
