"""An office with people in it, and leads for them."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.office import hours, people
from rekindle.office.types import Role, Week
from rekindle.timeline import store as timeline
from tests.conftest import NOON

ALWAYS: Week = hours.parse([[["00:00", "24:00"]]] * 7)
NEVER: Week = ((),) * 7


async def hire(
    db: Db,
    office_id: UUID,
    name: str,
    *,
    role: Role = Role.AGENT,
    week: Week = ALWAYS,
    capacity: int = 50,
    away_until: datetime | None = None,
    password: str | None = None,
) -> UUID:
    """A person; agents take leads."""
    async with db.office(office_id) as conn:
        made = await people.add(
            conn, office_id, email=f"{name}@staff.example", name=name, role=role, at=NOON, password=password
        )
        if role is Role.AGENT:
            await people.set_agent(
                conn, office_id, made, timezone="America/Chicago", week=week, capacity=capacity, away_until=away_until
            )
    return made


async def lead(db: Db, office_id: UUID, name: str = "Dana Fox") -> UUID:
    """A lead of nobody, with whom automation speaks."""
    made = new_id()
    async with db.office(office_id) as conn:
        await conn.execute(
            "insert into lead (office_id, id, created_at, updated_at, name, kind, stage, source)"
            " values (%s, %s, %s, %s, %s, 'buyer', 'new', 'form')",
            (office_id, made, NOON, NOON, name),
        )
    return made


async def story(db: Db, office_id: UUID, lead_id: UUID) -> list[str]:
    """The kinds of a lead's timeline, oldest first."""
    async with db.office(office_id) as conn:
        lines = await timeline.of_lead(conn, office_id, [lead_id])
    return [line.kind.value for line in reversed(lines)]
