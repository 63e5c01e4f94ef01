"""A file is many events: chunks of rows through the inbox, handled here or by any worker, and a report of it all."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count as counting
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from rekindle.connections.accounts import Accounts
from rekindle.decide.words import Lane
from rekindle.inbox import store, tally
from rekindle.inbox.handle import BULK, Handler, handle_office
from rekindle.inbox.import_rows import ImportRows, Refused
from rekindle.inbox.receive import receive_many
from rekindle.inbox.tally import Tally
from rekindle.inbox.types import Arrival
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import store as offices
from rekindle.providers.csv_file import chunk
from rekindle.providers.csv_file.inbound import SOURCE
from rekindle.providers.csv_file.preview import Preview, preview
from rekindle.providers.csv_file.rows import Note
from rekindle.providers.ports import Providers
from rekindle.sequences import store as sequences

CHUNK_ROWS = 500
AT_ONCE = 4  # chunks stored by one commit
HANDS = 3  # chunks handled at once: two wait for the database while one is read
AHEAD = 12  # chunks stored and not yet handled, before reading pauses
ASKED = 100  # chunks, oldest first, whose outcome is asked for at once
POLL_SECONDS = 0.05

Refuse = Callable[[Refused], None]
Progress = Callable[[int], None]


class NoSuchSequenceError(Exception):
    """Nobody can be enrolled in a sequence this office does not have."""


class Parts(Protocol):
    """What an open engine has."""

    @property
    def db(self) -> Db: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def providers(self) -> Providers: ...


@dataclass(frozen=True)
class Report:
    """What became of a file. `failed`: chunks that nobody could handle, kept in the inbox as dead, and why."""

    rows: int
    created: int
    merged: int
    unchanged: int
    refused: int
    notes: tuple[Note, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def nothing_new(self) -> bool:
        """Whether every row that could be used was known already."""
        return self.unchanged > 0 and self.unchanged == self.rows - self.refused

    def __str__(self) -> str:
        return (
            f"{self.rows} rows: {self.created} created, {self.merged} merged into known leads, "
            f"{self.unchanged} unchanged, {self.refused} refused"
        )


def count(file: BinaryIO, looked: Preview, *, at: datetime, refuse: Refuse, progress: Progress) -> Report:
    """Read the whole file and change nothing: how many rows could be used."""
    rows = ImportRows(file, looked, zone=UTC, at=at, enroll="none")
    total = refused = 0
    for row in rows:
        total += 1
        if isinstance(row, Refused):
            refused += 1
            refuse(row)
        if total % CHUNK_ROWS == 0:
            progress(total)
    progress(total)
    return Report(total, 0, 0, 0, refused, rows.notes)


async def import_path(parts: Parts, office_id: UUID, path: Path, *, enroll: str = "none") -> Report:
    """Import a file by its guessed columns; raises UnusableFileError."""
    with path.open("rb") as file:
        return await import_file(parts, office_id, file, preview(file, {}), enroll=enroll)


async def import_file(
    parts: Parts,
    office_id: UUID,
    file: BinaryIO,
    looked: Preview,
    *,
    enroll: str,
    refuse: Refuse = lambda _: None,
    progress: Progress = lambda _: None,
) -> Report:
    """Every row through the inbox; returns when all is handled, or raises NoSuchSequenceError before it begins."""
    async with parts.db.office(office_id) as conn:
        zone = ZoneInfo((await offices.get(conn, office_id)).timezone)
        if enroll not in ("none", "auto") and await sequences.active_version(conn, office_id, enroll) is None:
            raise NoSuchSequenceError(f"this office has no active sequence named {enroll!r}")
    rows = ImportRows(file, looked, zone=zone, at=parts.clock.now(), enroll=enroll)
    work = _Work(parts, office_id, refuse, progress)
    async with asyncio.TaskGroup() as group:
        feeding = group.create_task(work.feed(rows))
        for _ in range(HANDS):
            group.create_task(work.drain(feeding))
    done = work.done
    return Report(
        work.rows, done.new, done.known, done.unchanged, done.refused + work.refused, rows.notes, tuple(work.failed)
    )


@dataclass
class _Work:
    """One file on its way: read and stored by one task, handled by a few."""

    parts: Parts
    office_id: UUID
    refuse: Refuse
    progress: Progress
    rows: int = 0
    refused: int = 0
    ahead: int = 0
    done: Tally = field(default_factory=Tally)
    failed: list[str] = field(default_factory=list)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: dict[UUID, int] = field(default_factory=dict)  # events stored, with their rows

    async def feed(self, rows: ImportRows) -> None:
        """Read, store, and see to the end of what was stored."""
        bodies: list[list[bytes]] = []
        for lines in self._chunks(rows):
            bodies.append(lines)
            if len(bodies) == AT_ONCE:
                await self._store(bodies)
                bodies = []
                if self.ahead >= AHEAD:
                    self.room.clear()
                    await self.room.wait()
        await self._store(bodies)
        while self.waiting:
            await self._collect()

    async def drain(self, feeding: "asyncio.Task[None]") -> None:
        """Handle chunks while there are any; other workers may do the same."""
        chances = counting()
        parts = self.parts
        handler = Handler(
            parts.db,
            parts.keyring,
            parts.clock,
            parts.providers.inbound,
            Accounts(parts.db, parts.keyring, parts.clock),
            lambda: next(chances) % 8 / 8,
        )
        while not feeding.done():
            taken = await handle_office(handler, self.office_id, lanes=BULK, limit=1)
            if taken:
                self.ahead -= taken
            else:
                self.ahead = 0  # nothing is due: what we did not take, somebody else did
            if self.ahead < AHEAD:
                self.room.set()
            if not taken:
                await asyncio.sleep(POLL_SECONDS)

    def _chunks(self, rows: ImportRows) -> Iterator[list[bytes]]:
        lines: list[bytes] = []
        for row in rows:
            self.rows += 1
            if isinstance(row, Refused):
                self.refused += 1
                self.refuse(row)
                continue
            lines.append(row)
            if len(lines) == CHUNK_ROWS:
                self.progress(self.rows)
                yield lines
                lines = []
        self.progress(self.rows)
        if lines:
            yield lines

    async def _store(self, chunks: list[list[bytes]]) -> None:
        if not chunks:
            return
        bodies = [chunk.body(lines) for lines in chunks]
        arrivals = [
            Arrival(self.office_id, SOURCE, chunk.name_of(body), chunk.CONTENT_TYPE, body, Lane.BULK) for body in bodies
        ]
        async with self.parts.db.office(self.office_id) as conn:
            stored = await receive_many(conn, self.office_id, arrivals, at=self.parts.clock.now())
            known = [event.event_id for event in stored if event.duplicate]
            handled = {
                row["event_id"] for row in await store.outcomes(conn, self.office_id, known) if row["handled_at"]
            }
        for event, lines in zip(stored, chunks, strict=True):
            if event.event_id in handled or event.event_id in self.waiting:
                self.done += Tally(rows=len(lines), unchanged=len(lines))
            else:
                self.waiting[event.event_id] = len(lines)
                self.ahead += 1

    async def _collect(self) -> None:
        """What became of the chunks that were stored; sleeps when none was finished since."""
        async with self.parts.db.office(self.office_id) as conn:
            rows = await store.outcomes(conn, self.office_id, list(islice(self.waiting, ASKED)))
        finished = [row for row in rows if row["handled_at"] or row["state"] == "dead"]
        for row in finished:
            size = self.waiting.pop(row["event_id"])
            self.done += tally.read(row["outcome"] or "") or Tally(rows=size)
            if row["state"] == "dead":
                self.failed.append(f"{size} rows were not handled: {row['reason']} (event {row['event_id']})")
        if not finished:
            await asyncio.sleep(POLL_SECONDS)
