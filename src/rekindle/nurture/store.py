"""SQL of considerations, decisions, wake-ups and the scan for silent leads."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from rekindle.decide.words import Lane
from rekindle.kit.claims import Lease
from rekindle.kit.db import Conn, Row
from rekindle.nurture.types import Claimed

# ------------------------------------------------------------------ what is due


async def due_offices(conn: Conn, queue: str, *, at: datetime) -> list[UUID]:
    """Offices with something due in `queue`; outside of every office."""
    cursor = await conn.execute("select due_offices(%s, %s) as office_id", (queue, at))
    return [row["office_id"] async for row in cursor]


async def claim(
    conn: Conn, office_id: UUID, *, lease: Lease, at: datetime, limit: int, lowest: Lane = Lane.BULK
) -> list[Claimed]:
    """The most urgent leads that nobody looks at, leased to the caller; a lease that ran out is anybody's."""
    cursor = await conn.execute(
        """
        update consideration c set lease_token = %(token)s, lease_until = %(until)s, attempts = c.attempts + 1
        from (
          select lead_id from consideration
          where office_id = %(office)s and state = 'due' and lane <= %(lowest)s and due_at <= %(at)s
            and (lease_until is null or lease_until <= %(at)s)
          order by lane, due_at limit %(limit)s for update skip locked) due
        where c.office_id = %(office)s and c.lead_id = due.lead_id
        returning c.lead_id, c.lane, c.causes, c.generation, c.attempts
        """,
        {
            "office": office_id,
            "token": lease.token,
            "until": lease.until,
            "at": at,
            "limit": limit,
            "lowest": int(lowest),
        },
    )
    taken = [
        Claimed(row["lead_id"], Lane(row["lane"]), tuple(row["causes"]), row["generation"], row["attempts"], lease)
        async for row in cursor
    ]
    return sorted(taken, key=lambda claimed: claimed.lane)


async def finish(conn: Conn, office_id: UUID, claimed: Claimed) -> bool:
    """The look is done; False when the lease was lost, and then nothing of it may be written.

    When somebody asked again since the claim the row stays, with the causes that came since, for another look.
    """
    keys = {"office": office_id, "lead": claimed.lead_id, "token": claimed.lease.token}
    cursor = await conn.execute(
        """
        delete from consideration where office_id = %(office)s and lead_id = %(lead)s and lease_token = %(token)s
          and generation = %(generation)s
        """,
        {**keys, "generation": claimed.generation},
    )
    if cursor.rowcount:
        return True
    cursor = await conn.execute(
        """
        update consideration set lease_token = null, lease_until = null, attempts = 0,
          causes = causes[%(answered)s::int + 1:]
        where office_id = %(office)s and lead_id = %(lead)s and lease_token = %(token)s
        """,
        {**keys, "answered": len(claimed.causes)},
    )
    return cursor.rowcount > 0


async def put_off(conn: Conn, office_id: UUID, claimed: Claimed, *, due_at: datetime, reason: str) -> None:
    """The look failed; try again at `due_at`."""
    await conn.execute(
        """
        update consideration set lease_token = null, lease_until = null, due_at = %s, reason = %s
        where office_id = %s and lead_id = %s and lease_token = %s
        """,
        (due_at, reason, office_id, claimed.lead_id, claimed.lease.token),
    )


async def bury(conn: Conn, office_id: UUID, claimed: Claimed, *, reason: str) -> bool:
    """The look failed for good; the row stays, dead, until somebody asks anew. Whether it was still ours."""
    cursor = await conn.execute(
        """
        update consideration set lease_token = null, lease_until = null, state = 'dead', reason = %s
        where office_id = %s and lead_id = %s and lease_token = %s
        """,
        (reason, office_id, claimed.lead_id, claimed.lease.token),
    )
    return cursor.rowcount > 0


async def wake(conn: Conn, office_id: UUID, *, at: datetime, again: timedelta, limit: int) -> int:
    """Put the leads of due walks before the core; how many walks.

    The wake-up moves ahead by `again` in the same transaction: it is the safety net should the look never come, and
    keeps the walks that wait for their look out of the next batch.
    """
    cursor = await conn.execute(
        """
        with due as (
          select id from enrollment where office_id = %(office)s and state = 'active' and wake_at <= %(at)s
          order by wake_at limit %(limit)s for update skip locked
        ), moved as (
          update enrollment e set wake_at = %(at)s + %(again)s from due
          where e.office_id = %(office)s and e.id = due.id returning e.lead_id, e.lane
        ), asked as (
          insert into consideration as c (office_id, lead_id, lane, due_at, causes)
          select %(office)s, lead_id, min(lane), %(at)s, array['wake'] from moved group by lead_id order by lead_id
          on conflict (office_id, lead_id) do update set
            lane = least(c.lane, excluded.lane), due_at = least(c.due_at, excluded.due_at),
            generation = c.generation + 1
          where c.state = 'due'
        )
        select count(*) as count from moved
        """,
        {"office": office_id, "at": at, "again": again, "limit": limit},
    )
    row = await cursor.fetchone()
    return int(row["count"]) if row else 0


