"""SQL of offices, people, keys, sessions and login attempts."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.kit.db import Conn, Row
from rekindle.office import hours
from rekindle.office.types import Agent, Listed, Mode, Office, Person, Role, Week


class UnknownOfficeError(Exception):
    """No office has this id or slug."""


# ------------------------------------------------------------------ offices


async def put(conn: Conn, office: Office) -> None:
    """Insert a new office; the connection must be inside of it."""
    await conn.execute(
        """
        insert into office (office_id, slug, name, brokerage, timezone, mode, phone, email, address, booking_url,
          created_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            office.office_id,
            office.slug,
            office.name,
            office.brokerage,
            office.timezone,
            office.mode.value,
            office.phone,
            office.email,
            office.address,
            office.booking_url,
            office.created_at,
        ),
    )


async def get(conn: Conn, office_id: UUID) -> Office:
    """The office this connection is in; raises UnknownOfficeError."""
    cursor = await conn.execute("select * from office where office_id = %s", (office_id,))
    row = await cursor.fetchone()
    if row is None:
        raise UnknownOfficeError(str(office_id))
    return Office(**{**row, "mode": Mode(row["mode"])})


async def all_offices(conn: Conn) -> list[Listed]:
    """Every office by slug; works outside of any office."""
    cursor = await conn.execute("select office_id, slug, name, mode from all_offices()")
    return [Listed(**{**row, "mode": Mode(row["mode"])}) async for row in cursor]


async def set_mode(conn: Conn, office_id: UUID, mode: Mode) -> None:
    """From now on the office talks to the sandbox, or to real providers."""
    await conn.execute("update office set mode = %s where office_id = %s", (mode.value, office_id))


# ------------------------------------------------------------------ secrets and API keys


async def put_secret(conn: Conn, office_id: UUID, kind: str, sealed: bytes, *, at: datetime) -> None:
    """Store a sealed secret, replacing the one of its kind."""
    await conn.execute(
        """
        insert into office_secret (office_id, kind, sealed, created_at) values (%s, %s, %s, %s)
        on conflict (office_id, kind) do update set sealed = excluded.sealed, created_at = excluded.created_at
        """,
        (office_id, kind, sealed, at),
    )


async def sealed_secret(conn: Conn, office_id: UUID, kind: str) -> bytes | None:
    """One sealed secret."""
    cursor = await conn.execute(
        "select sealed from office_secret where office_id = %s and kind = %s", (office_id, kind)
    )
    row = await cursor.fetchone()
    return None if row is None else bytes(row["sealed"])


async def sealed_secrets(conn: Conn, office_id: UUID) -> dict[str, bytes]:
    """Every sealed secret of the office this connection is in, by kind; raises UnknownOfficeError."""
    cursor = await conn.execute(
        "select s.kind, s.sealed from office o left join office_secret s using (office_id) where o.office_id = %s",
        (office_id,),
    )
    rows = await cursor.fetchall()
    if not rows:  # never mistake the wrong side of the wall for an office without secrets
        raise UnknownOfficeError(str(office_id))
    return {row["kind"]: bytes(row["sealed"]) for row in rows if row["kind"] is not None}


async def lock_secrets(conn: Conn, office_id: UUID) -> dict[str, bytes]:
    """Every sealed secret of the office by kind, held until this transaction ends."""
    cursor = await conn.execute(
        "select kind, sealed from office_secret where office_id = %s order by kind for update", (office_id,)
    )
    return {row["kind"]: bytes(row["sealed"]) async for row in cursor}


async def reseal(conn: Conn, office_id: UUID, kind: str, sealed: bytes, *, at: datetime) -> None:
    """Store the same secret under another seal; a new one is of `at`, an old one keeps its date."""
    await conn.execute(
        """
        insert into office_secret (office_id, kind, sealed, created_at) values (%s, %s, %s, %s)
        on conflict (office_id, kind) do update set sealed = excluded.sealed
        """,
        (office_id, kind, sealed, at),
    )


