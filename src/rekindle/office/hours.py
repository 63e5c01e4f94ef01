"""Working hours between their stored form, seven lists of ["09:00", "17:00"], and ours."""

import itertools
from datetime import time
from typing import Any

from rekindle.office.types import Span, Week

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MIDNIGHT = time(0)


class HoursError(Exception):
    """Hours that no week has; the message names the day and what is wrong."""


def parse(plain: Any) -> Week:
    """A week from its stored form; raises HoursError."""
    if not isinstance(plain, list) or len(plain) != len(DAYS):
        raise HoursError("hours are seven lists, Monday first")
    return tuple(_day(name, spans) for name, spans in zip(DAYS, plain, strict=True))


def to_plain(week: Week) -> list[list[list[str]]]:
    """The stored form of a week."""
    return [[[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in day] for day in week]


def _day(name: str, spans: Any) -> tuple[Span, ...]:
    if not isinstance(spans, list):
        raise HoursError(f"{name}: a list of [from, to] is wanted")
    read = tuple(sorted(_span(name, span) for span in spans))
    for before, after in itertools.pairwise(read):
        if before[1] == MIDNIGHT or after[0] < before[1]:
            raise HoursError(f"{name}: {before[0]:%H:%M}-{before[1]:%H:%M} overlaps {after[0]:%H:%M}-{after[1]:%H:%M}")
    return read


def _span(name: str, span: Any) -> Span:
    try:
        start, end = (time.fromisoformat("00:00" if text == "24:00" else text) for text in span)
    except (TypeError, ValueError) as error:
        raise HoursError(f"{name}: [from, to] as HH:MM is wanted, not {span!r}") from error
    if end != MIDNIGHT and end <= start:
        raise HoursError(f"{name}: {start:%H:%M}-{end:%H:%M} ends before it begins")
    return start, end


DEFAULT: Week = parse([[["09:00", "18:00"]]] * 5 + [[["10:00", "16:00"]], []])
