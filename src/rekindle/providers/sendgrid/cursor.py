"""Where reading of the lists stands. The end of the window is fixed first, so that pages do not shift while we read."""

import re
from dataclasses import dataclass, replace

OVERLAP = 3600  # seconds read again: an entry may show up after its time stamp
PAUSE = 300  # seconds after a whole reading within which there is nothing new to read

_WRITTEN = re.compile(r"([0-9]{1,12}):([0-9]{1,12}):([a-z_]{1,40}):([0-9]{1,9})")


@dataclass(frozen=True)
class Cursor:
    """`start` and `end` in seconds since 1970, both inclusive; `whole`: this window is read to its end."""

    start: int
    end: int
    name: str
    offset: int
    lists: tuple[str, ...]
    whole: bool = False

    @staticmethod
    def read(written: str, *, now: int, lists: tuple[str, ...]) -> "Cursor":
        """From its text; anything else than what we wrote means from the beginning."""
        fits = _WRITTEN.fullmatch(written)
        if fits is None or (fits[3] not in lists and fits[3] != "new"):
            return Cursor(0, now, lists[0], 0, lists)
        if fits[3] == "new":
            return Cursor(int(fits[1]), now, lists[0], 0, lists)
        return Cursor(int(fits[1]), int(fits[2]), fits[3], int(fits[4]), lists)

    @property
    def fresh(self) -> bool:
        """Whether the last whole reading ended only just now: reading on would read its last hour once more."""
        at_start = self.name == self.lists[0] and self.offset == 0
        return bool(self.start) and at_start and self.end - self.start < OVERLAP + PAUSE

    def after(self, *, full: bool, page: int) -> "Cursor":
        """Behind the page just read: a full one has a next, the last list ends the window."""
        if full:
            return replace(self, offset=self.offset + page)
        place = self.lists.index(self.name) + 1
        if place < len(self.lists):
            return replace(self, name=self.lists[place], offset=0)
        return replace(self, whole=True)

    def written(self) -> str:
        """As text; a window read to its end leaves only where the next one starts."""
        if self.whole:
            return f"{max(self.end - OVERLAP, 0)}:0:new:0"
        return f"{self.start}:{self.end}:{self.name}:{self.offset}"
