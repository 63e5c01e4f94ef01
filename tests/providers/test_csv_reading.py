"""Any export becomes rows: encodings, dialects, broken lines, and nothing but typed errors."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.csv_file.encoding import UnusableFileError
from rekindle.providers.csv_file.read import Layout, Record, inspect, records


def whole(content: bytes) -> tuple[Layout, list[Record]]:
    file = io.BytesIO(content)
    layout = inspect(file)
    return layout, list(records(file, layout))


PLAIN = [["José 😀", "a@x.example", "line 1\nline 2; with, both"], ["Bob", "b@x.example", ""]]


def written(delimiter: str = ",", end: str = "\n", after: str = "", last: str = "") -> str:
    """The table with Ann's and Bob's rows in one dialect; `after` ends rows of data, `last` is Bob's third cell."""
    row = f'José 😀{delimiter}a@x.example{delimiter}"line 1\nline 2; with, both"{after}{end}'
    return (
        delimiter.join(["Name", "Email", "Notes"])
        + end
        + row
        + f"Bob{delimiter}b@x.example{last or delimiter}{after}{end}"
    )


DIALECTS = {
    "comma": written().encode(),
    "CRLF and BOM": written(end="\r\n").encode("utf-8-sig"),
    "CR": written(end="\r").encode(),
    "semicolons": written(";").encode(),
    "told semicolons": ("sep=;\r\n" + written(";", "\r\n")).encode(),
    "tabs": written("\t").encode(),
    "pipes": written("|").encode(),
    "UTF-16": written("\t").encode("utf-16"),
    "UTF-16 without BOM": written().encode("utf-16-le"),
    "short rows": written(last="\n").encode(),
    "a delimiter too many on every row": written(after=",").encode(),
    "blank and empty rows": written(end="\n\n,,\n").encode(),
    "a title above": ("Contacts exported for you\n\n" + written()).encode(),
    "no line end at the end": written().encode().rstrip(b"\n"),
}


@pytest.mark.parametrize("content", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_dialect_gives_the_same_rows(content: bytes) -> None:
    layout, rows = whole(content)
    assert layout.headers == ("Name", "Email", "Notes")
    assert [row.cells for row in rows] == PLAIN
    assert not any(row.broken for row in rows)


def test_old_windows_letters_are_read_cell_by_cell() -> None:
    content = b"Name,City\nJos\xe9,M\xc3\xa9rida\nZo\xeb \x80,Reno\n"
    assert [row.cells for row in whole(content)[1]] == [["José", "Mérida"], ["Zoë €", "Reno"]]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    content = b'sep=,\nName,Email\n"Ann\nLee",a@x.example\n\nBob,b@x.example\n'
    assert [(row.row, row.cells[0]) for row in whole(content)[1]] == [(2, "Ann\nLee"), (4, "Bob")]


def test_headers_become_unique_and_are_kept_as_they_were() -> None:
    layout, _ = whole(b"Phone,,Phone, Notes\tto us ,phone\n1,2,3,4,5\n")
    assert layout.headers == ("Phone", "Column 2", "Phone (2)", "Notes to us", "phone (3)")
    assert layout.raw_headers == ("Phone", "", "Phone", " Notes\tto us ", "phone")


def test_a_file_without_a_header_keeps_its_first_row() -> None:
    layout, rows = whole(b"Ann Lee,ann@x.example,312-555-0142\nBob Ray,bob@x.example,312-555-0143\n")
    assert layout.raw_headers == ()
    assert [(row.row, row.cells[0]) for row in rows] == [(1, "Ann Lee"), (2, "Bob Ray")]


def test_a_quote_that_never_closes_costs_one_row() -> None:
    lines = ["Name,Email,Notes"] + [f"P{n},p{n}@x.example,fine" for n in range(1000)]
    lines[3] = 'P2,"p2@x.example,oh'
    lines[998] = '"P997,p997@x.example,oh'
    _, rows = whole("\n".join(lines).encode())
    assert [(r.row, r.broken) for r in rows if r.broken] == [
        (4, "a quotation mark is opened and never closed"),
        (999, "a quotation mark is opened and never closed"),
    ]
    assert len(rows) == 1000
    assert [r.cells for r in rows if r.broken] == [["P2", "p2@x.example", "oh"], ["P997", "p997@x.example", "oh"]]


def test_a_row_that_slipped_is_broken_and_not_guessed_at() -> None:
    _, rows = whole(b"Name,Price,SMS Consent\nAnn,300,no\nBob,$425,000,no\nCid,$1,000,\nDan,5,no\nEve,5,no\n")
    assert [r.row for r in rows if r.broken] == [3, 4]
    assert all("a delimiter stands inside a cell" in rows[n].broken for n in (1, 2))


def test_a_cell_beyond_all_measure_is_one_broken_row() -> None:
    _, rows = whole(b"Name,Email\nAnn,a@x.example\n" + b"x" * 200_000 + b",b@x.example\nCid,c@x.example\n")
    assert [bool(r.broken) for r in rows] == [False, True, False]


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"PK\x03\x04 and so on", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0 and so on", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (bytes(range(256)) * 8 + b"\x00" * 500, "not a text file"),
    ],
)
def test_what_is_no_csv_is_refused_with_advice(content: bytes, advice: str) -> None:
    with pytest.raises(UnusableFileError, match=advice):
        whole(content)


@given(st.binary(max_size=400))
def test_no_bytes_bring_anything_but_rows_or_the_typed_error(content: bytes) -> None:
    try:
        layout, rows = whole(content)
    except UnusableFileError:
        return
    assert all(row.broken or len(row.cells) == len(layout.headers) for row in rows)


@given(st.text(alphabet='a,;"\n\r\t|\x00é😀 ', max_size=200))
def test_no_text_brings_anything_but_rows_or_the_typed_error(text: str) -> None:
    try:
        _, rows = whole(text.encode())
    except UnusableFileError:
        return
    numbers = [row.row for row in rows]
    assert numbers == sorted(set(numbers))


cell = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(
    st.lists(st.tuples(cell, cell, cell), max_size=20),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_well_formed_rows_come_back_one_for_one(
    rows: list[tuple[str, str, str]], delimiter: str, end: str, codec: str
) -> None:
    kept = [list(row) for row in rows if any(cell.strip() for cell in row)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["Name", "Email", "Notes"], *kept])
    _, read = whole(out.getvalue().encode(codec))
    assert [row.cells for row in read] == kept


def test_a_hundred_thousand_rows_stream_by() -> None:
    line = b'Ann,a@x.example,"two\nlines"\r\n'
    file = io.BytesIO(b"Name,Email,Notes\r\n" + line * 100_000)
    layout = inspect(file)
    counted = sum(1 for row in records(file, layout) if not row.broken)
    assert counted == 100_000
