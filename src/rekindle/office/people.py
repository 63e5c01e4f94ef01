"""People of an office: add, list, edit, and when they take leads."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rekindle.kit.db import Conn, UniqueViolation
from rekindle.kit.ids import new_id
from rekindle.office import hours, store
from rekindle.office.password import make_hash
from rekindle.office.types import Agent, Person, Role, Week


class LoginTakenError(Exception):
    """Somebody, in this office or another, signs in with this address."""


class UnknownPersonError(Exception):
    """Nobody with this id works in this office."""


class AgentError(Exception):
    """An agent's hours, zone or capacity make no sense; the message says which."""


async def add(
    conn: Conn,
    office_id: UUID,
    *,
    email: str,
    name: str,
    role: Role,
    at: datetime,
    password: str | None = None,
    phone: str | None = None,
) -> UUID:
    """Add a person; without a password they are known but cannot sign in. Raises LoginTakenError."""
    person = Person(new_id(), email.strip().lower(), name, phone, role, active=True, created_at=at)
    try:
        async with conn.transaction():
            await store.put_person(conn, office_id, person, make_hash(password) if password else None)
    except UniqueViolation as error:
        raise LoginTakenError(person.email) from error
    return person.id


async def set_agent(
    conn: Conn,
    office_id: UUID,
    person_id: UUID,
    *,
    timezone: str,
    week: Week = hours.DEFAULT,
    accepting: bool = True,
    away_until: datetime | None = None,
    capacity: int = 50,
) -> None:
    """Let a person take leads, or edit when they do; holds from the next offer on. Raises AgentError."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise AgentError(f"no time zone is named {timezone!r}") from error
    if capacity < 0:
        raise AgentError("capacity cannot be below zero")
    await get(conn, office_id, person_id)
    await store.put_agent(
        conn,
        office_id,
        person_id,
        timezone=timezone,
        week=week,
        accepting=accepting,
        away_until=away_until,
        capacity=capacity,
    )


async def set_accepting(
    conn: Conn, office_id: UUID, person_id: UUID, *, accepting: bool, away_until: datetime | None = None
) -> None:
    """Switch offers to an agent on or off, or off until a time; raises UnknownPersonError."""
    if not await store.set_accepting(conn, office_id, person_id, accepting=accepting, away_until=away_until):
        raise UnknownPersonError(str(person_id))


async def set_password(conn: Conn, office_id: UUID, person_id: UUID, password: str) -> None:
    """A new password; every session of theirs ends with the old one. Raises UnknownPersonError."""
    await get(conn, office_id, person_id)
    await store.put_password(conn, office_id, person_id, make_hash(password))


async def deactivate(conn: Conn, office_id: UUID, person_id: UUID) -> None:
    """Bar a person from signing in and from new leads at once; raises UnknownPersonError."""
    if not await store.deactivate(conn, office_id, person_id):
        raise UnknownPersonError(str(person_id))


async def get(conn: Conn, office_id: UUID, person_id: UUID) -> Person:
    """One person of this office; raises UnknownPersonError."""
    person = await store.person(conn, office_id, person_id)
    if person is None:
        raise UnknownPersonError(str(person_id))
    return person


async def get_active(conn: Conn, office_id: UUID, person_id: UUID) -> Person:
    """One person who still works here; raises UnknownPersonError."""
    person = await get(conn, office_id, person_id)
    if not person.active:
        raise UnknownPersonError(str(person_id))
    return person


async def everybody(conn: Conn, office_id: UUID) -> list[Person]:
    """All active people by name."""
    return await store.people(conn, office_id)


async def agents(conn: Conn, office_id: UUID) -> list[Agent]:
    """Everybody who takes leads and is active, by name."""
    return await store.agents(conn, office_id)
