"""Sequences as files, into an office as immutable versions."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

from rekindle.decide.plain import to_plain
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn
from rekindle.sequences import lint, store
from rekindle.sequences.definition import Definition, checksum, read


@cache
def builtin() -> tuple[Definition, ...]:
    """The sequences that ship with the engine (a test lints them)."""
    folder = files("rekindle.sequences") / "builtin"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
    return tuple(read(entry.read_text(encoding="utf-8")) for entry in found)


async def install_builtin(conn: Conn, office_id: UUID, *, at: datetime) -> int:
    """Give the office every built-in sequence it never had; what an office changed stays changed.

    Their templates are installed by content.install.install_builtin.
    """
    have = await store.newest(conn, office_id, [d.name for d in builtin()])
    wanted = [definition for definition in builtin() if definition.name not in have]
    for definition in wanted:
        await _insert(conn, office_id, definition, version=1, at=at)
    return len(wanted)


async def publish(
    conn: Conn, office_id: UUID, text: str, *, templates: Mapping[str, Channel], at: datetime
) -> tuple[str, int]:
    """Make the YAML in `text` the version new leads enter: its name and number; raises BadSequenceError.

    The newest version again when nothing changed. Leads under way finish on the version they entered.
    """
    definition = lint.parse(text, templates)
    version, old = (await store.newest(conn, office_id, [definition.name])).get(definition.name, (0, b""))
    if old == checksum(definition):
        return definition.name, version
    await _insert(conn, office_id, definition, version=version + 1, at=at)
    return definition.name, version + 1


async def _insert(conn: Conn, office_id: UUID, definition: Definition, *, version: int, at: datetime) -> None:
    await store.insert_version(
        conn,
        office_id,
        name=definition.name,
        version=version,
        definition=to_plain(definition),
        checksum=checksum(definition),
        at=at,
    )
