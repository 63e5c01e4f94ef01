"""SQL of `rekindle list`: streams of one office's rows, oldest first, one batch in memory at a time."""

from collections.abc import AsyncIterator, Callable, Mapping
from uuid import UUID

from psycopg import AsyncServerCursor
from psycopg.rows import dict_row

from rekindle.kit.db import Conn, Row

Rows = AsyncIterator[Row]
BATCH = 1000


async def leads(conn: Conn, office_id: UUID) -> Rows:
    """Every living lead with its contact points and where its conversation stands."""
    async with AsyncServerCursor(conn, "leads", row_factory=dict_row) as cursor:
        cursor.itersize = BATCH
        await cursor.execute(
            """
            select l.id, o.slug as office, l.created_at, l.updated_at, l.name, l.kind, l.stage, l.source,
              l.state, l.zip, l.city, l.attributes, l.enquiry, l.score, l.temperature, l.owner_id,
              l.conversation, l.paused_until, l.first_response_seconds, l.last_inbound_at, l.last_outbound_at,
              (select coalesce(jsonb_agg(c.value order by c.position) filter (where c.kind = 'phone'), '[]')
               from contact_point c where c.office_id = l.office_id and c.lead_id = l.id) as phones,
              (select coalesce(jsonb_agg(c.value order by c.position) filter (where c.kind = 'email'), '[]')
               from contact_point c where c.office_id = l.office_id and c.lead_id = l.id) as emails,
              (select coalesce(jsonb_agg(distinct s.source), '[]')
               from lead_source s where s.office_id = l.office_id and s.lead_id = l.id) as sources
            from lead l join office o using (office_id)
            where l.office_id = %s and l.merged_into is null order by l.created_at, l.id
            """,
            (office_id,),
        )
        async for row in cursor:
            yield row


async def messages(conn: Conn, office_id: UUID) -> Rows:
    """Every message, both ways."""
    async with AsyncServerCursor(conn, "messages", row_factory=dict_row) as cursor:
        cursor.itersize = BATCH
        await cursor.execute(
            """
            select m.id, o.slug as office, m.lead_id, m.direction, m.channel, m.address, m.class, m.lane, m.state,
              m.subject, m.body, m.created_at, m.due_at, m.in_flight_at, m.accepted_at, m.delivered_at, m.settled_at,
              m.key, m.provider, m.provider_id, m.decision_id, m.enrollment_id, m.step, m.template, m.template_version,
              m.attempts, m.error_code, m.error_text
            from message m join office o using (office_id)
            where m.office_id = %s order by m.created_at, m.id
            """,
            (office_id,),
        )
        async for row in cursor:
            yield row


async def decisions(conn: Conn, office_id: UUID) -> Rows:
    """Every decision with its reasons; the facts it was made from come by `rekindle decide --explain`."""
    async with AsyncServerCursor(conn, "decisions", row_factory=dict_row) as cursor:
        cursor.itersize = BATCH
        await cursor.execute(
            """
            select d.id, o.slug as office, d.at, d.lead_id, d.phase, d.kind, d.verdict, d.until, d.reasons, d.draw,
              d.policy, d.code, d.enrollment_id, d.message_id
            from decision d join office o using (office_id)
            where d.office_id = %s order by d.at, d.id
            """,
            (office_id,),
        )
        async for row in cursor:
            yield row


async def events(conn: Conn, office_id: UUID) -> Rows:
    """Every raw event and what became of it."""
    async with AsyncServerCursor(conn, "events", row_factory=dict_row) as cursor:
        cursor.itersize = BATCH
        await cursor.execute(
            """
            select e.id, o.slug as office, e.received_at, e.source, e.external_id, e.content_type, e.body,
              k.handled_at, k.outcome, k.lead_id, j.state as job, j.attempts, j.reason
            from event e join office o using (office_id)
            join event_key k on k.office_id = e.office_id and k.event_id = e.id
            left join inbox_job j on j.office_id = e.office_id and j.event_id = e.id
            where e.office_id = %s order by e.received_at, e.id
            """,
            (office_id,),
        )
        async for row in cursor:
            yield row


STREAMS: Mapping[str, Callable[[Conn, UUID], Rows]] = {
    "leads": leads,
    "messages": messages,
    "decisions": decisions,
    "events": events,
}
# What fits a terminal.
SHORT: Mapping[str, frozenset[str]] = {
    "leads": frozenset({"office", "name", "kind", "stage", "score", "temperature", "source"}),
    "messages": frozenset({"created_at", "direction", "channel", "state", "step", "subject"}),
    "decisions": frozenset({"at", "phase", "kind", "verdict", "until"}),
    "events": frozenset({"received_at", "source", "outcome", "job", "reason"}),
}
