"""A body's fields by name, however HighLevel spells it: `contactId`, `contact_id`, `Contact ID`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rekindle.providers import plain

DEEPEST = 3  # wrappers around wrappers
LISTED = 1000  # more entries than any list a person keeps
YEARS = range(2000, 2100)
MILLISECONDS = 10**11  # later than the year 5000 in seconds

_SIGN = re.compile(r"[^a-z0-9]")


class Given:
    """A body's fields; names are asked for in lower case without signs, an empty value counts as absent."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self._named: dict[str, Any] = {}
        for name, value in raw.items():
            if value is not None and value not in ("", [], {}):
                self._named.setdefault(plain_name(name), value)

    def get(self, *names: str) -> Any:
        """The first of these that is there; None when none is."""
        return next((self._named[name] for name in names if name in self._named), None)

    def has(self, *names: str) -> bool:
        """Whether any of these is there."""
        return any(name in self._named for name in names)

    def line(self, *names: str, limit: int = plain.NAME_LIMIT) -> str:
        """One clean line of text; empty when it is no text or number."""
        return plain.line(self.get(*names), limit=limit)

    def lines(self, *names: str, limit: int = plain.TEXT_LIMIT) -> str:
        """Clean text of several lines; empty when it is no text or number."""
        return plain.lines(self.get(*names), limit=limit)

    def inner(self, *names: str) -> "Given":
        """The object under the first of these names; an empty one when there is none."""
        value = self.get(*names)
        return Given(value if isinstance(value, dict) else {})

    def over(self, other: Mapping[str, Any]) -> "Given":
        """These fields, and of the others those that are not here."""
        return Given({**self.raw, **{name: value for name, value in other.items() if not self.has(plain_name(name))}})

    def instant(self, *names: str) -> datetime | None:
        """The first of these that is a time, in UTC."""
        return next((at for name in names if (at := instant(self.get(name)))), None)


def plain_name(name: object) -> str:
    """A field's name without case and signs."""
    return _SIGN.sub("", str(name).lower())


def unwrapped(raw: Mapping[str, Any]) -> Given:
    """The event's own fields: the integration guide's handler reads them from `data`, the event pages are flat.

    What stands inside wins (the outer `id` may be the delivery's), except for the type: a contact has one of its own.
    """
    given = Given(raw)
    for _ in range(DEEPEST):
        inside, typed = given.inner("data"), given.has("type")
        if not inside.raw:
            break
        outer = {name: value for name, value in given.raw.items() if plain_name(name) != "data"}
        inner = {name: value for name, value in inside.raw.items() if not typed or plain_name(name) != "type"}
        given = Given(inner).over(outer)
    return given


def instant(value: object) -> datetime | None:
    """A time in UTC from ISO 8601 text or from seconds or milliseconds since 1970; None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:20])
    if isinstance(value, int | float):
        try:
            at = datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS else value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    else:
        at = plain.instant(value)  # type: ignore[assignment]
    return at if at is not None and at.year in YEARS else None


def things(value: object) -> tuple[str, ...]:
    """Clean texts from a list, from one text, or from objects that hold one under `name`, `email` or `phone`."""
    parts = value[:LISTED] if isinstance(value, list) else [value]
    named = [
        Given(part).get("name", "email", "phone", "phonenumber") if isinstance(part, dict) else part for part in parts
    ]
    return tuple(dict.fromkeys(text for part in named if (text := plain.line(part, limit=254))))
