"""SQL of the outbox. Whoever changes a message holds its lead's row first, so that no two rooms wait for each other."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.decide.words import Channel, Lane, MessageClass, MessageState
from rekindle.kit.claims import Lease
from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id
from rekindle.outbox.types import FromAddresses, Message

CANDIDATES = 32  # rows looked at per lane: more than can be locked by others at one moment


async def insert_planned(conn: Conn, office_id: UUID, columns: dict[str, Any]) -> UUID | None:
    """The new row's id; None when the key is there already."""
    cursor = await conn.execute(
        """
        insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, subject, body,
          created_at, due_at, expires_at, key, decision_id, enrollment_id, step, template, template_version, actor_id)
        values (%(office)s, %(id)s, %(lead)s, 'out', %(channel)s, %(address)s, %(class)s, %(lane)s, 'planned',
          %(subject)s, %(body)s, %(at)s, %(due)s, %(expires)s, %(key)s, %(decision)s, %(enrollment)s, %(step)s,
          %(template)s, %(template_version)s, %(actor)s)
        on conflict (office_id, key) where key is not null do nothing
        returning id
        """,
        {"office": office_id, "id": new_id(), **columns},
    )
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def hint(conn: Conn) -> None:
    """Tell waiting pumps, at commit, that there is work; a hint only."""
    await conn.execute("select pg_notify('rekindle', 'outbox')")


async def cancel_of_lead(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    reason: str,
    at: datetime,
    except_classes: list[str],
    channels: list[str] | None,
) -> list[Row]:
    """Cancel what has not left yet; (id, channel, step) of each."""
    cursor = await conn.execute(
        """
        update message set state = 'canceled', error_code = %(reason)s, error_text = null, settled_at = %(at)s,
          lease_token = null, lease_until = null
        where office_id = %(office)s and direction = 'out' and state = 'planned' and class <> all(%(except)s)
          and lead_id in (select %(lead)s::uuid union select loser_id from merge
            where office_id = %(office)s and winner_id = %(lead)s and undone_at is null)
          and (%(channels)s::text[] is null or channel = any(%(channels)s))
        returning id, channel, step
        """,
        {
            "office": office_id,
            "lead": lead_id,
            "reason": reason,
            "at": at,
            "except": except_classes,
            "channels": channels,
        },
    )
    return await cursor.fetchall()


async def due_offices(conn: Conn, queue: str, at: datetime) -> list[UUID]:
    """The offices with something due in `outbox` (`urgent`: in its upper lanes) or `open`."""
    cursor = await conn.execute("select office_id from due_offices(%s, %s) as d(office_id)", (queue, at))
    return [row["office_id"] for row in await cursor.fetchall()]


