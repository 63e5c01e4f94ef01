"""SQL of the inbox: store once, claim with a lease, finish under the same lease."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from rekindle.decide.words import Lane
from rekindle.inbox.types import Arrival, Dead, Job, Stored
from rekindle.kit.claims import Lease
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id

PATIENCE = timedelta(seconds=10)  # how long a person's next event waits for the one before it

SAME_TIME = timedelta(minutes=1)  # a CRM's list and its webhook date one message seconds apart

# ---------------------------------------------------------------- in


async def insert(conn: Conn, office_id: UUID, arrivals: list[Arrival], *, at: datetime) -> list[Stored]:
    """Store events of one office, each with its job, in one statement; an answer each, in order.

    Rows go in sorted by key, so that two batches with the same events cannot wait for each other. All bodies travel
    as one value: cheaper than an array of them.
    """
    rows: list[dict[str, Any]] = []
    start = 1
    for arrival in arrivals:
        size = len(arrival.body)
        rows.append(
            {
                "id": new_id(),
                "source": arrival.source,
                "external_id": arrival.external_id,
                "content_type": arrival.content_type,
                "lane": int(arrival.lane),
                "tail": arrival.tail,
                "party": None if arrival.party is None else f"\\x{arrival.party.hex()}",
                "start": start,
                "size": size,
            }
        )
        start += size
    cursor = await conn.execute(
        """
        with given as (
          select * from json_to_recordset(%(rows)s::json) as t (id uuid, source text, external_id text,
            content_type text, lane smallint, tail text, party bytea, start int, size int)),
        fresh as (
          insert into event_key (office_id, source, external_id, event_id, received_at)
          select %(office)s, source, external_id, id, %(at)s from given
          on conflict do nothing
          returning event_id),
        stored as (
          insert into event (office_id, id, received_at, source, external_id, content_type, tail, body)
          select %(office)s, g.id, %(at)s, g.source, g.external_id, g.content_type, g.tail,
            substring(%(bodies)b::bytea from g.start for g.size)
          from given g join fresh f on f.event_id = g.id),
        queued as (
          insert into inbox_job (office_id, event_id, received_at, source, external_id, lane, party, due_at)
          select %(office)s, g.id, %(at)s, g.source, g.external_id, g.lane, g.party, %(at)s
          from given g join fresh f on f.event_id = g.id)
        select event_id from fresh
        """,
        {
            "office": office_id,
            "rows": orjson.dumps(sorted(rows, key=lambda row: (row["source"], row["external_id"]))).decode(),
            "bodies": b"".join(arrival.body for arrival in arrivals),
            "at": at,
        },
    )
    fresh = {row["event_id"] async for row in cursor}
    earlier = await _earlier(conn, office_id, [row for row in rows if row["id"] not in fresh])
    return [
        Stored(row["id"], duplicate=False)
        if row["id"] in fresh
        else Stored(earlier[(row["source"], row["external_id"])], duplicate=True)
        for row in rows
    ]


async def _earlier(conn: Conn, office_id: UUID, rows: list[dict[str, Any]]) -> dict[tuple[str, str], UUID]:
    if not rows:
        return {}
    cursor = await conn.execute(
        """
        select t.source, t.external_id, k.event_id
        from json_to_recordset(%(rows)s::json) as t (source text, external_id text)
        cross join lateral (  -- offset 0: key by key; with young statistics a join would read the whole office
          select event_id from event_key
          where office_id = %(office)s and source = t.source and external_id = t.external_id offset 0) k
        """,
        {"office": office_id, "rows": orjson.dumps(rows).decode()},
    )
    return {(row["source"], row["external_id"]): row["event_id"] async for row in cursor}


async def hint(conn: Conn) -> None:
    """Wake whoever waits for the inbox, when this transaction commits."""
    await conn.execute("select pg_notify('rekindle', 'inbox')")


# ---------------------------------------------------------------- work


async def due_offices(conn: Conn, at: datetime) -> list[UUID]:
    """The offices whose inbox has something due."""
    cursor = await conn.execute("select due_offices('inbox', %s) as office_id", (at,))
    return [row["office_id"] async for row in cursor]


async def claim(
    conn: Conn, office_id: UUID, lease: Lease, *, lanes: tuple[Lane, ...], limit: int, at: datetime
) -> list[Job]:
    """Take due events of these lanes, most urgent first, under a lease; returned in the order they were received.

    A claimed job is due again when its lease ends, so a worker that dies needs nobody to notice. Of one party only
    the oldest is taken, and the next when that one is done: a person's events are handled in order. Order gives way
    where it would harm: nobody waits longer than PATIENCE for, or behind, an event that failed: a STOP most of all.
    """
    cursor = await conn.execute(
        """
        with picked as (
          select j.event_id from inbox_job j
          where j.office_id = %(office)s and j.state = 'due' and j.due_at <= %(at)s
            and j.lane = any(%(lanes)s::smallint[])
            and (j.party is null or not exists (  -- offset 0: asked row by row, never joined over the whole inbox
              select from inbox_job e  -- nothing of its state: that would let the planner walk the whole queue instead
              where e.office_id = %(office)s and e.party = j.party and e.reason is null
                and (e.received_at, e.event_id) < (j.received_at, j.event_id)
                and e.received_at > %(patience)s offset 0))
          order by j.lane, j.due_at limit %(limit)s for update of j skip locked),
        taken as (
          update inbox_job j set lease_token = %(token)s, lease_until = %(until)s, due_at = %(until)s,
            attempts = attempts + 1
          from picked p where j.office_id = %(office)s and j.event_id = p.event_id
          returning j.event_id, j.received_at, j.source, j.external_id, j.lane, j.attempts, j.lease_token)
        select t.*, e.content_type, e.tail, e.body from taken t
        join event e on e.office_id = %(office)s and e.received_at = t.received_at and e.id = t.event_id
        order by t.received_at, t.event_id
        """,
        {
            "office": office_id,
            "at": at,
            "lanes": [int(lane) for lane in lanes],
            "limit": limit,
            "token": lease.token,
            "until": lease.until,
            "patience": at - PATIENCE,
        },
    )
    return [Job(**{**row, "lane": Lane(row["lane"]), "body": bytes(row["body"])}) async for row in cursor]


async def finish(conn: Conn, office_id: UUID, token: UUID, done: list[dict[str, Any]], *, at: datetime) -> int:
    """Note what became of events (event_id, outcome, lead_id) and drop their jobs; how many were still ours."""
    cursor = await conn.execute(
        """
        with done as (
          select * from json_to_recordset(%(rows)s::json) as t (event_id uuid, outcome text, lead_id uuid)),
        gone as (
          delete from inbox_job j using done d
          where j.office_id = %(office)s and j.event_id = d.event_id and j.lease_token = %(token)s
          returning j.source, j.external_id, d.outcome, d.lead_id)
        update event_key k set handled_at = %(at)s, outcome = g.outcome, lead_id = g.lead_id
        from gone g where k.office_id = %(office)s and k.source = g.source and k.external_id = g.external_id
        """,
        {"office": office_id, "rows": orjson.dumps(done).decode(), "token": token, "at": at},
    )
    return cursor.rowcount


async def put_off(
    conn: Conn, office_id: UUID, job: Job, *, state: str, reason: str, due_at: datetime, attempts: int | None = None
) -> bool:
    """Let a failed job wait, or die; False when somebody else holds it now."""
    cursor = await conn.execute(
        """
        update inbox_job set state = %s, reason = %s, due_at = %s, lease_token = null, lease_until = null,
          attempts = coalesce(%s, attempts)
        where office_id = %s and event_id = %s and lease_token = %s
        """,
        (state, reason, due_at, attempts, office_id, job.event_id, job.lease_token),
    )
    return cursor.rowcount > 0


async def outcomes(conn: Conn, office_id: UUID, event_ids: list[UUID]) -> list[dict[str, Any]]:
    """What became of events so far: handled_at and outcome, or the state and reason of their job."""
    cursor = await conn.execute(
        """
        select k.event_id, k.handled_at, k.outcome, j.state, j.reason
        from event_key k left join inbox_job j on j.office_id = k.office_id and j.event_id = k.event_id
        where k.office_id = %s and k.event_id = any(%s)
        """,
        (office_id, event_ids),
    )
    return await cursor.fetchall()


# ---------------------------------------------------------------- the dead


async def dead(conn: Conn, office_id: UUID, *, limit: int) -> list[Dead]:
    """Events nobody could handle, newest first."""
    cursor = await conn.execute(
        """
        select j.event_id, j.received_at, j.source, j.external_id, j.attempts, coalesce(j.reason, '') as reason,
          e.content_type, e.body
        from inbox_job j
        join event e on e.office_id = j.office_id and e.received_at = j.received_at and e.id = j.event_id
        where j.office_id = %s and j.state = 'dead' order by j.received_at desc, j.event_id desc limit %s
        """,
        (office_id, limit),
    )
    return [Dead(**{**row, "body": bytes(row["body"])}) async for row in cursor]


async def revive(conn: Conn, office_id: UUID, event_id: UUID, *, at: datetime) -> bool:
    """Let a dead job be tried anew; False when there is none."""
    cursor = await conn.execute(
        """
        update inbox_job set state = 'due', due_at = %s, attempts = 0, lease_token = null, lease_until = null
        where office_id = %s and event_id = %s and state = 'dead'
        """,
        (at, office_id, event_id),
    )
    return cursor.rowcount > 0


async def discard(conn: Conn, office_id: UUID, event_id: UUID, *, outcome: str, at: datetime) -> bool:
    """Drop a dead job and note why; the raw event stays. False when there is none."""
    cursor = await conn.execute(
        """
        with gone as (
          delete from inbox_job where office_id = %(office)s and event_id = %(event)s and state = 'dead'
          returning source, external_id)
        update event_key k set handled_at = %(at)s, outcome = %(outcome)s
        from gone g where k.office_id = %(office)s and k.source = g.source and k.external_id = g.external_id
        """,
        {"office": office_id, "event": event_id, "outcome": outcome, "at": at},
    )
    return cursor.rowcount > 0


# ---------------------------------------------------------------- what a reply is read with


async def insert_reply(conn: Conn, office_id: UUID, row: dict[str, Any]) -> bool:
    """Keep an inbound message; False when the provider's id for it is known."""
    cursor = await conn.execute(
        """
        insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, subject, body,
          created_at, provider, provider_id, event_id)
        values (%(office)s, %(id)s, %(lead)s, 'in', %(channel)s, %(address)s, %(class)s, %(lane)s, 'received',
          %(subject)s, %(body)s, %(at)s, %(provider)s, %(provider_id)s, %(event_id)s)
        on conflict do nothing
        """,
        {"office": office_id, **row},
    )
    return cursor.rowcount > 0


