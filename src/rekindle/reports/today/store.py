"""SQL behind Today: who needs a person, what waits, what went out, what is stuck. Reads only.

`owner` narrows every reading of leads to those of one agent; None sees the office.
"""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn, Row

MOST_COUNTED = 1000  # past this a count is shown as "1000+", not counted on
NOTICES = 20
BUCKETS = (5.0, 15.0, 30.0, 60.0, 300.0)  # seconds; the histogram's inner borders


async def open_handoffs(conn: Conn, office_id: UUID, *, owner: UUID | None, limit: int) -> list[Row]:
    """Leads a person should speak with: not yet acknowledged first, then the longest waiting."""
    cursor = await conn.execute(
        """
        select h.id, h.lead_id, h.cause, h.summary, h.opened_at, h.acknowledged_at, h.person_id,
          h.acknowledged_by as acknowledged_by_id,
          l.name, l.first_name, l.last_name, l.temperature, l.score, l.conversation, p.name as person,
          a.name as acknowledged_by, said.body as said, said.created_at as said_at
        from handoff h
        join lead l on l.office_id = h.office_id and l.id = h.lead_id and l.merged_into is null
        left join person p on p.office_id = h.office_id and p.id = h.person_id
        left join person a on a.office_id = h.office_id and a.id = h.acknowledged_by
        left join lateral (
          select m.body, m.created_at from message m
          where m.office_id = h.office_id and m.lead_id = h.lead_id and m.direction = 'in'
          order by m.created_at desc limit 1) said on true
        where h.office_id = %(office)s and h.closed_at is null
          and (%(owner)s::uuid is null or h.person_id = %(owner)s or l.owner_id = %(owner)s)
        order by h.acknowledged_at nulls first, h.opened_at, h.id limit %(limit)s
        """,
        {"office": office_id, "owner": owner, "limit": limit},
    )
    return await cursor.fetchall()