async def hint(conn: Conn, queue: str) -> None:
    """Tell waiting pumps, at commit, that there is work; a hint only."""
    await conn.execute("select pg_notify('rekindle', %s)", (queue,))


# ------------------------------------------------------------------ what a look leaves behind


async def insert_decision(conn: Conn, office_id: UUID, columns: dict[str, Any]) -> None:
    """One decision, whole: what was known, what was said and why (orjson writes them as to_plain)."""
    await conn.execute(
        """
        insert into decision (office_id, id, at, lead_id, phase, kind, verdict, reasons, facts, draw, policy, code,
          enrollment_id, message_id, until)
        values (%(office)s, %(id)s, %(at)s, %(lead)s, %(phase)s, %(kind)s, %(verdict)s, %(reasons)s, %(facts)s,
          %(draw)s, %(policy)s, %(code)s, %(enrollment)s, %(message)s, %(until)s)
        """,
        {
            **columns,
            "office": office_id,
            "reasons": Jsonb(columns["reasons"], dumps=orjson.dumps),
            "facts": Jsonb(columns["facts"], dumps=orjson.dumps),
        },
    )


async def decision(conn: Conn, office_id: UUID, decision_id: UUID) -> Row | None:
    """One stored decision."""
    cursor = await conn.execute("select * from decision where office_id = %s and id = %s", (office_id, decision_id))
    return await cursor.fetchone()


async def set_score(conn: Conn, office_id: UUID, lead_id: UUID, *, points: int, temperature: str) -> None:
    """What lists sort by."""
    await conn.execute(
        "update lead set score = %s, temperature = %s where office_id = %s and id = %s",
        (points, temperature, office_id, lead_id),
    )


async def set_next_touch(conn: Conn, office_id: UUID, lead_id: UUID) -> None:
    """When the lead's next step wakes; null when none is planned. Writes only what changed."""
    await conn.execute(
        """
        update lead l set next_touch_at = n.wake_at
        from (select min(wake_at) as wake_at from enrollment
              where office_id = %(office)s and lead_id = %(lead)s and wake_at is not null) n
        where l.office_id = %(office)s and l.id = %(lead)s and l.next_touch_at is distinct from n.wake_at
        """,
        {"office": office_id, "lead": lead_id},
    )


# ------------------------------------------------------------------ silent leads


async def silent(
    conn: Conn,
    office_id: UUID,
    *,
    at: datetime,
    heard_before: datetime,
    written_before: datetime,
    stages: list[str],
    sequence: str,
    walked: bool,
    limit: int,
) -> list[Row]:
    """Leads nobody has heard from since `heard_before` nor written to since `written_before`, longest silence first.

    Left out: whom a person speaks with, who rests, is being looked at or walks a sequence, who ever was revived, and
    who gave no address we may use. `walked`: only leads that were in a sequence before.
    """
    cursor = await conn.execute(
        """
        select l.id, l.name, l.first_name, l.last_name, l.kind, l.stage, l.owner_id, l.last_inbound_at,
          l.last_outbound_at, l.created_at
        from lead l
        where l.office_id = %(office)s and l.merged_into is null
          and (l.last_inbound_at <= %(heard)s
            or (l.last_inbound_at is null and l.created_at <= %(heard)s
              and (l.enquired_at is null or l.enquired_at <= %(heard)s)))
          and (l.last_outbound_at is null or l.last_outbound_at <= %(written)s)
          and l.stage = any(%(stages)s) and l.conversation = 'automation'
          and (l.paused_until is null or l.paused_until <= %(at)s)
          and not exists (select from enrollment e where e.office_id = l.office_id and e.lead_id = l.id
            and (e.state in ('active', 'paused') or e.sequence = %(sequence)s))
          and (not %(walked)s or exists (select from enrollment w where w.office_id = l.office_id and w.lead_id = l.id))
          and not exists (select from consideration c where c.office_id = l.office_id and c.lead_id = l.id)
          and not exists (select from handoff h where h.office_id = l.office_id and h.lead_id = l.id
            and h.closed_at is null)
          and exists (select from contact_point p join consent_state s on s.office_id = p.office_id
              and s.address = p.value collate "default" and s.granted and s.channel in ('sms', 'email')
            where p.office_id = l.office_id and p.lead_id = l.id)
        order by l.last_inbound_at nulls last, l.id limit %(limit)s
        """,
        {
            "office": office_id,
            "at": at,
            "heard": heard_before,
            "written": written_before,
            "stages": stages,
            "sequence": sequence,
            "walked": walked,
            "limit": limit,
        },
    )
    return await cursor.fetchall()
