"""SQL of errands: ask once however often, claim with a lease, finish under the same lease."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from rekindle.errands.types import Errand, Kind
from rekindle.kit.claims import Lease
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id


async def ask_many(
    conn: Conn,
    office_id: UUID,
    kind: Kind,
    wanted: list[tuple[str, dict[str, Any]]],
    *,
    providers: list[str],
    due_at: datetime,
    at: datetime,
) -> int:
    """Add errands (key, payload), or bring known ones forward; nothing when none of `providers` is connected.

    Being asked again while it is being run makes it run once more; a dead one gets a new life.
    """
    rows = [{"id": str(new_id()), "key": key, "payload": payload} for key, payload in sorted(wanted)]
    cursor = await conn.execute(
        """
        insert into errand (office_id, id, kind, key, payload, created_at, due_at)
        select %(office)s, id, %(kind)s, key, payload, %(at)s, %(due)s
        from json_to_recordset(%(rows)s::json) as t (id uuid, key text, payload jsonb)
        where %(any)s or exists (
          select from connection where office_id = %(office)s and provider = any(%(providers)s) and state <> 'removed')
        on conflict (office_id, kind, key) do update set
          payload = excluded.payload, generation = errand.generation + 1, state = 'due',
          attempts = case when errand.state = 'dead' then 0 else errand.attempts end,
          created_at = case when errand.state = 'dead' then excluded.created_at else errand.created_at end,
          due_at = case when errand.lease_until > %(at)s then errand.due_at
            else least(errand.due_at, excluded.due_at) end
        """,
        {
            "office": office_id,
            "kind": kind.value,
            "rows": orjson.dumps(rows).decode(),
            "any": not providers,
            "providers": providers,
            "at": at,
            "due": due_at,
        },
    )
    if cursor.rowcount:
        await conn.execute("select pg_notify('rekindle', 'errand')")
    return cursor.rowcount


async def due_offices(conn: Conn, at: datetime) -> list[UUID]:
    """The offices that have an errand due."""
    cursor = await conn.execute("select due_offices('errand', %s) as office_id", (at,))
    return [row["office_id"] async for row in cursor]


async def claim(conn: Conn, office_id: UUID, lease: Lease, *, limit: int, at: datetime) -> list[Errand]:
    """Take due errands under a lease; due again when it ends, so a worker that dies needs nobody to notice.

    A fetch comes first: behind it may be a lead who waits for an answer.
    """
    cursor = await conn.execute(
        """
        with picked as (
          select id from errand where office_id = %(office)s and state = 'due' and due_at <= %(at)s
          order by kind <> 'fetch', due_at limit %(limit)s for update skip locked)
        update errand e set lease_token = %(token)s, lease_until = %(until)s, due_at = %(until)s,
          attempts = attempts + 1
        from picked p where e.office_id = %(office)s and e.id = p.id
        returning e.office_id, e.id, e.kind, e.key, e.payload, e.generation, e.attempts, e.created_at, e.lease_token
        """,
        {"office": office_id, "at": at, "limit": limit, "token": lease.token, "until": lease.until},
    )
    return [Errand(**{**row, "kind": Kind(row["kind"])}) async for row in cursor]


async def finish(conn: Conn, errand: Errand, *, at: datetime) -> bool:
    """It is done: gone, or due at once when it was asked for again meanwhile. False when the lease was lost."""
    cursor = await conn.execute(
        """
        with mine as (
          select id, generation = %(generation)s as same from errand
          where office_id = %(office)s and id = %(id)s and lease_token = %(token)s for update),
        gone as (delete from errand e using mine m where m.same and e.office_id = %(office)s and e.id = m.id),
        again as (
          update errand e set due_at = %(at)s, attempts = 0, reason = null, lease_token = null, lease_until = null
          from mine m where not m.same and e.office_id = %(office)s and e.id = m.id)
        select count(*) as n from mine
        """,
        {
            "office": errand.office_id,
            "id": errand.id,
            "token": errand.lease_token,
            "generation": errand.generation,
            "at": at,
        },
    )
    row = await cursor.fetchone()
    return bool(row and row["n"])


async def put_off(
    conn: Conn, errand: Errand, *, due_at: datetime, reason: str, dead: bool = False, counts: bool = True
) -> bool:
    """Run it again later, or lay it down; `counts` False gives the attempt back. False when the lease was lost.

    False too when it was to be laid down and was asked for again meanwhile: what is wanted now may well work.
    """
    cursor = await conn.execute(
        """
        update errand set state = case when %(dead)s and generation = %(generation)s then 'dead' else 'due' end,
          due_at = %(due)s, reason = %(reason)s, attempts = attempts - %(back)s, lease_token = null, lease_until = null
        where office_id = %(office)s and id = %(id)s and lease_token = %(token)s
        returning state
        """,
        {
            "dead": dead,
            "generation": errand.generation,
            "due": due_at,
            "reason": reason,
            "back": 0 if counts else 1,
            "office": errand.office_id,
            "id": errand.id,
            "token": errand.lease_token,
        },
    )
    row = await cursor.fetchone()
    return row is not None and (row["state"] == "dead") is dead


async def pending(conn: Conn, office_id: UUID, kind: Kind, key: str) -> bool:
    """Whether an errand is still to be done, and not with the dead."""
    cursor = await conn.execute(
        "select from errand where office_id = %s and kind = %s and key = %s and state = 'due'",
        (office_id, kind.value, key),
    )
    return await cursor.fetchone() is not None


async def listed(conn: Conn, office_id: UUID, *, dead: bool, limit: int) -> list[dict[str, Any]]:
    """Errands of an office for people to look at: the dead, or all that wait, oldest first."""
    cursor = await conn.execute(
        """
        select id, kind, key, payload, created_at, due_at, attempts, state, coalesce(reason, '') as reason
        from errand where office_id = %s and (state = 'dead' or not %s) order by created_at limit %s
        """,
        (office_id, dead, limit),
    )
    return await cursor.fetchall()


async def revive(conn: Conn, office_id: UUID, errand_id: UUID, *, at: datetime) -> bool:
    """Let a dead errand be run anew, with all its patience before it; False when there is none."""
    cursor = await conn.execute(
        """
        update errand set state = 'due', due_at = %(at)s, created_at = %(at)s, attempts = 0
        where office_id = %(office)s and id = %(id)s and state = 'dead'
        """,
        {"at": at, "office": office_id, "id": errand_id},
    )
    await conn.execute("select pg_notify('rekindle', 'errand')")
    return cursor.rowcount > 0


async def discard(conn: Conn, office_id: UUID, errand_id: UUID) -> bool:
    """Let a dead errand go; False when there is none."""
    cursor = await conn.execute(
        "delete from errand where office_id = %s and id = %s and state = 'dead'", (office_id, errand_id)
    )
    return cursor.rowcount > 0
