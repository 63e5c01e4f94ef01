"""SQL of leads. Whole chunks travel as one JSON parameter: a fifth of the cost of arrays, and no round trip a row."""

from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from psycopg import sql

from rekindle.decide.words import Conversation, LeadKind, Stage
from rekindle.kit.db import Conn
from rekindle.leads.types import Lead, NoSuchLeadError, Point

Rows = list[dict[str, Any]]

# What other rooms may set, each in its own transaction beside its own timeline entry.
SETTABLE = frozenset(
    {"stage", "owner_id", "conversation", "paused_until", "last_inbound_at", "last_outbound_at", "intent"}
    | {"first_response_seconds", "score", "temperature", "next_touch_at", "kind", "name", "first_name", "last_name"}
    | {"state", "zip", "street", "city", "enquired_at", "enquiry"}
)

# ---------------------------------------------------------------- one lead


async def get(conn: Conn, office_id: UUID, lead_id: UUID) -> Lead:
    """The lead, following merges; raises NoSuchLeadError."""
    return await _follow(conn, office_id, lead_id, "select * from lead where office_id = %s and id = %s")


async def lock(conn: Conn, office_id: UUID, lead_id: UUID) -> Lead:
    """The lead, following merges, held until this transaction ends; raises NoSuchLeadError."""
    held = "select * from lead where office_id = %s and id = %s for no key update"
    return await _follow(conn, office_id, lead_id, held)


async def _follow(conn: Conn, office_id: UUID, lead_id: UUID, query: Any) -> Lead:
    wanted = lead_id
    while True:
        cursor = await conn.execute(query, (office_id, wanted))
        row = await cursor.fetchone()
        if row is None:
            raise NoSuchLeadError(str(lead_id))
        if row["merged_into"] is None:
            return _lead(row)
        wanted = row["merged_into"]


def _lead(row: dict[str, Any]) -> Lead:
    known = {name: row[name] for name in Lead.__dataclass_fields__}
    known |= {"kind": LeadKind(row["kind"]), "stage": Stage(row["stage"])}
    return Lead(**known | {"conversation": Conversation(row["conversation"])})


async def set_fields(conn: Conn, office_id: UUID, lead_id: UUID, *, at: datetime, **fields: Any) -> None:
    """Set the named columns of a lead (those in SETTABLE); the caller tells the timeline."""
    unknown = fields.keys() - SETTABLE
    if unknown:
        raise KeyError(f"not to be set from outside: {sorted(unknown)}")
    pairs = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(f), sql.Placeholder(f)) for f in fields)
    await conn.execute(
        sql.SQL("update lead set {}, updated_at = %(at)s where office_id = %(office)s and id = %(lead)s").format(pairs),
        {**fields, "at": at, "office": office_id, "lead": lead_id},
    )


async def family(conn: Conn, office_id: UUID, lead_id: UUID) -> list[UUID]:
    """The lead and every lead merged into it: the ids under which its story is written."""
    cursor = await conn.execute(
        """
        with recursive family(id) as (
          select %(lead)s::uuid
          union
          select m.loser_id from family f
          join merge m on m.office_id = %(office)s and m.winner_id = f.id and m.undone_at is null)
        select id from family
        """,
        {"office": office_id, "lead": lead_id},
    )
    return [row["id"] async for row in cursor]


async def points_of(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Point]:
    """A lead's contact points in order of preference."""
    cursor = await conn.execute(
        """
        select kind, value from contact_point where office_id = %s and lead_id = %s
        order by position, created_at, value
        """,
        (office_id, lead_id),
    )
    return [Point(row["kind"], row["value"]) async for row in cursor]


async def set_line_type(conn: Conn, office_id: UUID, phone: str, line_type: str) -> None:
    """Keep what kind of line a number is."""
    await conn.execute(
        "update contact_point set line_type = %s where office_id = %s and kind = 'phone' and value = %s",
        (line_type, office_id, phone),
    )


async def owner_of(conn: Conn, office_id: UUID, point: Point) -> UUID | None:
    """Whose address this is."""
    cursor = await conn.execute(
        "select lead_id from contact_point where office_id = %s and kind = %s and value = %s",
        (office_id, point.kind, point.value),
    )
    row = await cursor.fetchone()
    return row["lead_id"] if row else None


# ---------------------------------------------------------------- many at once (leads/upsert)