async def put_api_key(conn: Conn, office_id: UUID, key_id: UUID, key_hash: bytes, *, name: str, at: datetime) -> None:
    """Store the hash of a new API key."""
    await conn.execute(
        "insert into api_key (office_id, id, key_hash, name, created_at) values (%s, %s, %s, %s, %s)",
        (office_id, key_id, key_hash, name, at),
    )


async def revoke_api_key(conn: Conn, office_id: UUID, key_id: UUID, *, at: datetime) -> bool:
    """End a key for good; False when it is gone already."""
    cursor = await conn.execute(
        "update api_key set revoked_at = %s where office_id = %s and id = %s and revoked_at is null",
        (at, office_id, key_id),
    )
    return cursor.rowcount == 1


async def by_api_key(conn: Conn, key_hash: bytes) -> tuple[UUID, UUID] | None:
    """(office, key id) of a standing key; works outside of any office."""
    cursor = await conn.execute("select office_id, id from api_key_by_hash(%s)", (key_hash,))
    row = await cursor.fetchone()
    return None if row is None else (row["office_id"], row["id"])


# ------------------------------------------------------------------ people


async def put_person(conn: Conn, office_id: UUID, person: Person, password_hash: str | None) -> None:
    """Insert a person; a login in use raises UniqueViolation."""
    await conn.execute(
        """
        insert into person (office_id, id, email, name, phone, role, password_hash, active, created_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            office_id,
            person.id,
            person.email,
            person.name,
            person.phone,
            person.role.value,
            password_hash,
            person.active,
            person.created_at,
        ),
    )


async def person(conn: Conn, office_id: UUID, person_id: UUID) -> Person | None:
    """One person, active or not."""
    cursor = await conn.execute(
        """
        select id, email, name, phone, role, active, created_at from person where office_id = %s and id = %s
        """,
        (office_id, person_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _person(row)


async def people(conn: Conn, office_id: UUID) -> list[Person]:
    """Active people by name."""
    cursor = await conn.execute(
        """
        select id, email, name, phone, role, active, created_at from person
        where office_id = %s and active order by name, id
        """,
        (office_id,),
    )
    return [_person(row) async for row in cursor]


async def put_password(conn: Conn, office_id: UUID, person_id: UUID, password_hash: str) -> None:
    """Set the password's hash and end whatever was begun with the old one."""
    await conn.execute(
        "update person set password_hash = %s where office_id = %s and id = %s", (password_hash, office_id, person_id)
    )
    await conn.execute("delete from session where office_id = %s and person_id = %s", (office_id, person_id))


async def deactivate(conn: Conn, office_id: UUID, person_id: UUID) -> bool:
    """Bar a person and end their sessions; False when there is no such person."""
    await conn.execute("delete from session where office_id = %s and person_id = %s", (office_id, person_id))
    cursor = await conn.execute(
        "update person set active = false where office_id = %s and id = %s", (office_id, person_id)
    )
    return cursor.rowcount == 1


async def put_agent(
    conn: Conn,
    office_id: UUID,
    person_id: UUID,
    *,
    timezone: str,
    week: Week,
    accepting: bool,
    away_until: datetime | None,
    capacity: int,
) -> None:
    """Insert or replace when a person takes leads; the round robin's memory stays."""
    await conn.execute(
        """
        insert into agent (office_id, person_id, timezone, hours, accepting, away_until, capacity)
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (office_id, person_id) do update set timezone = excluded.timezone, hours = excluded.hours,
          accepting = excluded.accepting, away_until = excluded.away_until, capacity = excluded.capacity
        """,
        (office_id, person_id, timezone, Jsonb(hours.to_plain(week)), accepting, away_until, capacity),
    )


async def set_accepting(
    conn: Conn, office_id: UUID, person_id: UUID, *, accepting: bool, away_until: datetime | None
) -> bool:
    """Change one agent's switch; False when the person is no agent."""
    cursor = await conn.execute(
        "update agent set accepting = %s, away_until = %s where office_id = %s and person_id = %s",
        (accepting, away_until, office_id, person_id),
    )
    return cursor.rowcount == 1


async def agents(conn: Conn, office_id: UUID) -> list[Agent]:
    """Active agents by name."""
    cursor = await conn.execute(
        """
        select a.person_id, p.name, p.email, a.timezone, a.hours, a.accepting, a.away_until, a.capacity,
          a.last_offered_at
        from agent a join person p on p.office_id = a.office_id and p.id = a.person_id
        where a.office_id = %s and p.active order by p.name, p.id
        """,
        (office_id,),
    )
    return [Agent(week=hours.parse(row.pop("hours")), **row) async for row in cursor]


def _person(row: Row) -> Person:
    return Person(**{**row, "role": Role(row["role"])})


# ------------------------------------------------------------------ logins and sessions


async def by_login(conn: Conn, login: str) -> tuple[UUID, UUID, str | None] | None:
    """(office, person, password hash) of an active person; works outside of any office."""
    cursor = await conn.execute("select office_id, id, password_hash from person_by_login(%s)", (login,))
    row = await cursor.fetchone()
    return None if row is None else (row["office_id"], row["id"], row["password_hash"])


async def count_attempt(conn: Conn, who: bytes, *, since: datetime, at: datetime) -> tuple[int, datetime]:
    """Record one attempt; (how many since then, the oldest of them). Attempts of one `who` stand in line."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended(encode(%s, 'hex'), 0))", (who,))
    await conn.execute("delete from login_attempt where who = %s and at <= %s", (who, since))
    await conn.execute("insert into login_attempt (who, at) values (%s, %s)", (who, at))
    cursor = await conn.execute("select count(*) as n, min(at) as oldest from login_attempt where who = %s", (who,))
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 an aggregate without grouping has one row
    return row["n"], row["oldest"]


async def forgive(conn: Conn, who: bytes, *, only_at: datetime | None = None) -> None:
    """Forget the attempts of `who`, or only those of one instant."""
    await conn.execute(
        "delete from login_attempt where who = %(who)s and (%(at)s::timestamptz is null or at = %(at)s)",
        {"who": who, "at": only_at},
    )


async def prune_attempts(conn: Conn, *, before: datetime) -> int:
    """Forget attempts that no throttle counts any more."""
    cursor = await conn.execute("delete from login_attempt where at < %s", (before,))
    return cursor.rowcount


async def put_session(
    conn: Conn, office_id: UUID, person_id: UUID, token_hash: bytes, *, at: datetime, expires_at: datetime
) -> None:
    """Open a session."""
    await conn.execute(
        """
        insert into session (office_id, token_hash, person_id, created_at, seen_at, expires_at)
        values (%s, %s, %s, %s, %s, %s)
        """,
        (office_id, token_hash, person_id, at, at, expires_at),
    )


async def office_of_session(conn: Conn, token_hash: bytes) -> UUID | None:
    """Which office a session belongs to; works outside of any office."""
    cursor = await conn.execute("select office_id from session_by_hash(%s)", (token_hash,))
    row = await cursor.fetchone()
    return None if row is None else row["office_id"]


async def session(conn: Conn, office_id: UUID, token_hash: bytes) -> Row | None:
    """A session with its active person: seen_at, expires_at, person_id, name, role."""
    cursor = await conn.execute(
        """
        select s.seen_at, s.expires_at, s.person_id, p.name, p.role
        from session s join person p on p.office_id = s.office_id and p.id = s.person_id
        where s.office_id = %s and s.token_hash = %s and p.active
        """,
        (office_id, token_hash),
    )
    return await cursor.fetchone()


async def touch_session(conn: Conn, office_id: UUID, token_hash: bytes, *, at: datetime) -> None:
    """The person was here just now."""
    await conn.execute(
        "update session set seen_at = %s where office_id = %s and token_hash = %s", (at, office_id, token_hash)
    )


async def end_session(conn: Conn, office_id: UUID, token_hash: bytes) -> None:
    """Close one session; closing twice is no error."""
    await conn.execute("delete from session where office_id = %s and token_hash = %s", (office_id, token_hash))


async def sweep_sessions(conn: Conn, office_id: UUID, *, at: datetime, idle_since: datetime) -> int:
    """Drop expired and idle sessions."""
    cursor = await conn.execute(
        "delete from session where office_id = %s and (expires_at <= %s or seen_at <= %s)",
        (office_id, at, idle_since),
    )
    return cursor.rowcount