async def take_due(conn: Conn, office_id: UUID, *, lowest: Lane, at: datetime) -> tuple[Message, FromAddresses] | None:
    """The most urgent due message down to lane `lowest`, locked together with its lead, or None.

    Waits for nobody: a lead somebody works on is skipped, its message stays due. The laterals keep the planner from
    joining tables whole, which it would while it has no statistics; they are walked in the candidates' order.
    """
    cursor = await conn.execute(
        """
        with candidate as materialized (
          select c.id, c.lead_id, c.lane, c.due_at
          from generate_series(0, %(lowest)s) as wanted(lane) cross join lateral (
            select m.id, m.lead_id, m.lane, m.due_at from message m
            where m.office_id = %(office)s and m.state = 'planned' and m.lane = wanted.lane::smallint
              and m.due_at <= %(at)s
            order by m.due_at limit %(candidates)s) c
        )
        select m.*, person.id as person_lead, o.phone as office_phone, o.email as office_email,
          o.name as office_name, o.slug as office_slug
        from (select id, lead_id from candidate order by lane, due_at) c
          cross join lateral (
            select coalesce(merged_into, id) as id from lead
            where office_id = %(office)s and id = c.lead_id offset 0) winner
          cross join lateral (
            select id from lead where office_id = %(office)s and id = winner.id for update skip locked) person
          cross join lateral (
            select * from message
            where office_id = %(office)s and id = c.id and state = 'planned' and due_at <= %(at)s
            for update skip locked) m
          cross join lateral (select phone, email, name, slug from office where office_id = m.office_id offset 0) o
        limit 1
        """,
        {"office": office_id, "lowest": int(lowest), "at": at, "candidates": CANDIDATES},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    sender = FromAddresses(row["office_phone"], row["office_email"], row["office_name"], row["office_slug"])
    return _message(row), sender


async def from_addresses(conn: Conn, office_id: UUID) -> FromAddresses:
    """What the office this connection is in sends from."""
    cursor = await conn.execute("select phone, email, name, slug from office where office_id = %s", (office_id,))
    row = await cursor.fetchone()
    return FromAddresses(None, None) if row is None else FromAddresses(**row)


async def lock(conn: Conn, office_id: UUID, message_id: UUID) -> Message | None:
    """The message with its lead's row locked first, then its own."""
    cursor = await conn.execute(
        """
        select m.*, person.id as person_lead
        from (select lead_id from message where office_id = %(office)s and id = %(id)s offset 0) known
          cross join lateral (
            select coalesce(merged_into, id) as id from lead
            where office_id = %(office)s and id = known.lead_id offset 0) winner
          cross join lateral (select id from lead where office_id = %(office)s and id = winner.id for update) person
          cross join lateral (
            select * from message
            where office_id = %(office)s and id = %(id)s and direction = 'out' and person.id is not null for update) m
        """,
        {"office": office_id, "id": message_id},
    )
    row = await cursor.fetchone()
    return None if row is None else _message(row)


async def get(conn: Conn, office_id: UUID, message_id: UUID) -> Message | None:
    """The message as it stands, unlocked."""
    cursor = await conn.execute(
        """
        select m.*, coalesce(l.merged_into, l.id) as person_lead from message m
        join lead l on l.office_id = m.office_id and l.id = m.lead_id
        where m.office_id = %s and m.id = %s and m.direction = 'out'
        """,
        (office_id, message_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _message(row)


async def id_by_key(conn: Conn, office_id: UUID, key: str) -> UUID | None:
    """The outbound message of this intent."""
    cursor = await conn.execute(
        "select id from message where office_id = %s and key = %s and direction = 'out'", (office_id, key)
    )
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def id_by_provider(conn: Conn, office_id: UUID, provider: str, provider_id: str) -> UUID | None:
    """The outbound message a provider knows under this id."""
    cursor = await conn.execute(
        "select id from message where office_id = %s and provider = %s and provider_id = %s and direction = 'out'",
        (office_id, provider, provider_id),
    )
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def set_in_flight(
    conn: Conn, office_id: UUID, message_id: UUID, *, lease: Lease, provider: str, at: datetime
) -> None:
    """The point of no return: after this commit only a provider's word says whether it left."""
    await conn.execute(
        """
        update message set state = 'in_flight', in_flight_at = %(at)s, attempts = attempts + 1, provider = %(provider)s,
          lease_token = %(token)s, lease_until = %(until)s, error_code = null, error_text = null
        where office_id = %(office)s and id = %(id)s
        """,
        {
            "office": office_id,
            "id": message_id,
            "at": at,
            "provider": provider,
            "token": lease.token,
            "until": lease.until,
        },
    )


async def put_back(
    conn: Conn, office_id: UUID, message_id: UUID, *, due_at: datetime, attempts: int, code: str, text: str
) -> None:
    """Planned again, under the same key."""
    await conn.execute(
        """
        update message set state = 'planned', due_at = %(due)s, attempts = %(attempts)s, error_code = %(code)s,
          error_text = %(text)s, lease_token = null, lease_until = null
        where office_id = %(office)s and id = %(id)s
        """,
        {"office": office_id, "id": message_id, "due": due_at, "attempts": attempts, "code": code, "text": text},
    )


async def bring_forward(conn: Conn, office_id: UUID, *, codes: list[str], at: datetime) -> int:
    """Make planned messages due that were put back for one of these reasons; what somebody works on is let alone."""
    cursor = await conn.execute(
        """
        update message set due_at = %(at)s
        where office_id = %(office)s and id in (
          select id from message
          where office_id = %(office)s and state = 'planned' and due_at > %(at)s and error_code = any(%(codes)s)
          for update skip locked)
        """,
        {"office": office_id, "codes": codes, "at": at},
    )
    return cursor.rowcount


async def end(
    conn: Conn, office_id: UUID, message_id: UUID, *, state: MessageState, code: str, text: str, at: datetime
) -> None:
    """Final for good: canceled before it left, or failed."""
    await conn.execute(
        """
        update message set state = %(state)s, error_code = %(code)s, error_text = %(text)s, settled_at = %(at)s,
          lease_token = null, lease_until = null
        where office_id = %(office)s and id = %(id)s
        """,
        {"office": office_id, "id": message_id, "state": state, "code": code, "text": text, "at": at},
    )


async def set_unknown(conn: Conn, office_id: UUID, message_id: UUID, *, next_look: datetime | None, code: str) -> None:
    """It may or may not have left; look again then. None: nobody looks any more, it stays unknown."""
    await conn.execute(
        """
        update message set state = 'unknown', error_code = %(code)s, lease_token = null, lease_until = %(next)s
        where office_id = %(office)s and id = %(id)s
        """,
        {"office": office_id, "id": message_id, "next": next_look, "code": code},
    )


async def take_open(conn: Conn, office_id: UUID, *, lease: Lease, at: datetime, limit: int) -> list[Message]:
    """Messages nobody can vouch for, leased to the caller for a look; they are unknown from now on."""
    cursor = await conn.execute(
        """
        update message set lease_token = %(token)s, lease_until = %(until)s
        where office_id = %(office)s and id in (
          select id from message
          where office_id = %(office)s and state in ('in_flight', 'unknown') and lease_until <= %(at)s
          order by lease_until limit %(limit)s for update skip locked)
        returning *
        """,
        {"office": office_id, "token": lease.token, "until": lease.until, "at": at, "limit": limit},
    )
    return [_message(row) for row in await cursor.fetchall()]


async def set_left(
    conn: Conn,
    office_id: UUID,
    message: Message,
    *,
    state: MessageState,
    provider: str,
    provider_id: str,
    at: datetime,
) -> None:
    """The provider has it. A provider id that stands on another message is not taken: it names that one."""
    await conn.execute(
        """
        update message m set state = %(state)s, accepted_at = coalesce(accepted_at, %(at)s), provider = %(provider)s,
          settled_at = coalesce(settled_at, %(at)s), lease_token = null, lease_until = null,
          error_code = case when %(state)s in ('failed', 'undelivered') then error_code end,
          error_text = case when %(state)s in ('failed', 'undelivered') then error_text end,
          delivered_at = case when %(state)s = 'delivered' then coalesce(delivered_at, %(at)s) else delivered_at end,
          provider_id = coalesce(provider_id, (select %(provider_id)s where %(provider_id)s <> '' and not exists (
            select from message other where other.office_id = m.office_id and other.provider = %(provider)s
              and other.provider_id = %(provider_id)s)))
        where office_id = %(office)s and id = %(id)s
        """,
        {
            "office": office_id,
            "id": message.id,
            "state": state,
            "provider": provider,
            "provider_id": provider_id,
            "at": at,
        },
    )


async def touch_lead(conn: Conn, office_id: UUID, message: Message, *, at: datetime) -> None:
    """What a first or further word to a lead changes about the lead."""
    await conn.execute(
        """
        update lead set last_outbound_at = greatest(last_outbound_at, %(at)s),
          stage = case when stage = 'new' then 'attempting' else stage end,
          first_response_seconds = case
            when %(answers)s and first_response_seconds is null and last_outbound_at is null
            then extract(epoch from %(at)s - enquired_at) else first_response_seconds end
        where office_id = %(office)s and id = %(lead)s
        """,
        {
            "office": office_id,
            "lead": message.lead_id,
            "at": at,
            # Bulk to somebody who asked long ago is no answer, and neither is "you are unsubscribed".
            "answers": message.lane <= Lane.REPLY and message.message_class is not MessageClass.COMPLIANCE,
        },
    )


async def filtered_at(conn: Conn, office_id: UUID, message: Message) -> datetime | None:
    """When a carrier last filtered the words of this version of this template as spam; None when it never did."""
    cursor = await conn.execute(
        """
        select max(settled_at) as at from message
        where office_id = %s and template = %s and template_version = %s and error_code = '30007'
        """,
        (office_id, message.template, message.template_version),
    )
    row = await cursor.fetchone()
    return None if row is None else row["at"]


async def set_error(conn: Conn, office_id: UUID, message_id: UUID, *, code: str, text: str) -> None:
    """Why the provider could not deliver, in its own words."""
    await conn.execute(
        "update message set error_code = %s, error_text = %s where office_id = %s and id = %s",
        (code, text, office_id, message_id),
    )


async def insert_decision(conn: Conn, office_id: UUID, columns: dict[str, Any]) -> UUID:
    """The gate's second answer, with all it knew; its id."""
    made = new_id()
    await conn.execute(
        """
        insert into decision (office_id, id, at, lead_id, phase, kind, verdict, reasons, facts, draw, policy, code,
          enrollment_id, message_id, until)
        values (%(office)s, %(id)s, %(at)s, %(lead)s, 'claim', 'send', %(verdict)s, %(reasons)s, %(facts)s, 0,
          %(policy)s, %(code)s, %(enrollment)s, %(message)s, %(until)s)
        """,
        {
            "office": office_id,
            "id": made,
            **columns,
            "reasons": Jsonb(columns["reasons"]),
            "facts": Jsonb(columns["facts"]),
        },
    )
    return made


def _message(row: Row) -> Message:
    return Message(
        id=row["id"],
        lead_id=row.get("person_lead") or row["lead_id"],
        channel=Channel(row["channel"]),
        address=row["address"],
        message_class=MessageClass(row["class"]),
        lane=Lane(row["lane"]),
        state=MessageState(row["state"]),
        subject=row["subject"],
        body=row["body"],
        created_at=row["created_at"],
        due_at=row["due_at"],
        expires_at=row["expires_at"],
        key=row["key"],
        provider=row["provider"],
        provider_id=row["provider_id"],
        enrollment_id=row["enrollment_id"],
        step=row["step"],
        template=row["template"],
        template_version=row["template_version"],
        actor_id=row["actor_id"],
        attempts=row["attempts"],
        lease_token=row["lease_token"],
        in_flight_at=row["in_flight_at"],
        accepted_at=row["accepted_at"],
        delivered_at=row["delivered_at"],
        error_code=row["error_code"],
    )