async def claim_sources(conn: Conn, office_id: UUID, rows: Rows, *, at: datetime) -> Rows:
    """Note where each enquiry came from; returns those noted earlier, with their lead. Rows sorted by their key."""
    cursor = await conn.execute(
        """
        with given as (
          select * from json_to_recordset(%(rows)s::json)
            as t (source text, external_id text, lead_id uuid, event_id uuid)),
        noted as (
          insert into lead_source (office_id, lead_id, source, external_id, event_id, seen_at)
          select %(office)s, lead_id, source, external_id, event_id, %(at)s from given
          on conflict do nothing
          returning source, external_id)
        select source, external_id from given except all select source, external_id from noted
        """,
        {"office": office_id, "rows": _json(rows), "at": at},
    )
    earlier = await cursor.fetchall()
    if not earlier:
        return []
    # Asked in a second statement: what another transaction just committed is not in the first one's snapshot.
    cursor = await conn.execute(
        """
        select t.source, t.external_id, s.lead_id
        from json_to_recordset(%(rows)s::json) as t (source text, external_id text)
        cross join lateral (  -- offset 0: key by key; with young statistics a join would read the whole office
          select lead_id from lead_source
          where office_id = %(office)s and source = t.source and external_id = t.external_id offset 0) s
        """,
        {"office": office_id, "rows": _json(earlier)},
    )
    return await cursor.fetchall()


async def claim_points(conn: Conn, office_id: UUID, rows: Rows, *, at: datetime) -> Rows:
    """Put each address under its lead; returns those that are somebody's already. Rows sorted by (kind, value)."""
    cursor = await conn.execute(
        """
        with given as (
          select * from json_to_recordset(%(rows)s::json)
            as t (kind text, value text, lead_id uuid, raw text, position smallint)),
        new as (
          insert into contact_point (office_id, kind, value, lead_id, raw, position, created_at)
          select %(office)s, kind, value, lead_id, raw, position, %(at)s from given
          on conflict do nothing
          returning kind, value)
        select kind, value from given except all select kind, value from new
        """,
        {"office": office_id, "rows": _json(rows), "at": at},
    )
    taken = await cursor.fetchall()
    if not taken:
        return []
    cursor = await conn.execute(
        """
        select t.kind, t.value, p.lead_id
        from json_to_recordset(%(rows)s::json) as t (kind text, value text)
        cross join lateral (
          select lead_id from contact_point
          where office_id = %(office)s and kind = t.kind and value = t.value offset 0) p
        """,
        {"office": office_id, "rows": _json(taken)},
    )
    return await cursor.fetchall()


async def lock_many(conn: Conn, office_id: UUID, lead_ids: set[UUID]) -> Rows:
    """The rows of many leads, held until this transaction ends, always in one order; merges are not followed."""
    cursor = await conn.execute(
        "select * from lead where office_id = %s and id = any(%s) order by id for no key update",
        (office_id, sorted(lead_ids)),
    )
    return await cursor.fetchall()


async def insert_many(conn: Conn, office_id: UUID, rows: Rows, *, at: datetime) -> None:
    """New leads."""
    await conn.execute(
        """
        insert into lead (office_id, id, created_at, updated_at, name, first_name, last_name, kind, stage, source,
          state, zip, street, city, attributes, enquiry, enquired_at)
        select %(office)s, id, created_at, %(at)s, name, first_name, last_name, kind, stage, source,
          state, zip, street, city, attributes, enquiry, enquired_at
        from json_to_recordset(%(rows)s::json) as t (id uuid, created_at timestamptz, name text, first_name text,
          last_name text, kind text, stage text, source text, state text, zip text, street text, city text,
          attributes jsonb, enquiry text, enquired_at timestamptz)
        """,
        {"office": office_id, "rows": _json(rows), "at": at},
    )


async def update_many(conn: Conn, office_id: UUID, rows: Rows, *, at: datetime) -> None:
    """The stated columns of leads that are there; each row carries all of them."""
    await conn.execute(
        """
        update lead l set updated_at = %(at)s, name = t.name, first_name = t.first_name, last_name = t.last_name,
          kind = t.kind, stage = t.stage, state = t.state, zip = t.zip, street = t.street, city = t.city,
          attributes = t.attributes, enquiry = t.enquiry, enquired_at = t.enquired_at
        from json_to_recordset(%(rows)s::json) as t (id uuid, name text, first_name text, last_name text, kind text,
          stage text, state text, zip text, street text, city text, attributes jsonb, enquiry text,
          enquired_at timestamptz)
        where l.office_id = %(office)s and l.id = t.id
        """,
        {"office": office_id, "rows": _json(rows), "at": at},
    )


