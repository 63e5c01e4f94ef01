"""What became of the rows of a chunk, as a line in the inbox and back."""

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from rekindle.leads.types import Upserted

LINE = re.compile(r"(\d+) rows: (\d+) new, (\d+) known, (\d+) unchanged, (\d+) refused")


@dataclass(frozen=True)
class Tally:
    """`known`: rows that told something new of a lead that was there; `unchanged`: rows that told nothing new."""

    rows: int = 0
    new: int = 0
    known: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        return (
            f"{self.rows} rows: {self.new} new, {self.known} known, {self.unchanged} unchanged, {self.refused} refused"
        )


def of(outcomes: Iterable[Upserted]) -> Tally:
    """The tally of enquiries that were settled."""
    rows = new = known = refused = 0
    for outcome in outcomes:
        rows += 1
        new += outcome.created
        known += not outcome.created and (outcome.changed or bool(outcome.merged))
        refused += outcome.refused is not None
    return Tally(rows, new, known, rows - new - known - refused, refused)


def read(line: str) -> Tally | None:
    """The tally that was written; None for the outcome of something else."""
    match = LINE.fullmatch(line)
    return Tally(*map(int, match.groups())) if match else None
