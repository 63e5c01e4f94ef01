"""Dates as exports write them; whether 3/5 is March or May is settled per column, from the whole sample."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 a serial number has no zone; the column's is put on later
_MONTHS = (
    "jan enero ene|feb febrero|mar marzo|apr abril abr|may mayo|jun junio|jul julio|aug agosto ago|"
    "sep sept septiembre|oct octubre|nov noviembre|dec diciembre dic"
)
MONTHS = {name: number for number, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ ,T]+(.+))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ ,T]+(.+))?")
_WORDS = re.compile(
    r"(?:[a-z]{3,9},?\s+)??(?:([a-záé]+)\.?\s+(\d{1,2})|(\d{1,2})\s+(?:de\s+)?([a-záé]+)\.?)"
    r",?\s+(?:de\s+)?(\d{4})(?:[ ,]+(?:at\s+)?(.+))?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap])?\.?m?\.?\s*(z|utc|gmt|[ecmp][sd]t|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_ZONES = {"e": -5, "c": -6, "m": -7, "p": -8}


def day_first(values: Iterable[str]) -> bool:
    """Whether a column writes the day before the month: only when some value can be read no other way."""
    firsts = seconds = 0
    for value in values:
        match = _NUMBERS.match(value)
        if match:
            firsts += int(match[1]) > 12  # noqa: PLR2004 months
            seconds += int(match[2]) > 12  # noqa: PLR2004
    return firsts > seconds


@dataclass
class DateReader:
    """Reads one column. Times without a zone are the office's. Never raises: what is no date is None."""

    zone: tzinfo
    day_first: bool
    latest: datetime
    _known: dict[str, datetime | None] = field(default_factory=dict)

    def read(self, text: str) -> datetime | None:
        """The instant in UTC; None for what is no date, before 1990 or yet to come."""
        if text in self._known:
            return self._known[text]
        if len(self._known) > 50_000:  # noqa: PLR2004 a memory bound
            self._known.clear()
        try:
            made = self._read(text)
            if made is not None:
                made = (made if made.tzinfo else made.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            made = None
        if made is not None and not EARLIEST <= made <= self.latest:
            made = None
        self._known[text] = made
        return made

    def _read(self, text: str) -> datetime | None:
        if text.isdigit():
            return _from_number(int(text)) if len(text) != 8 else datetime.fromisoformat(text)  # noqa: PLR2004
        try:
            return datetime.fromisoformat(text.removesuffix(" UTC") + ("Z" if text.endswith(" UTC") else ""))
        except ValueError:
            pass
        if match := _NUMBERS.fullmatch(text):
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            swap = (self.day_first and second <= 12) or first > 12  # noqa: PLR2004
            month, day = (second, first) if swap else (first, second)
            return _with_time(year + (2000 if year < 100 else 0), month, day, match[4])  # noqa: PLR2004
        if match := _YEAR_FIRST.fullmatch(text):
            return _with_time(int(match[1]), int(match[2]), int(match[3]), match[4])
        if match := _WORDS.fullmatch(text):
            word = (match[1] or match[4]).lower()
            month = MONTHS.get(word) or MONTHS.get(word[:3], 0)
            return _with_time(int(match[5]), month, int(match[2] or match[3]), match[6])
        return None


def _from_number(number: int) -> datetime | None:
    if 25_000 <= number <= 60_000:  # noqa: PLR2004 Excel's serial days, 1968 to 2064
        return EXCEL_DAY_ZERO + timedelta(days=number)
    if number >= 10**12:
        return datetime.fromtimestamp(number / 1000, UTC)
    return datetime.fromtimestamp(number, UTC) if number >= 10**8 else None


def _with_time(year: int, month: int, day: int, rest: str | None) -> datetime:
    made = datetime(year, month, day)  # noqa: DTZ001 the column's zone is put on by the caller
    match = _TIME.fullmatch(rest.strip()) if rest else None
    if match is None:
        return made
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    made = made.replace(hour=hour, minute=int(match[2]), second=int(match[3] or 0))
    return made.replace(tzinfo=_offset(match[5])) if match[5] else made


def _offset(text: str) -> tzinfo:
    word = text.lower()
    if word in ("z", "utc", "gmt"):
        return UTC
    if word[0] in _ZONES:
        text = f"{_ZONES[word[0]] + (word[1] == 'd'):+03d}:00"
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
    return zone or UTC