async def last_sent(conn: Conn, office_id: UUID, lead_ids: list[UUID], *, limit: int) -> tuple[str, ...]:
    """The newest texts that left for this person, newest first."""
    cursor = await conn.execute(
        """
        select body from message
        where office_id = %s and lead_id = any(%s) and direction = 'out' and state not in ('planned', 'canceled')
        order by created_at desc limit %s
        """,
        (office_id, lead_ids, limit),
    )
    return tuple([row["body"] async for row in cursor])


async def set_appointment(
    conn: Conn, office_id: UUID, lead_id: UUID, starts_at: datetime | None, *, said_at: datetime
) -> bool:
    """Keep when the lead's appointment is, where facts look for it; None when there is none any more.

    False, and nothing changes, when something newer was said of it before, or this very thing.
    """
    cursor = await conn.execute(
        """
        update lead set attributes = (attributes - 'appointment_at') || jsonb_strip_nulls(jsonb_build_object(
            'appointment_at', %(starts)s::text, 'appointment_said', %(said)s::text))
        where office_id = %(office)s and id = %(lead)s
          and coalesce((attributes->>'appointment_said')::timestamptz, '-infinity') <= %(said)s::timestamptz
          and ((attributes->>'appointment_said')::timestamptz, attributes->>'appointment_at')
            is distinct from (%(said)s::timestamptz, %(starts)s::text)
        """,
        {
            "office": office_id,
            "lead": lead_id,
            "starts": starts_at.isoformat() if starts_at else None,
            "said": said_at.isoformat(),
        },
    )
    return cursor.rowcount > 0