async def move(conn: Conn, office_id: UUID, points: Rows, sources: Rows) -> None:
    """Give contact points and sources to another lead."""
    if points:
        await conn.execute(
            """
            update contact_point p set lead_id = t.lead_id
            from json_to_recordset(%(rows)s::json) as t (kind text, value text, lead_id uuid)
            where p.office_id = %(office)s and p.kind = t.kind and p.value = t.value
            """,
            {"office": office_id, "rows": _json(points)},
        )
    if sources:
        await conn.execute(
            """
            update lead_source s set lead_id = t.lead_id
            from json_to_recordset(%(rows)s::json) as t (source text, external_id text, lead_id uuid)
            where s.office_id = %(office)s and s.source = t.source and s.external_id = t.external_id
            """,
            {"office": office_id, "rows": _json(sources)},
        )


async def ask_many(conn: Conn, office_id: UUID, lead_ids: list[UUID], *, lane: int, cause: str, at: datetime) -> None:
    """Put leads before the core: the least lane and the earliest time win, causes add up, the generation grows."""
    rows: Rows = [{"lead_id": lead_id} for lead_id in sorted(set(lead_ids), key=_number)]
    await conn.execute(
        """
        insert into consideration as c (office_id, lead_id, lane, due_at, causes)
        select %(office)s, lead_id, %(lane)s, %(at)s, array[%(cause)s::text]
        from json_to_recordset(%(rows)s::json) as t (lead_id uuid)
        on conflict (office_id, lead_id) do update set
          lane = least(c.lane, excluded.lane), due_at = least(c.due_at, excluded.due_at),
          -- A look under way answers only the causes it took with it, so a cause that comes meanwhile is added again.
          causes = case when %(cause)s = any(c.causes) and c.lease_token is null
            then c.causes else c.causes || excluded.causes end,
          generation = c.generation + 1, state = 'due',
          attempts = case when c.state = 'dead' then 0 else c.attempts end
        """,
        {"office": office_id, "rows": _json(rows), "lane": lane, "cause": cause, "at": at},
    )
    await conn.execute("select pg_notify('rekindle', 'consideration')")


_number = attrgetter("int")  # orders ids as the database does, without comparing them in Python


def _json(rows: Rows) -> str:
    return orjson.dumps(rows).decode()


# ---------------------------------------------------------------- merges


def plain(value: Any) -> Any:
    """A column's value as it comes back from JSON."""
    return orjson.loads(orjson.dumps(value))


async def put_fields(conn: Conn, office_id: UUID, lead_id: UUID, fields: dict[str, Any], *, at: datetime) -> None:
    """Set columns from plain JSON values; columns not named stay."""
    await conn.execute(
        """
        update lead l set updated_at = %(at)s, name = t.name, first_name = t.first_name, last_name = t.last_name,
          kind = t.kind, stage = t.stage, state = t.state, zip = t.zip, street = t.street, city = t.city,
          attributes = t.attributes, enquiry = t.enquiry, enquired_at = t.enquired_at, owner_id = t.owner_id,
          conversation = t.conversation, paused_until = t.paused_until, last_inbound_at = t.last_inbound_at,
          last_outbound_at = t.last_outbound_at, first_response_seconds = t.first_response_seconds
        from (select (jsonb_populate_record(known, %(fields)s::jsonb)).* from lead known
              where known.office_id = %(office)s and known.id = %(lead)s) t
        where l.office_id = %(office)s and l.id = %(lead)s
        """,
        {"office": office_id, "lead": lead_id, "fields": orjson.dumps(fields).decode(), "at": at},
    )


