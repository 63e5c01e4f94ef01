"""SQL of template versions: a version never changes; which one is active does."""

from datetime import datetime
from uuid import UUID

from rekindle.content.types import Template
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id


async def active(conn: Conn, office_id: UUID, names: list[str] | None = None) -> dict[str, Template]:
    """The active version of each named template, by name; of all when no names are given."""
    cursor = await conn.execute(
        """
        select name, version, channel, subject, body from template_version
        where office_id = %(office)s and active and (%(names)s::text[] is null or name = any(%(names)s))
        """,
        {"office": office_id, "names": names},
    )
    return {row["name"]: _template(row) async for row in cursor}


async def of_version(conn: Conn, office_id: UUID, name: str, version: int) -> Template | None:
    """One version, active or not."""
    cursor = await conn.execute(
        "select name, version, channel, subject, body from template_version"
        " where office_id = %s and name = %s and version = %s",
        (office_id, name, version),
    )
    row = await cursor.fetchone()
    return _template(row) if row else None


async def newest(conn: Conn, office_id: UUID, names: list[str]) -> dict[str, tuple[int, bytes]]:
    """Version and checksum of the newest version of each named template."""
    cursor = await conn.execute(
        """
        select distinct on (name) name, version, checksum from template_version
        where office_id = %s and name = any(%s) order by name, version desc
        """,
        (office_id, names),
    )
    return {row["name"]: (row["version"], bytes(row["checksum"])) async for row in cursor}


async def insert(conn: Conn, office_id: UUID, template: Template, *, checksum: bytes, at: datetime) -> None:
    """Add a version and make it the active one."""
    await conn.execute(
        "update template_version set active = false where office_id = %s and name = %s and active",
        (office_id, template.name),
    )
    await conn.execute(
        """
        insert into template_version
          (office_id, id, name, version, channel, subject, body, checksum, active, created_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, true, %s)
        """,
        (
            office_id, new_id(), template.name, template.version, template.channel.value, template.subject,
            template.body, checksum, at,
        ),
    )  # fmt: skip


def _template(row: Row) -> Template:
    return Template(row["name"], row["version"], Channel(row["channel"]), row["subject"], row["body"])
