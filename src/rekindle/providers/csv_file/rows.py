"""A row to an enquiry, by the columns' meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from rekindle.decide.words import LeadKind, Stage
from rekindle.providers.csv_file.cells import Cleaner, real_name, yes_or_no
from rekindle.providers.csv_file.consent import ConsentReader
from rekindle.providers.csv_file.dates import DateReader, day_first
from rekindle.providers.csv_file.fields import WITH_DATES, Field
from rekindle.providers.csv_file.guess import Column
from rekindle.providers.csv_file.places import split_address, zip_code
from rekindle.providers.csv_file.read import Record
from rekindle.providers.csv_file.words import kind_by_tags, known_kind, known_stage, state_code
from rekindle.providers.ports import Enquiry

LONGEST_MESSAGE = 10_000
LONGEST_VALUE = 500
LONGEST_NAME = 200
MISSING = -1
LAST_CONTACT = "last_contact"  # the one attribute that is a date
PRE_APPROVED = "pre_approved"  # a yes or no that the scorecard reads as a kind of financing
APPROVAL: dict[bool | None, str] = {True: "pre-approved", False: "not pre-approved"}
KEPT_BY_US = frozenset({"appointment_at"})  # attributes the engine writes and trusts; a file may not


class Refusal(NamedTuple):
    """A row that cannot become a lead: where, which field, and why."""

    row: int
    field: str
    why: str


@dataclass
class Note:
    """Cells of one column that were passed over, while their rows were taken."""

    field: str
    why: str
    first_row: int
    rows: int = 0


class RowReader:
    """Compiled for one file: column places looked up once, dates and words remembered."""

    def __init__(
        self, columns: Sequence[Column], sample: Sequence[Sequence[str]], *, zone: tzinfo, at: datetime, enroll: str
    ) -> None:
        self._enroll = enroll
        self._clean = Cleaner()
        self._dates = {
            c.index: DateReader(zone, day_first(row[c.index] for row in sample), at + timedelta(days=1))
            for c in columns
            if c.field in WITH_DATES or (c.field is Field.ATTRIBUTE and c.name == LAST_CONTACT)
        }
        # A field without a column is read from the empty cell that `read` puts at the end of every row.
        self._at = dict.fromkeys(Field, MISSING) | {c.field: c.index for c in columns}
        self._headers = {c.index: c.header for c in columns}
        self._emails = [c.index for c in columns if c.field is Field.EMAIL]
        self._phones = [c.index for c in columns if c.field is Field.PHONE]
        self._messages = [c.index for c in columns if c.field is Field.MESSAGE]
        self._notes_at = [c.index for c in columns if c.field is Field.NOTES]
        self._tags = [c.index for c in columns if c.field is Field.TAGS]
        self._attributes = [
            (c.index, f"crm_{c.name}" if c.name in KEPT_BY_US else c.name)
            for c in columns
            if c.field is Field.ATTRIBUTE
        ]
        self._consent = ConsentReader(columns, self._date)
        self._kinds: dict[str, LeadKind] = {}
        self._stages: dict[str, Stage | None] = {}
        self._notes: dict[tuple[str, str], Note] = {}

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was passed over so far, one line a column and cause."""
        return tuple(self._notes.values())

    def read(self, record: Record) -> Enquiry | Refusal:
        """The enquiry in this row, its addresses as written and without an id; or what is wrong with the row."""
        if record.broken:
            return Refusal(record.row, "", record.broken)
        if "\x00" in "".join(record.cells):
            at = next(i for i, cell in enumerate(record.cells) if "\x00" in cell)
            return Refusal(record.row, self._headers[at], "holds a NUL byte, which no text may")
        clean = self._clean
        cells = [clean[cell] for cell in record.cells]
        cells.append("")
        place = self._at
        first, last, name = self._name(cells, record.cells)
        tags = ", ".join([cells[i] for i in self._tags if cells[i]])
        stage_text = cells[place[Field.STAGE]]
        stage = self._stage(stage_text)
        street, city, state, zip_ = self._place(cells)
        made = self._created(cells, record.row)
        message = self._joined(cells, self._messages)
        consents, unclear = self._consent.read(cells, tags, stage, made)
        for header in unclear:
            self._note(record.row, header, "neither yes nor no: read as no permission")
        return Enquiry(
            external_id="",
            source=cells[place[Field.SOURCE]][:100] or "import",
            name=name,
            first_name=first,
            last_name=last,
            emails=tuple([cells[i] for i in self._emails if cells[i]]),
            phones=tuple([cells[i] for i in self._phones if cells[i]]),
            kind=self._kind(cells[place[Field.KIND]], tags),
            # Words without a date are kept, but nobody is said to have asked today.
            message=message if made else "",
            page=cells[place[Field.PAGE]][:LONGEST_VALUE],
            at=made,
            state=state,
            zip=zip_,
            city=city,
            street=street,
            attributes=self._stated(cells, tags, "" if stage else stage_text, "" if made else message),
            consents=consents,
            stage=stage,
            enroll=self._enroll,
        )

    def _note(self, row: int, field: str, why: str) -> None:
        self._notes.setdefault((field, why), Note(field, why, row)).rows += 1

    def _name(self, cells: Sequence[str], raw: Sequence[str]) -> tuple[str, str, str]:
        found = []
        for index in (self._at[Field.FIRST_NAME], self._at[Field.LAST_NAME], self._at[Field.NAME]):
            text = cells[index][:LONGEST_NAME]
            found.append(text or (real_name(raw[index]) if index != MISSING else ""))
        first, last, name = found
        return first, last, name

    def _kind(self, text: str, tags: str) -> LeadKind:
        key = f"{text}\x1f{tags}"
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = (known_kind(text) if text else kind_by_tags(tags)) or LeadKind.UNKNOWN
        return kind

    def _stage(self, text: str) -> Stage | str:
        if text not in self._stages:
            self._stages[text] = known_stage(text) if text else None
        return self._stages[text] or ""

    def _place(self, cells: Sequence[str]) -> tuple[str, str, str, str]:
        at = self._at
        street = cells[at[Field.STREET]][:LONGEST_VALUE]
        city = cells[at[Field.CITY]][:LONGEST_NAME]
        state = cells[at[Field.STATE]][:LONGEST_NAME]
        zip_ = zip_code(cells[at[Field.ZIP]])
        if street and not state and not zip_:
            street, found_city, state, zip_ = split_address(" ".join(street.split()))
            city = city or found_city
        return street, city, (state_code(state) or state) if state else "", zip_

    def _joined(self, cells: Sequence[str], places: Sequence[int]) -> str:
        return "\n".join([cells[i] for i in places if cells[i]])[:LONGEST_MESSAGE]

    def _created(self, cells: Sequence[str], row: int) -> datetime | None:
        index = self._at[Field.CREATED]
        if not cells[index]:
            return None
        made = self._date(index, cells[index])
        if made is None:
            self._note(row, self._headers[index], "not a date of the past: left empty")
        return made

    def _date(self, index: int, text: str) -> datetime | None:
        return self._dates[index].read(text) if text else None

    def _stated(self, cells: Sequence[str], tags: str, crm_stage: str, message: str) -> tuple[tuple[str, str], ...]:
        stated = {name: cells[index][:LONGEST_VALUE] for index, name in reversed(self._attributes) if cells[index]}
        if LAST_CONTACT in stated:
            index = next(i for i, name in self._attributes if name == LAST_CONTACT and cells[i])
            when = self._date(index, cells[index])
            stated[LAST_CONTACT] = when.date().isoformat() if when else stated[LAST_CONTACT]
        if PRE_APPROVED in stated and "financing" not in stated:
            stated["financing"] = APPROVAL.get(yes_or_no(stated[PRE_APPROVED]), stated[PRE_APPROVED])
        notes = self._joined(cells, self._notes_at)
        crm_id = cells[self._at[Field.EXTERNAL_ID]][:LONGEST_NAME]
        rest = (("tags", tags), ("crm_stage", crm_stage), ("message", message), ("notes", notes), ("crm_id", crm_id))
        stated.update((name, text) for name, text in rest if text)
        return tuple(sorted(stated.items()))
