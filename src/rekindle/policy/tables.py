"""Tables of a pack: rows that know the file and line they stand on, and cells that say what is wrong with them."""

import csv
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from rekindle.decide.policy import Hours


class PolicyError(Exception):
    """A pack cannot be used: what is wrong, with file and line."""


@dataclass(frozen=True)
class Row:
    """One line of a table, which knows where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    def wrong(self, what: str) -> PolicyError:
        return PolicyError(f"{self.file}:{self.line}: {what}")

    def cell(self, name: str) -> str:
        try:
            return self.cells[name].strip()
        except (KeyError, AttributeError) as error:
            raise self.wrong(f"no column {name}") from error

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in self.cell(name).split("|") if word)

    def hours(self, days: str) -> Hours:
        start, end = self.cell(f"{days}_start"), self.cell(f"{days}_end")
        if not start and not end:
            return None
        try:
            pair = (time.fromisoformat(start), time.fromisoformat(end))
        except ValueError as error:
            raise self.wrong(f"{days}: {error}") from error
        if pair[0] >= pair[1]:
            raise self.wrong(f"{days}: {start} does not come before {end}")
        return pair

    def zones(self) -> tuple[str, ...]:
        zones = self.words("zones")
        if not zones:
            raise self.wrong("no zone")
        for zone in zones:
            try:
                zoneinfo.ZoneInfo(zone)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
                raise self.wrong(f"no time zone is called {zone}") from error
        return zones


def rows(folder: Path, name: str) -> Iterator[Row]:
    """Every row of a table of the pack with its place; raises PolicyError when the file is missing."""
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            for cells in reader:
                yield Row(f"{folder.name}/{name}", reader.line_num, cells)
    except OSError as error:
        raise PolicyError(f"{folder.name}/{name}: {error}") from error
