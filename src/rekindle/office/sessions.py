"""Server-side sessions: a random token in the cookie, its hash in the table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.kit.crypto import new_token, token_hash
from rekindle.kit.db import Db, enter_office
from rekindle.office import store
from rekindle.office.types import Office, Role

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=1)  # a page that polls need not write at every poll


@dataclass(frozen=True)
class SignedIn:
    """Who is asking, in which office, with what rights."""

    office_id: UUID
    person_id: UUID
    name: str
    role: Role
    office: Office


async def start(db: Db, office_id: UUID, person_id: UUID, *, at: datetime) -> str:
    """Open a session and return its token, which stands nowhere else."""
    token = new_token()
    async with db.office(office_id) as conn:
        await store.put_session(conn, office_id, person_id, token_hash(token), at=at, expires_at=at + ABSOLUTE)
    return token


async def find(db: Db, token: str, *, at: datetime) -> SignedIn | None:
    """Who holds this token; None when it is unknown, idle for 12 hours, 14 days old or its person is barred."""
    hashed = token_hash(token)
    async with db.plain() as conn:
        office_id = await store.office_of_session(conn, hashed)
        if office_id is None:
            return None
        await enter_office(conn, office_id)
        row = await store.session(conn, office_id, hashed)
        if row is None or at >= row["expires_at"] or at >= row["seen_at"] + IDLE:
            return None
        if at >= row["seen_at"] + TOUCH_EVERY:
            await store.touch_session(conn, office_id, hashed, at=at)
        office = await store.get(conn, office_id)
    return SignedIn(office_id, row["person_id"], row["name"], Role(row["role"]), office)


async def end(db: Db, token: str) -> None:
    """Close the session of this token, if there is one."""
    hashed = token_hash(token)
    async with db.plain() as conn:
        office_id = await store.office_of_session(conn, hashed)
    if office_id is not None:
        async with db.office(office_id) as conn:
            await store.end_session(conn, office_id, hashed)


async def sweep(db: Db, office_id: UUID, *, at: datetime) -> int:
    """Forget the sessions of an office that nobody can use any more; for a timer."""
    async with db.office(office_id) as conn:
        return await store.sweep_sessions(conn, office_id, at=at, idle_since=at - IDLE)
