"""SQL of kept events: a page at a time, so that no run holds more than a few megabytes or a transaction for long."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from rekindle.inbox.kept.types import DISCARDED, Kept, Outline, State, Turn, Wanted
from rekindle.kit.db import Conn, Row

MOST_ROWS = 500  # of a page
MOST_BYTES = 8 * 1024 * 1024  # of a page's bodies, unless a single one is larger


async def listed(
    conn: Conn, office_id: UUID, *, source: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Outline]:
    """Events without their bodies, newest first; `before`: only those older than this one."""
    cursor = await conn.execute(
        """
        select k.event_id, k.received_at, k.source, k.external_id, e.content_type, k.handled_at, k.outcome, k.lead_id,
          j.state, j.reason, coalesce(j.attempts, 0) as attempts
        from event_key k
        left join inbox_job j on j.office_id = k.office_id and j.event_id = k.event_id
        join event e on e.office_id = k.office_id and e.received_at = k.received_at and e.id = k.event_id
        where k.office_id = %(office)s and (%(source)s::text is null or k.source = %(source)s)
          and (%(at)s::timestamptz is null or (k.received_at, k.event_id) < (%(at)s, %(id)s::uuid))
        order by k.received_at desc, k.event_id desc limit %(limit)s
        """,
        _before(office_id, source, before, limit),
    )
    return [_outline(row) async for row in cursor]


async def listed_dead(
    conn: Conn, office_id: UUID, *, source: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Outline]:
    """The same of the dead alone, found by their jobs: a few among millions of events."""
    cursor = await conn.execute(
        """
        with dead as materialized (
          select office_id, event_id, received_at, source, external_id, state, reason, attempts from inbox_job
          where office_id = %(office)s and state = 'dead' and (%(source)s::text is null or source = %(source)s)
            and (%(at)s::timestamptz is null or (received_at, event_id) < (%(at)s, %(id)s::uuid))
          order by received_at desc, event_id desc limit %(limit)s)
        select j.event_id, j.received_at, j.source, j.external_id, e.content_type, k.handled_at, k.outcome, k.lead_id,
          j.state, j.reason, j.attempts
        from dead j
        join event_key k on k.office_id = j.office_id and k.source = j.source and k.external_id = j.external_id
        join event e on e.office_id = j.office_id and e.received_at = j.received_at and e.id = j.event_id
        order by j.received_at desc, j.event_id desc
        """,
        _before(office_id, source, before, limit),
    )
    return [_outline(row) async for row in cursor]


async def one(conn: Conn, office_id: UUID, event_id: UUID) -> Kept | None:
    """The event of this id."""
    cursor = await conn.execute(
        """
        select k.event_id, k.received_at, k.source, k.external_id, e.content_type, e.tail, e.body, k.handled_at,
          k.outcome, k.lead_id, j.state, j.reason, coalesce(j.attempts, 0) as attempts
        from event_key k
        left join inbox_job j on j.office_id = k.office_id and j.event_id = k.event_id
        join event e on e.office_id = k.office_id and e.received_at = k.received_at and e.id = k.event_id
        where k.office_id = %s and k.event_id = %s
        """,
        (office_id, event_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _kept(row)


async def count(conn: Conn, office_id: UUID, wanted: Wanted) -> int:
    """How many events are meant."""
    cursor = await conn.execute(
        """
        select count(*) as n from event_key k
        where k.office_id = %(office)s and (%(source)s::text is null or k.source = %(source)s)
          and (%(since)s::timestamptz is null or k.received_at >= %(since)s)
          and (%(until)s::timestamptz is null or k.received_at < %(until)s)
        """,
        _window(office_id, wanted),
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def page(
    conn: Conn, office_id: UUID, wanted: Wanted, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Kept]:
    """The next events, oldest first, as many as fit in MOST_BYTES and `limit`; empty when that was all."""
    cursor = await conn.execute(
        """
        with next as (
          select e.office_id, e.received_at, e.id, octet_length(e.body) as size
          from event e
          where e.office_id = %(office)s and (%(source)s::text is null or e.source = %(source)s)
            and (%(since)s::timestamptz is null or e.received_at >= %(since)s)
            and (%(until)s::timestamptz is null or e.received_at < %(until)s)
            and (%(at)s::timestamptz is null or (e.received_at, e.id) > (%(at)s, %(id)s::uuid))
          order by e.received_at, e.id limit %(limit)s),
        fits as (
          select n.*, sum(size) over line as so_far, row_number() over line as place from next n
          window line as (order by received_at, id))
        select e.id as event_id, e.received_at, e.source, e.external_id, e.content_type, e.tail, e.body,
          k.handled_at, k.outcome, k.lead_id, j.state, j.reason, coalesce(j.attempts, 0) as attempts
        from fits f
        join event e on e.office_id = f.office_id and e.received_at = f.received_at and e.id = f.id
        join event_key k on k.office_id = e.office_id and k.source = e.source and k.external_id = e.external_id
        left join inbox_job j on j.office_id = e.office_id and j.event_id = e.id
        where f.so_far <= %(bytes)s or f.place = 1
        order by e.received_at, e.id
        """,
        {
            **_window(office_id, wanted),
            "at": after[0] if after else None,
            "id": after[1] if after else None,
            "limit": min(limit, MOST_ROWS),
            "bytes": MOST_BYTES,
        },
    )
    return [_kept(row) async for row in cursor]


async def requeue(conn: Conn, office_id: UUID, turns: list[Turn]) -> int:
    """Have events handled again; how many were put back. What waits already, and what was let go, stays as it is."""
    rows = [{"event_id": turn.event_id, "lane": turn.lane, "due_at": turn.due_at} for turn in turns]
    cursor = await conn.execute(
        """
        insert into inbox_job as j (office_id, event_id, received_at, source, external_id, lane, due_at)
        select %(office)s, k.event_id, k.received_at, k.source, k.external_id, t.lane, t.due_at
        from json_to_recordset(%(rows)s::json) as t (event_id uuid, lane smallint, due_at timestamptz)
        join event_key k on k.office_id = %(office)s and k.event_id = t.event_id
        where not starts_with(coalesce(k.outcome, ''), %(discarded)s)
        on conflict (office_id, event_id) do update set state = 'due', due_at = excluded.due_at, attempts = 0,
          lease_token = null, lease_until = null
        where j.state = 'dead'
        """,
        {"office": office_id, "rows": orjson.dumps(rows).decode(), "discarded": DISCARDED},
    )
    return cursor.rowcount


async def revive_all(conn: Conn, office_id: UUID, *, source: str | None, at: datetime) -> int:
    """Let every dead event, or every one of a source, be tried anew; how many."""
    cursor = await conn.execute(
        """
        update inbox_job set state = 'due', due_at = %(at)s, attempts = 0, lease_token = null, lease_until = null
        where office_id = %(office)s and state = 'dead' and (%(source)s::text is null or source = %(source)s)
        """,
        {"office": office_id, "at": at, "source": source},
    )
    return cursor.rowcount


# ---------------------------------------------------------------- what an event did before


async def settled(conn: Conn, office_id: UUID, event_id: UUID) -> Row | None:
    """The outcome and lead_id of an event that was handled before; None when this is the first time."""
    cursor = await conn.execute(
        """
        select coalesce(outcome, '') as outcome, lead_id from event_key
        where office_id = %s and event_id = %s and handled_at is not null
        """,
        (office_id, event_id),
    )
    return await cursor.fetchone()


async def closed_by(conn: Conn, office_id: UUID, event_id: UUID, *, address: str, digest: bytes) -> bool:
    """Whether this very event closed this address before, however it stands now."""
    cursor = await conn.execute(
        """
        select exists (
            select from consent_event where office_id = %(office)s and address = %(address)s and event_id = %(event)s)
          or exists (
            select from suppression where office_id = %(office)s and address_hash = %(digest)s
              and channel in ('sms', 'email', 'voice') and event_id = %(event)s) as found
        """,
        {"office": office_id, "event": event_id, "address": address, "digest": digest},
    )
    row = await cursor.fetchone()
    return bool(row and row["found"])


def _before(office_id: UUID, source: str | None, before: tuple[datetime, UUID] | None, limit: int) -> dict[str, Any]:
    at, event_id = before or (None, None)
    return {"office": office_id, "source": source, "at": at, "id": event_id, "limit": limit}


def _window(office_id: UUID, wanted: Wanted) -> dict[str, Any]:
    return {"office": office_id, "source": wanted.source, "since": wanted.since, "until": wanted.until}


def _outline(row: Row) -> Outline:
    return Outline(**_told(row))


def _kept(row: Row) -> Kept:
    return Kept(**_told({**row, "body": bytes(row["body"])}))


def _told(row: Row) -> dict[str, Any]:
    """A job stands for what is still to be done; without one the event is done with."""
    job, outcome, reason = row.pop("state"), row.pop("outcome") or "", row.pop("reason") or ""
    if job is not None:
        return {**row, "state": State.DEAD if job == "dead" else State.WAITING, "words": reason}
    return {**row, "state": State.DISCARDED if outcome.startswith(DISCARDED) else State.HANDLED, "words": outcome}