# ---------------------------------------------------------------- what left without us


async def sent_words(
    conn: Conn,
    office_id: UUID,
    lead_ids: list[UUID],
    *,
    provider: str,
    channel: str,
    body: str,
    since: datetime,
    named: bool,
) -> UUID | None:
    """A message of ours that went to this provider with these very words; `named`: that has no id of theirs yet.

    White space is no word: a mail's comes back as HTML renders it. A CRM may add a footer of its own.
    """
    cursor = await conn.execute(
        """
        select id from message
        where office_id = %s and lead_id = any(%s) and direction = 'out' and provider = %s and channel = %s
          and (provider_id is null or not %s) and in_flight_at >= %s
          and starts_with(regexp_replace(%s, '[[:space:]]+', '', 'g'), regexp_replace(body, '[[:space:]]+', '', 'g'))
          and step is distinct from 'elsewhere'
        order by in_flight_at limit 1
        """,
        (office_id, lead_ids, provider, channel, named, since, body),
    )
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def insert_sent_elsewhere(conn: Conn, office_id: UUID, row: dict[str, Any]) -> bool:
    """Keep a message that left by another hand: it counts for caps as any other. False when it is known."""
    cursor = await conn.execute(
        """
        insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, body, created_at,
          in_flight_at, accepted_at, settled_at, provider, provider_id, event_id, step)
        values (%(office)s, %(id)s, %(lead)s, 'out', %(channel)s, %(address)s,
          case when %(answers)s then 'conversational_reply' else 'marketing' end, 1, 'sent', %(body)s, %(at)s,
          %(at)s, %(at)s, %(at)s, %(provider)s, %(provider_id)s, %(event_id)s, 'elsewhere')
        on conflict do nothing
        """,
        {"office": office_id, **row},
    )
    return cursor.rowcount > 0


