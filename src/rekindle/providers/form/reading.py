"""Takes one field after the other out of a body, noting what is wrong with each instead of stopping at the first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rekindle.providers.form import text

TRUE = frozenset({"true", "yes", "on", "1", "y", "checked"})
FALSE = frozenset({"false", "no", "off", "0", "n", ""})
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class FieldError:
    """One field that cannot be used, and why, in words for whoever sent it."""

    field: str
    why: str


@dataclass
class Fields:
    """A body under reading. `path` prefixes the names in errors."""

    given: Mapping[str, object]
    errors: list[FieldError] = field(default_factory=list)
    path: str = ""

    def wrong(self, name: str, why: str) -> None:
        """Note an error of one field."""
        self.errors.append(FieldError(self.path + name, why))

    def text(self, name: str, *, limit: int, clean: Callable[[str], str] = text.line) -> str:
        """The field's text, cleaned; empty when it is absent, null or wrong."""
        value = self.given.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(name, "must be text")
            return ""
        cleaned = clean(str(value))
        if len(cleaned) > limit:
            self.wrong(name, f"must not be longer than {limit} characters")
            return ""
        return cleaned

    def flag(self, name: str) -> bool | None:
        """The tick of a box; None when it is absent, null or wrong."""
        value = self.given.get(name)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        self.wrong(name, "must be true or false")
        return None

    def instant(self, name: str) -> datetime | None:
        """An ISO 8601 time, taken as UTC when it names no zone."""
        given = self.text(name, limit=64)
        if not given:
            return None
        try:
            said = datetime.fromisoformat(given)
            at = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
        except (ValueError, OverflowError):
            at = None
        if at is None or at.year not in YEARS:
            self.wrong(name, "must be a time like 2026-11-24T18:00:00Z")
            return None
        return at

    def inner(self, name: str) -> "Fields | None":
        """The object under `name`, reporting into the same errors; None when it is absent or wrong."""
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.wrong(name, "must be an object")
            return None
        return Fields(value, self.errors, f"{self.path}{name}.")
