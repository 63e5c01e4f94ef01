"""A row to an enquiry, by the columns' meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256
from typing import NamedTuple

from rekindle.decide.words import LeadKind, Stage
from rekindle.providers.csv_file.cells import clean, clean_name, emails, phones
from rekindle.providers.csv_file.consent import ConsentReader
from rekindle.providers.csv_file.dates import DateReader, day_first
from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.guess import Column
from rekindle.providers.csv_file.places import split_address, zip_code
from rekindle.providers.csv_file.read import Record
from rekindle.providers.csv_file.words import known_kind, known_stage, state_code
from rekindle.providers.ports import Enquiry

LONGEST_MESSAGE = 10_000
LONGEST_VALUE = 500
WITH_DATES = frozenset({Field.CREATED, Field.CONSENT_AT, Field.SMS_CONSENT, Field.EMAIL_CONSENT, Field.CONSENT}) | {
    Field.DND,
    Field.DND_SMS,
    Field.DND_EMAIL,
}
DATE_ATTRIBUTES = frozenset({"last_contact"})


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
    rows: int = 1


class RowReader:
    """Compiled for one file: column places looked up once, dates and words remembered."""

    def __init__(
        self, columns: Sequence[Column], sample: Sequence[Sequence[str]], *, zone: tzinfo, at: datetime, enroll: str
    ) -> None:
        self._enroll = enroll
        self._dates = {
            c.index: DateReader(zone, day_first(r[c.index] for r in sample), at + timedelta(days=1))
            for c in columns
            if c.field in WITH_DATES or c.name in DATE_ATTRIBUTES
        }
        self._once = {c.field: c.index for c in columns}
        self._headers = {c.index: c.header for c in columns}
        self._emails = [c.index for c in columns if c.field is Field.EMAIL]
        self._phones = [c.index for c in columns if c.field is Field.PHONE]
        self._messages = [c.index for c in columns if c.field is Field.MESSAGE]
        self._tags = [c.index for c in columns if c.field is Field.TAGS]
        self._attributes = [(c.index, c.name) for c in columns if c.field is Field.ATTRIBUTE]
        self._consent = ConsentReader(columns, self._date)
        self._kinds: dict[str, LeadKind | None] = {}
        self._stages: dict[str, Stage | None] = {}
        # Ids of two CRMs may be alike: an id counts only among files with the same columns.
        shape = sha256("\x1f".join(sorted(c.header.lower() for c in columns if c.field is not Field.IGNORE)).encode())
        self._family = f"csv:{shape.hexdigest()[:12]}"
        self._notes: dict[tuple[str, str], Note] = {}

    def read(self, record: Record) -> Enquiry | Refusal:
        """The enquiry in this row, its addresses as written; what is wrong with the row otherwise."""
        if record.broken:
            return Refusal(record.row, "", record.broken)
        cells = record.cells
        whole = "\x1f".join(cells)
        if "\x00" in whole:
            at = next(i for i, cell in enumerate(cells) if "\x00" in cell)
            return Refusal(record.row, self._headers[at], "holds a NUL byte, which no text may")
        first, last, name = self._name(cells)
        tags = ", ".join(text for i in self._tags if (text := clean(cells[i])))
        stage_text = self._cell(cells, Field.STAGE)
        stage = self._stage(stage_text)
        street, city, state, zip_ = self._place(cells)
        consents, unclear = self._consent.read(cells, tags, stage)
        for header in unclear:
            self._note(record.row, header, "neither yes nor no: read as no permission")
        return Enquiry(
            external_id=self._external_id(cells, whole),
            source=self._cell(cells, Field.SOURCE)[:100] or "import",
            name=name,
            first_name=first,
            last_name=last,
            emails=tuple(e for i in self._emails if (text := clean(cells[i])) for e in emails(text)),
            phones=tuple(p for i in self._phones if (text := clean(cells[i])) for p in phones(text)),
            kind=self._kind(self._cell(cells, Field.KIND), tags),
            message=self._message(cells),
            page=self._cell(cells, Field.PAGE)[:LONGEST_VALUE],
            at=self._created(cells, record.row),
            state=state,
            zip=zip_,
            city=city,
            street=street,
            attributes=self._stated(cells, tags, "" if stage else stage_text),
            consents=consents,
            stage=stage,
            enroll=self._enroll,
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was passed over so far, one line a column and cause."""
        return tuple(self._notes.values())

    def _note(self, row: int, field: str, why: str) -> None:
        noted = self._notes.setdefault((field, why), Note(field, why, row, 0))
        noted.rows += 1

    def _cell(self, cells: Sequence[str], field: Field) -> str:
        index = self._once.get(field)
        return clean(cells[index]) if index is not None else ""

    def _external_id(self, cells: Sequence[str], whole: str) -> str:
        told = self._cell(cells, Field.EXTERNAL_ID)
        return f"{self._family}:{told[:100]}" if told else f"csv:{sha256(whole.encode()).hexdigest()[:32]}"

    def _name(self, cells: Sequence[str]) -> tuple[str, str, str]:
        once = self._once
        first = clean_name(cells[once[Field.FIRST_NAME]]) if Field.FIRST_NAME in once else ""
        last = clean_name(cells[once[Field.LAST_NAME]]) if Field.LAST_NAME in once else ""
        name = clean_name(cells[once[Field.NAME]]) if Field.NAME in once else ""
        if first and not last and " " in first:
            return "", "", name or first
        if first or last:
            return first[:200], last[:200], ""
        return "", "", name[:200]

    def _kind(self, text: str, tags: str) -> str:
        key = text or tags
        if not key:
            return LeadKind.UNKNOWN
        if key not in self._kinds:
            self._kinds[key] = known_kind(key)
        return self._kinds[key] or LeadKind.UNKNOWN

    def _stage(self, text: str) -> str:
        if not text:
            return ""
        if text not in self._stages:
            self._stages[text] = known_stage(text)
        return self._stages[text] or ""

    def _place(self, cells: Sequence[str]) -> tuple[str, str, str, str]:
        street = " ".join(self._cell(cells, Field.STREET).split())[:LONGEST_VALUE]
        city = self._cell(cells, Field.CITY)[:100]
        state = self._cell(cells, Field.STATE)[:50]
        zip_ = zip_code(self._cell(cells, Field.ZIP))
        if street and not state and not zip_:
            street, found_city, state, zip_ = split_address(street)
            city = city or found_city
        return street, city, (state_code(state) or state) if state else "", zip_

    def _message(self, cells: Sequence[str]) -> str:
        texts = [text for i in self._messages if (text := clean(cells[i]))]
        return "\n".join(texts)[:LONGEST_MESSAGE]

    def _created(self, cells: Sequence[str], row: int) -> datetime | None:
        index = self._once.get(Field.CREATED)
        if index is None or not (text := clean(cells[index])):
            return None
        made = self._date(index, text)
        if made is None:
            self._note(row, self._headers[index], "not a date of the past: left empty")
        return made

    def _date(self, index: int, text: str) -> datetime | None:
        return self._dates[index].read(text) if text else None

    def _stated(self, cells: Sequence[str], tags: str, crm_stage: str) -> tuple[tuple[str, str], ...]:
        stated = {}
        for index, name in self._attributes:
            text = cells[index]
            if text and (text := clean(text)) and name not in stated:
                when = self._date(index, text) if name in DATE_ATTRIBUTES else None
                stated[name] = when.date().isoformat() if when else text[:LONGEST_VALUE]
        if tags:
            stated["tags"] = tags[:LONGEST_VALUE]
        if crm_stage:
            stated["crm_stage"] = crm_stage[:LONGEST_VALUE]
        return tuple(sorted(stated.items()))