# ---------------------------------------------------------------- what no webhook told us


async def unheard_contacts(conn: Conn, office_id: UUID, crm: str, contact_ids: list[str]) -> list[str]:
    """Those of the CRM's contacts that we know of neither as a lead nor as an event."""
    cursor = await conn.execute(
        """
        select t.name from unnest(%(names)s::text[]) as t(name)
        where not exists (select from crm_link k where k.office_id = %(office)s and k.crm = %(crm)s
            and k.contact_id = t.name offset 0)
          and not exists (select from event_key e where e.office_id = %(office)s and e.source = %(source)s
            and e.external_id like t.name || ':%%' offset 0)
        """,
        {"office": office_id, "crm": crm, "source": f"{crm}-contact", "names": contact_ids},
    )
    return [row["name"] async for row in cursor]


async def unheard_messages(conn: Conn, office_id: UUID, crm: str, message_ids: list[str]) -> list[str]:
    """Those of the CRM's messages that we have neither as a message nor as an event."""
    cursor = await conn.execute(
        """
        select t.name from unnest(%(names)s::text[]) as t(name)
        where not exists (select from message m where m.office_id = %(office)s and m.provider = %(crm)s
            and m.provider_id = t.name offset 0)
          and not exists (select from event_key e where e.office_id = %(office)s and e.source = any(%(sources)s)
            and e.external_id = t.name offset 0)
        """,
        {"office": office_id, "crm": crm, "sources": [crm, f"{crm}-message"], "names": message_ids},
    )
    return [row["name"] async for row in cursor]


async def heard(
    conn: Conn, office_id: UUID, lead_id: UUID, *, direction: str, channel: str, body: str, said_at: datetime
) -> bool:
    """Whether these very words at this very time are here already, under another name the CRM gave them."""
    cursor = await conn.execute(
        """
        select from message
        where office_id = %s and lead_id = %s and direction = %s and channel = %s
          and created_at between %s and %s and body = %s
        limit 1
        """,
        (office_id, lead_id, direction, channel, said_at - SAME_TIME, said_at + SAME_TIME, body),
    )
    return await cursor.fetchone() is not None