async def count_open_handoffs(conn: Conn, office_id: UUID, *, owner: UUID | None) -> int:
    """How many leads wait for a person who has not said "seen" yet."""
    cursor = await conn.execute(
        """
        select count(*) as n from handoff h
        join lead l on l.office_id = h.office_id and l.id = h.lead_id and l.merged_into is null
        where h.office_id = %(office)s and h.closed_at is null and h.acknowledged_at is null
          and (%(owner)s::uuid is null or h.person_id = %(owner)s or l.owner_id = %(owner)s)
        """,
        {"office": office_id, "owner": owner},
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def notices(conn: Conn, office_id: UUID, *, person: UUID, whole_office: bool) -> list[Row]:
    """What this person has not seen yet; what concerns nobody by name is for those who see the office."""
    cursor = await conn.execute(
        """
        select n.id, n.kind, n.text, n.count, n.first_at, n.last_at, n.lead_id, l.name, l.first_name, l.last_name
        from notice n left join lead l on l.office_id = n.office_id and l.id = n.lead_id
        where n.office_id = %(office)s and n.seen_at is null
          and (n.person_id = %(person)s or (n.person_id is null and %(whole)s))
        order by n.last_at desc limit %(limit)s
        """,
        {"office": office_id, "person": person, "whole": whole_office, "limit": NOTICES},
    )
    return await cursor.fetchall()


async def waiting(conn: Conn, office_id: UUID, *, owner: UUID | None, at: datetime, limit: int) -> list[Row]:
    """Touches held for contact hours and the first instant worth trying again, soonest first, one row a lead."""
    cursor = await conn.execute(
        """
        with recent as (
          select d.lead_id, d.id, d.at, d.until, d.reasons from decision d
          where d.office_id = %(office)s and d.at > %(at)s::timestamptz - interval '36 hours' and d.verdict = 'hold'
          order by d.at desc limit 4000),
        latest as (select distinct on (lead_id) * from recent order by lead_id, at desc),
        held as (select * from latest h where h.until > %(at)s and exists (
          select from jsonb_array_elements(h.reasons) r where r ->> 'gate' = 'hours' and r ->> 'verdict' = 'hold'))
        select h.lead_id, h.until, h.reasons, h.at, l.name, l.first_name, l.last_name, l.state,
          least(count(*) over (), %(most)s) as total
        from held h join lead l on l.office_id = %(office)s and l.id = h.lead_id and l.merged_into is null
        where (%(owner)s::uuid is null or l.owner_id = %(owner)s)
          and not exists (select from decision n where n.office_id = %(office)s and n.lead_id = h.lead_id
            and n.at > h.at and n.phase <> 'person' and n.verdict <> 'hold')
        order by h.until, h.lead_id limit %(limit)s
        """,
        {"office": office_id, "owner": owner, "at": at, "limit": limit, "most": MOST_COUNTED},
    )
    return await cursor.fetchall()


async def messages_since(conn: Conn, office_id: UUID, *, owner: UUID | None, since: datetime) -> Row:
    """Counts of messages since an instant: accepted or further by channel, replies by channel, failed, planned."""
    cursor = await conn.execute(
        """
        select
          count(*) filter (where left_us and m.channel = 'sms') as sent_sms,
          count(*) filter (where left_us and m.channel = 'email') as sent_email,
          count(*) filter (where m.state = 'delivered') as delivered,
          count(*) filter (where m.direction = 'in' and m.channel = 'sms') as replied_sms,
          count(*) filter (where m.direction = 'in' and m.channel = 'email') as replied_email,
          count(distinct m.lead_id) filter (where m.direction = 'in') as replied_leads,
          count(*) filter (where m.state in ('failed', 'undelivered')) as failed,
          count(*) filter (where m.state = 'planned') as planned
        from message m
        cross join lateral (select m.direction = 'out' and m.state in
          ('accepted', 'sent', 'delivered', 'undelivered') as left_us) s
        left join lead l on l.office_id = m.office_id and l.id = m.lead_id
        where m.office_id = %(office)s and m.created_at >= %(since)s
          and (%(owner)s::uuid is null or l.owner_id = %(owner)s)
        """,
        {"office": office_id, "owner": owner, "since": since},
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 an aggregate without grouping has one row
    return row


async def first_response(conn: Conn, office_id: UUID, *, owner: UUID | None, since: datetime) -> Row:
    """Seconds from arrival to first touch of leads since an instant: n, median, p95, slices by BUCKETS."""
    cursor = await conn.execute(
        """
        with answered as (
          select l.first_response_seconds as s from lead l
          where l.office_id = %(office)s and l.merged_into is null and l.created_at >= %(since)s
            and l.first_response_seconds is not null and (%(owner)s::uuid is null or l.owner_id = %(owner)s))
        select count(*) as n, percentile_cont(0.5) within group (order by s) as median,
          percentile_cont(0.95) within group (order by s) as p95,
          (select coalesce(jsonb_object_agg(slice, many), '{}') from (
            select width_bucket(s, %(borders)s::double precision[]) as slice, count(*) as many
            from answered group by 1) b) as slices
        from answered
        """,
        {"office": office_id, "owner": owner, "since": since, "borders": list(BUCKETS)},
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 an aggregate without grouping has one row
    return row


async def new_leads(conn: Conn, office_id: UUID, *, owner: UUID | None, since: datetime) -> int:
    """Leads that arrived since an instant."""
    cursor = await conn.execute(
        """
        select count(*) as n from lead l where l.office_id = %(office)s and l.merged_into is null
          and l.created_at >= %(since)s and (%(owner)s::uuid is null or l.owner_id = %(owner)s)
        """,
        {"office": office_id, "owner": owner, "since": since},
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def stuck(conn: Conn, office_id: UUID) -> Row:
    """What a person must look at in the machine: dead letters, dead errands and considerations, unknown messages."""
    cursor = await conn.execute(
        """
        select
          (select count(*) from inbox_job j where j.office_id = %(office)s and j.state = 'dead') as dead_letters,
          (select count(*) from errand e where e.office_id = %(office)s and e.state = 'dead') as dead_errands,
          (select count(*) from consideration c where c.office_id = %(office)s and c.state = 'dead') as dead_leads,
          (select count(*) from message m where m.office_id = %(office)s and m.state = 'unknown') as unknown
        """,
        {"office": office_id},
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 a select without a table has one row
    return row


async def workers(conn: Conn) -> list[Row]:
    """Every process that ever beat: kind, host and its last beat."""
    cursor = await conn.execute("select kind, host, beat_at from worker order by kind, beat_at desc")
    return await cursor.fetchall()


async def failing_timers(conn: Conn) -> list[Row]:
    """Schedules whose last run ended in an error."""
    cursor = await conn.execute("select name, ran_at, error from timer where error is not null order by name")
    return await cursor.fetchall()


async def anything(conn: Conn, office_id: UUID) -> bool:
    """Whether this office has any lead at all."""
    cursor = await conn.execute(
        "select exists (select from lead where office_id = %s and merged_into is null) as any", (office_id,)
    )
    row = await cursor.fetchone()
    return bool(row and row["any"])
