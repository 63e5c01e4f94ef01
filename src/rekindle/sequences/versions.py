"""Definitions by version id, kept in memory: a version never changes, so it is read and parsed once a process."""

from dataclasses import dataclass
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.sequences import store
from rekindle.sequences.definition import Definition, stored

KEPT = 512


@dataclass(frozen=True)
class Version:
    """A published definition with its number."""

    id: UUID
    number: int
    definition: Definition


_kept: dict[UUID, Version] = {}


async def by_ids(conn: Conn, office_id: UUID, ids: set[UUID]) -> dict[UUID, Version]:
    """The versions with these ids."""
    missing = [i for i in ids if i not in _kept]
    if missing:
        if len(_kept) > KEPT:
            _kept.clear()
        for row in await store.versions(conn, office_id, missing):
            _kept[row["id"]] = Version(row["id"], row["version"], stored(row["definition"]))
    return {i: _kept[i] for i in ids if i in _kept}


async def active(conn: Conn, office_id: UUID, name: str) -> Version | None:
    """The version new leads enter; None when the office has no such sequence."""
    found = await store.active_version(conn, office_id, name)
    return None if found is None else (await by_ids(conn, office_id, {found}))[found]
