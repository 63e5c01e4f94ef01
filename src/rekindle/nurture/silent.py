"""Leads that went quiet: found by a scan, put before the core in the bulk lane, each once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.decide.words import Lane, Stage
from rekindle.kit.db import Conn, Db, Row
from rekindle.leads.ask import ask
from rekindle.nurture import store
from rekindle.nurture.enter import NAMED

SEQUENCE = "silent-lead"
SILENT = timedelta(days=60)  # cold: silent sixty days (COMPLIANCE 4)
RESTED = timedelta(days=30)  # nor written to for this long
STAGES = (Stage.NEW, Stage.ATTEMPTING, Stage.CONTACTED, Stage.QUALIFIED, Stage.NURTURE)


@dataclass(frozen=True)
class Silent:
    """A lead the scan would revive, and since when nothing was heard."""

    lead_id: UUID
    name: str
    stage: Stage
    owner_id: UUID | None
    silent_since: datetime
    written_at: datetime | None


async def find(
    conn: Conn,
    office_id: UUID,
    *,
    at: datetime,
    silent: timedelta = SILENT,
    rested: timedelta = RESTED,
    walked: bool = False,
    limit: int = 500,
) -> list[Silent]:
    """Whom `revive` would ask for now, longest silence first; changes nothing.

    `walked` leaves out who never was in a sequence: an imported list is written to only when somebody says so.
    """
    rows = await store.silent(
        conn,
        office_id,
        at=at,
        heard_before=at - silent,
        written_before=at - rested,
        stages=[stage.value for stage in STAGES],
        sequence=SEQUENCE,
        walked=walked,
        limit=limit,
    )
    return [_silent(row) for row in rows]


async def revive(
    conn: Conn, office_id: UUID, *, at: datetime, silent: timedelta = SILENT, walked: bool = False, limit: int = 500
) -> list[UUID]:
    """Put a bounded batch of silent leads before the core; their ids. Those already waiting are not found again."""
    found = [lead.lead_id for lead in await find(conn, office_id, at=at, silent=silent, walked=walked, limit=limit)]
    await ask(conn, office_id, found, lane=Lane.BULK, cause=f"{NAMED}{SEQUENCE}", at=at)
    return found


async def revive_everywhere(db: Db, offices: list[UUID], *, at: datetime, limit: int = 500) -> int:
    """One batch an office, of leads that walked a sequence before; each in its own transaction; how many leads."""
    count = 0
    for office_id in offices:
        async with db.office(office_id) as conn:
            count += len(await revive(conn, office_id, at=at, walked=True, limit=limit))
    return count


def _silent(row: Row) -> Silent:
    return Silent(
        lead_id=row["id"],
        name=row["name"] or f"{row['first_name']} {row['last_name']}".strip(),
        stage=Stage(row["stage"]),
        owner_id=row["owner_id"],
        silent_since=row["last_inbound_at"] or row["created_at"],
        written_at=row["last_outbound_at"],
    )
