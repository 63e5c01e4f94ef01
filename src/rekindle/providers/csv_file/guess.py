"""Which column is what: by its name, and by looking at its values."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rekindle.providers.csv_file.cells import clean, looks_like_email, looks_like_phone
from rekindle.providers.csv_file.fields import MANY, Field
from rekindle.providers.csv_file.headers import SURE, meaning, plain_name
from rekindle.providers.csv_file.words import known_kind, known_stage, state_code

SEEN, DOUBTFUL = 0.6, 0.3
LEAST_DIGITS = 7  # of a phone number written without its area code
FEW, MOST = 0.3, 0.6  # shares of a column's values
LONGEST_EXAMPLE = 40
LOOKS: dict[Field, Callable[[str], bool]] = {
    Field.STATE: lambda value: state_code(value) is not None,
    Field.STAGE: lambda value: known_stage(value) is not None,
    Field.KIND: lambda value: known_kind(value) is not None,
    Field.EMAIL: looks_like_email,
    Field.PHONE: lambda value: sum(c.isdigit() for c in value) >= LEAST_DIGITS,
}


class MappingError(Exception):
    """`--map` names a column the file does not have or a field nobody knows."""


@dataclass(frozen=True)
class Column:
    """One column of the file and what it is taken for."""

    index: int
    header: str
    field: Field
    name: str  # of the attribute, when it is one
    confidence: float
    how: str  # "name", "values" or "told"
    examples: tuple[str, ...]


def guess(headers: Sequence[str], sample: Sequence[Sequence[str]], told: Mapping[str, str]) -> tuple[Column, ...]:
    """A meaning for every column; `told` (column to field) wins over any guess. Raises MappingError."""
    wanted = _read_told(headers, told)
    columns = []
    for index, header in enumerate(headers):
        values = [value for row in sample if (value := clean(row[index]))]
        examples = tuple(dict.fromkeys(_short(value) for value in values))[:3]
        if index in wanted:
            field, name = wanted[index]
            columns.append(Column(index, header, field, name or _slug(header), SURE, "told", examples))
        else:
            columns.append(_guess_one(index, header, values, examples))
    return tuple(_one_of_each(columns))


def usable(columns: Sequence[Column]) -> bool:
    """Whether anybody in this file could be reached."""
    return any(column.field in (Field.EMAIL, Field.PHONE) for column in columns)


def _guess_one(index: int, header: str, values: list[str], examples: tuple[str, ...]) -> Column:
    plain = plain_name(header)
    field, name, confidence = meaning(plain)
    how = "name"
    if confidence:
        field, confidence = _weigh(field, confidence, values)
    elif not re.search(r"\b(id|number|account|no|agent|assigned|owner|lender|spouse|mls)\b", plain):
        field, confidence = _by_values(values, headless=plain.startswith("column"))
        how = "values"
    return Column(index, header, field, name or _slug(header), confidence, how, examples)


def _weigh(field: Field, confidence: float, values: list[str]) -> tuple[Field, float]:
    """A name against its values: `estado` is a state or a stage, `type` may be anything."""
    share = _share(values, LOOKS[field]) if values and field in LOOKS else 1.0
    if field in (Field.STATE, Field.STAGE):
        other = Field.STAGE if field is Field.STATE else Field.STATE
        return (
            (other, SEEN) if share < MOST and _share(values, LOOKS[other]) > max(share, MOST) else (field, confidence)
        )
    if share >= FEW:
        return field, confidence
    return (Field.ATTRIBUTE, SEEN) if field is Field.KIND else (field, DOUBTFUL)


def _by_values(values: list[str], *, headless: bool) -> tuple[Field, float]:
    if values and _share(values, looks_like_email) > MOST:
        return Field.EMAIL, SEEN
    if values and _share(values, looks_like_phone) > MOST:
        return Field.PHONE, SEEN
    if headless and values and _share(values, _looks_like_name) > MOST:
        return Field.NAME, SEEN
    return Field.ATTRIBUTE, 0.0


def _one_of_each(columns: list[Column]) -> list[Column]:
    """Of a field that can stand once, the surest column keeps it (what was told, then the first of the surest)."""
    best: dict[Field, Column] = {}
    for column in columns:
        held = best.get(column.field)
        if held is None or (column.how == "told", column.confidence) > (held.how == "told", held.confidence):
            best[column.field] = column
    return [
        c if c.field in MANY or best[c.field] is c else replace(c, field=Field.ATTRIBUTE, name=_slug(c.header))
        for c in columns
    ]


def _read_told(headers: Sequence[str], told: Mapping[str, str]) -> dict[int, tuple[Field, str]]:
    places = {header.strip().lower(): index for index, header in reversed(list(enumerate(headers)))}
    wanted = {}
    for header, wish in told.items():
        place = places.get(header.strip().lower())
        if place is None:
            raise MappingError(f"there is no column {header!r}; the file has: {', '.join(headers)}")
        word, _, name = wish.strip().partition(":")
        if word.lower() not in set(Field):
            raise MappingError(f"{word!r} is no field; choose from: {', '.join(Field)} (or attribute:NAME)")
        wanted[place] = (Field(word.lower()), _slug(name) if name else "")
    return wanted


def _share(values: list[str], test: Callable[[str], bool]) -> float:
    return sum(1 for value in values if test(value)) / len(values)


def _looks_like_name(value: str) -> bool:
    words = value.split()
    return 2 <= len(words) <= 4 and all(w[0].isupper() and not any(c.isdigit() for c in w) for w in words)  # noqa: PLR2004


def _slug(header: str) -> str:
    letters = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")[:60] or "column"


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= LONGEST_EXAMPLE else line[: LONGEST_EXAMPLE - 1] + "…"
