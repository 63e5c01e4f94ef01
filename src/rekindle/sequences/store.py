"""SQL of sequence versions and enrollments. Whoever changes an enrollment holds its lead's row.

One walk is found without naming its state: "wake_at is not null" says active as well, and does not lure the planner,
before the first statistics, into the index of all active walks of the office.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.decide.words import Lane
from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id
from rekindle.sequences.types import Enrollment, EnrollmentState

# ------------------------------------------------------------------ versions


async def newest(conn: Conn, office_id: UUID, names: list[str]) -> dict[str, tuple[int, bytes]]:
    """Version and checksum of the newest version of each named sequence."""
    cursor = await conn.execute(
        """
        select distinct on (name) name, version, checksum from sequence_version
        where office_id = %s and name = any(%s) order by name, version desc
        """,
        (office_id, names),
    )
    return {row["name"]: (row["version"], bytes(row["checksum"])) async for row in cursor}


async def insert_version(
    conn: Conn, office_id: UUID, *, name: str, version: int, definition: Any, checksum: bytes, at: datetime
) -> UUID:
    """Add a version and make it the one new leads enter; walks under way stay on theirs."""
    await conn.execute(
        "update sequence_version set active = false where office_id = %s and name = %s and active", (office_id, name)
    )
    made = new_id()
    await conn.execute(
        """
        insert into sequence_version (office_id, id, name, version, definition, checksum, active, created_at)
        values (%s, %s, %s, %s, %s, %s, true, %s)
        """,
        (office_id, made, name, version, Jsonb(definition), checksum, at),
    )
    return made


async def active_version(conn: Conn, office_id: UUID, name: str) -> UUID | None:
    """The version new leads enter."""
    cursor = await conn.execute(
        "select id from sequence_version where office_id = %s and name = %s and active", (office_id, name)
    )
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def versions(conn: Conn, office_id: UUID, ids: list[UUID]) -> list[Row]:
    """id, name, version and definition of versions, active or not."""
    cursor = await conn.execute(
        "select id, name, version, definition from sequence_version where office_id = %s and id = any(%s)",
        (office_id, ids),
    )
    return await cursor.fetchall()


# ------------------------------------------------------------------ enrollments


async def insert_enrollment(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    sequence: str,
    version_id: UUID,
    due_at: datetime,
    lane: Lane,
    at: datetime,
) -> UUID | None:
    """A walk that begins now; None when the lead is on one of this sequence already."""
    cursor = await conn.execute(
        """
        insert into enrollment (office_id, id, lead_id, sequence, version_id, state, step, entered_at, due_at, wake_at,
          lane)
        values (%(office)s, %(id)s, %(lead)s, %(sequence)s, %(version)s, 'active', 0, %(at)s, %(due)s, %(due)s,
          %(lane)s)
        on conflict (office_id, lead_id, sequence) where state in ('active', 'paused') do nothing
        returning id
        """,
        {
            "office": office_id,
            "id": new_id(),
            "lead": lead_id,
            "sequence": sequence,
            "version": version_id,
            "due": due_at,
            "lane": int(lane),
            "at": at,
        },
    )
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def get(conn: Conn, office_id: UUID, enrollment_id: UUID) -> Enrollment | None:
    """One walk."""
    cursor = await conn.execute(
        "select * from enrollment where office_id = %s and id = %s for update", (office_id, enrollment_id)
    )
    row = await cursor.fetchone()
    return None if row is None else _enrollment(row)


async def of_lead(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Enrollment]:
    """Every walk of a lead, oldest first."""
    cursor = await conn.execute(
        "select * from enrollment where office_id = %s and lead_id = %s order by entered_at, id", (office_id, lead_id)
    )
    return [_enrollment(row) async for row in cursor]


async def move(conn: Conn, office_id: UUID, enrollment_id: UUID, *, step: int, due_at: datetime, lane: Lane) -> None:
    """An active walk to its next step, which wakes when it is due. A lane never grows more urgent on the way."""
    await conn.execute(
        """
        update enrollment set step = %s, due_at = %s, wake_at = %s, lane = greatest(lane, %s::smallint)
        where office_id = %s and id = %s
        """,
        (step, due_at, due_at, int(lane), office_id, enrollment_id),
    )


async def set_wake(conn: Conn, office_id: UUID, lead_id: UUID, *, until: datetime, at: datetime) -> None:
    """Look again at `until` at every walk of the lead that would otherwise wake now or have woken."""
    await conn.execute(
        """
        update enrollment set wake_at = greatest(due_at, %s)
        where office_id = %s and lead_id = %s and wake_at is not null and (wake_at <= %s or due_at <= %s)
        """,
        (until, office_id, lead_id, at, at),
    )


async def end(
    conn: Conn, office_id: UUID, enrollment_id: UUID, *, state: EnrollmentState, reason: str, at: datetime
) -> bool:
    """Finish one walk; whether it was under way."""
    cursor = await conn.execute(
        """
        update enrollment set state = %s, wake_at = null, ended_at = %s, end_reason = %s
        where office_id = %s and id = %s and ended_at is null
        """,
        (state, at, reason, office_id, enrollment_id),
    )
    return cursor.rowcount > 0


async def exit_of_lead(
    conn: Conn, office_id: UUID, lead_id: UUID, *, except_sequence: str | None, reason: str, at: datetime
) -> list[Row]:
    """End every walk of a lead; id, sequence and step of each."""
    cursor = await conn.execute(
        """
        update enrollment set state = 'exited', wake_at = null, ended_at = %(at)s, end_reason = %(reason)s
        where office_id = %(office)s and lead_id = %(lead)s and state in ('active', 'paused')
          and sequence is distinct from %(except)s
        returning id, sequence, step
        """,
        {"office": office_id, "lead": lead_id, "reason": reason, "at": at, "except": except_sequence},
    )
    return await cursor.fetchall()


async def pause_of_lead(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Row]:
    """Rest every active walk; id, sequence and step of each."""
    cursor = await conn.execute(
        """
        update enrollment set state = 'paused', wake_at = null
        where office_id = %s and lead_id = %s and wake_at is not null returning id, sequence, step
        """,
        (office_id, lead_id),
    )
    return await cursor.fetchall()


async def resume_of_lead(conn: Conn, office_id: UUID, lead_id: UUID, *, at: datetime) -> list[Row]:
    """Wake every resting walk, at its step's time or now; id, sequence and step of each."""
    cursor = await conn.execute(
        """
        update enrollment set state = 'active', wake_at = greatest(due_at, %s)
        where office_id = %s and lead_id = %s and state = 'paused' returning id, sequence, step
        """,
        (at, office_id, lead_id),
    )
    return await cursor.fetchall()


async def counts(conn: Conn, office_id: UUID) -> list[Row]:
    """How many walks of each sequence stand in each state."""
    cursor = await conn.execute(
        """
        select sequence, state, count(*) as count from enrollment where office_id = %s
        group by sequence, state order by sequence, state
        """,
        (office_id,),
    )
    return await cursor.fetchall()


def _enrollment(row: Row) -> Enrollment:
    return Enrollment(
        id=row["id"],
        lead_id=row["lead_id"],
        sequence=row["sequence"],
        version_id=row["version_id"],
        state=EnrollmentState(row["state"]),
        step=row["step"],
        entered_at=row["entered_at"],
        due_at=row["due_at"],
        wake_at=row["wake_at"],
        lane=Lane(row["lane"]),
    )