async def move_all(conn: Conn, office_id: UUID, loser: UUID, winner: UUID, *, at: datetime) -> dict[str, Any]:
    """Everything of the loser that goes on goes to the winner, or ends; returns what moved, for the way back.

    Enrollments and planned messages are ended here, not in their rooms: sequences stand on this floor and the outbox
    above it, and they must end in the transaction that makes the loser a name of the winner.
    """
    cursor = await conn.execute(
        """
        with points as (
          update contact_point set lead_id = %(winner)s where office_id = %(office)s and lead_id = %(loser)s
          returning kind, value),
        sources as (
          update lead_source set lead_id = %(winner)s where office_id = %(office)s and lead_id = %(loser)s
          returning source, external_id),
        exits as (
          update enrollment set state = 'exited', wake_at = null, ended_at = %(at)s, end_reason = 'merged'
          where office_id = %(office)s and lead_id = %(loser)s and state in ('active', 'paused') returning id),
        canceled as (
          update message set state = 'canceled', settled_at = %(at)s, error_code = 'MERGED', error_text = null
          where office_id = %(office)s and lead_id = %(loser)s and direction = 'out' and state = 'planned'
          returning id),
        handoffs as (
          update handoff set lead_id = %(winner)s
          where office_id = %(office)s and lead_id = %(loser)s and closed_at is null and not exists (
            select from handoff h where h.office_id = %(office)s and h.lead_id = %(winner)s and h.closed_at is null)
          returning id),
        answered_there as (
          update handoff set closed_at = %(at)s
          where office_id = %(office)s and lead_id = %(loser)s and closed_at is null and exists (
            select from handoff h where h.office_id = %(office)s and h.lead_id = %(winner)s and h.closed_at is null)),
        left_over as (
          delete from consideration where office_id = %(office)s and lead_id = %(loser)s),
        gone as (
          update lead set merged_into = %(winner)s, updated_at = %(at)s, next_touch_at = null
          where office_id = %(office)s and id = %(loser)s)
        select
          (select coalesce(json_agg(json_build_array(kind, value)), '[]') from points) as points,
          (select coalesce(json_agg(json_build_array(source, external_id)), '[]') from sources) as sources,
          (select coalesce(json_agg(id), '[]') from exits) as enrollments,
          (select coalesce(json_agg(id), '[]') from canceled) as messages,
          (select coalesce(json_agg(id), '[]') from handoffs) as handoffs
        """,
        {"office": office_id, "winner": winner, "loser": loser, "at": at},
    )
    moved = await cursor.fetchone()
    return moved or {}


async def record_merge(
    conn: Conn,
    office_id: UUID,
    merge_id: UUID,
    winner: UUID,
    loser: UUID,
    *,
    moved: dict[str, Any],
    reason: str,
    at: datetime,
) -> None:
    """The merge itself, with all it moved."""
    await conn.execute(
        "insert into merge (office_id, id, winner_id, loser_id, at, reason, moved) values (%s, %s, %s, %s, %s, %s, %s)",
        (office_id, merge_id, winner, loser, at, reason, orjson.dumps(moved).decode()),
    )


async def merge_for_update(conn: Conn, office_id: UUID, merge_id: UUID) -> dict[str, Any] | None:
    """One merge, held until this transaction ends."""
    cursor = await conn.execute(
        "select * from merge where office_id = %s and id = %s for update", (office_id, merge_id)
    )
    return await cursor.fetchone()


async def move_back(conn: Conn, office_id: UUID, row: dict[str, Any], *, at: datetime) -> None:
    """The loser stands on its own again, with every address and source that is still with the winner."""
    await conn.execute(
        """
        with points as (
          update contact_point p set lead_id = %(loser)s from jsonb_array_elements(%(moved)s::jsonb -> 'points') t (m)
          where p.office_id = %(office)s and p.lead_id = %(winner)s and p.kind = t.m ->> 0 and p.value = t.m ->> 1),
        sources as (
          update lead_source s set lead_id = %(loser)s from jsonb_array_elements(%(moved)s::jsonb -> 'sources') t (m)
          where s.office_id = %(office)s and s.lead_id = %(winner)s
            and s.source = t.m ->> 0 and s.external_id = t.m ->> 1),
        handoffs as (
          update handoff h set lead_id = %(loser)s from jsonb_array_elements_text(%(moved)s::jsonb -> 'handoffs') t (m)
          where h.office_id = %(office)s and h.id = t.m::uuid and h.closed_at is null),
        undone as (
          update merge set undone_at = %(at)s where office_id = %(office)s and id = %(merge)s)
        update lead set merged_into = null, updated_at = %(at)s where office_id = %(office)s and id = %(loser)s
        """,
        {
            "office": office_id,
            "winner": row["winner_id"],
            "loser": row["loser_id"],
            "merge": row["id"],
            "moved": orjson.dumps(row["moved"]).decode(),
            "at": at,
        },
    )
