"""How soon a lead says that they want to move, out of the words forms and people use."""

import re

_NOW = re.compile(r"\b(?:now|asap|immediate(?:ly)?|right away|ready|today|this week|urgent|ahora|ya)\b")
_BROWSING = re.compile(r"\b(?:brows\w+|just looking|no rush|someday|curious|not sure|unsure|unknown|researching)\b")
_SPAN = re.compile(r"(\d+)\s*(?:-|–|to|a)?\s*(\d+)?\s*\+?\s*(day|week|month|mo|mos|year|yr|dia|semana|mes|ano)")
_NEXT = re.compile(r"\b(this|next|within a|in a)\s+(week|month|year)\b")
_DAYS = {
    "day": 1,
    "dia": 1,
    "week": 7,
    "semana": 7,
    "month": 30,
    "mo": 30,
    "mos": 30,
    "mes": 30,
    "year": 365,
    "yr": 365,
    "ano": 365,
}
_FAR = 730


def days_until(said: str) -> int | None:
    """The far end of the stated span in days; None when nothing is stated or it cannot be read."""
    text = said.casefold().strip()
    if not text:
        return None
    if span := _SPAN.search(text):
        unit = _DAYS[span.group(3)]
        return int(span.group(2) or span.group(1)) * unit
    if named := _NEXT.search(text):
        return _DAYS[named.group(2)] * (2 if named.group(1) == "next" else 1)
    if _BROWSING.search(text):
        return _FAR
    return 0 if _NOW.search(text) else None
