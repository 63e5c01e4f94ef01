"""SQL of facts: one statement gathers a lead, so that a decision costs one round trip, not twelve."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.kit.db import Conn, Row

REMEMBERED = timedelta(days=35)
INBOUND_KEPT = 20


async def gather(conn: Conn, office_id: UUID, lead_id: UUID, *, at: datetime) -> Row | None:
    """The lead with its office, owner, addresses, consents, touches and inbound (lists as JSON text).

    Every part is walked by its own key (lateral, offset 0) and names no condition a partial index is made of: before
    the first statistics the planner takes such an index for nearly empty and would read the whole office through it.
    Whatever ends a planned message leaves a code; only the claim that kept it from leaving leaves a sentence too.
    An address is compared in the collation of the tables looked into, or their index would not serve.
    """
    cursor = await conn.execute(
        """
        with recursive same (id) as (
          select %(lead)s::uuid
          union
          select m.loser_id from same s
            join merge m on m.office_id = %(office)s and m.winner_id = s.id and m.undone_at is null
        ), address as (
          select c.kind, c.value collate "default" as value, c.position, c.created_at from contact_point c
          where c.office_id = %(office)s and c.lead_id = %(lead)s
        )
        select l.*, o.timezone as office_timezone, o.mode as office_mode, o.name as office_name, o.brokerage,
          o.phone as office_phone, o.email as office_email, o.address as office_address,
          o.booking_url,
          p.name as agent_name, p.phone as agent_phone, p.email as agent_email,
          (select json_agg(json_build_object('kind', a.kind, 'value', a.value)
             order by a.position, a.created_at, a.value)::text from address a) as addresses,
          (select json_agg(json_build_object('channel', s.channel, 'address', s.address, 'granted', s.granted,
             'basis', s.basis, 'at', s.at, 'id', s.consent_id) order by s.at, s.consent_id)::text
           from address a cross join lateral (
             select c.* from consent_state c
             where c.office_id = %(office)s and c.address = a.value
               and c.channel = case a.kind when 'phone' then 'sms' else 'email' end
             offset 0) s) as consents,
          (select json_agg(json_build_object('id', t.id, 'channel', t.channel, 'address', t.address,
             'at', t.at, 'class', t.class, 'state', t.state, 'step', t.step) order by t.at, t.id)::text
           from address a cross join lateral (
             select m.id, m.channel, m.address, m.class, m.state, m.step,
               coalesce(m.in_flight_at, m.due_at, m.created_at) as at
             from message m
             where m.office_id = %(office)s and m.address = a.value and m.direction = 'out' and m.state <> 'canceled'
               and (m.in_flight_at >= %(since)s or (m.in_flight_at is null and m.created_at >= %(since)s)
                 or m.state in ('planned', 'in_flight', 'unknown'))
             offset 0) t) as touches,
          (select json_agg(json_build_object('id', i.id, 'channel', i.channel, 'address', i.address,
             'at', i.created_at, 'reading', i.reading) order by i.created_at, i.id)::text
           from (
             select h.*,
               (select g.value from signal g where g.office_id = %(office)s and g.lead_id = h.lead_id
                  and g.kind = 'reply' and g.value ->> 'message_id' = h.id::text order by g.at desc limit 1) as reading
             from same s cross join lateral (
               select m.id, m.lead_id, m.channel, m.address, m.created_at from message m
               where m.office_id = %(office)s and m.lead_id = s.id and m.direction = 'in'
               offset 0) h
             order by h.created_at desc, h.id desc limit %(kept)s) i) as inbound,
          (select json_build_object('at', k.settled_at, 'why', k.error_text)::text
           from same s cross join lateral (
             select m.settled_at, m.error_text from message m
             where m.office_id = %(office)s and m.lead_id = s.id and m.created_at >= %(since)s and m.direction = 'out'
               and m.lane = %(first_touch)s and m.state = 'canceled' and m.error_text is not null
             offset 0) k
           order by k.settled_at desc limit 1) as taken_back,
          (select json_agg(distinct past.sequence)::text
           from same s cross join lateral (
             select e.sequence from enrollment e
             where e.office_id = %(office)s and e.lead_id = s.id offset 0) past) as past_sequences,
          (select bool_or(h.closed_at is null) from handoff h
           where h.office_id = %(office)s and h.lead_id = %(lead)s) as handoff_open,
          (select max(h.opened_at) from handoff h
           where h.office_id = %(office)s and h.lead_id = %(lead)s) as handed_off_at
        from lead l
          join office o on o.office_id = l.office_id
          left join person p on p.office_id = l.office_id and p.id = l.owner_id
        where l.office_id = %(office)s and l.id = %(lead)s
        """,
        {
            "office": office_id,
            "lead": lead_id,
            "since": at - REMEMBERED,
            "kept": INBOUND_KEPT,
            "first_touch": int(Lane.FIRST_TOUCH),
        },
    )
    return await cursor.fetchone()


async def walks(conn: Conn, office_id: UUID, lead_id: UUID) -> list[Row]:
    """The lead's active walks, each with the templates of its next step, earliest first."""
    cursor = await conn.execute(
        """
        select e.id, e.sequence, e.version_id, e.step, e.entered_at, e.due_at, e.lane, (
            select json_agg(json_build_object('name', t.name, 'version', t.version, 'channel', t.channel,
              'subject', t.subject, 'body', t.body))::text
            from jsonb_array_elements(v.definition -> 'steps' -> e.step -> 'options') wanted
              join template_version t on t.office_id = %(office)s and t.active
                and t.name = wanted ->> 'template') as templates
        from enrollment e join sequence_version v on v.office_id = e.office_id and v.id = e.version_id
        where e.office_id = %(office)s and e.lead_id = %(lead)s and e.wake_at is not null
        order by e.due_at, e.id
        """,
        {"office": office_id, "lead": lead_id},
    )
    return await cursor.fetchall()
