"""SQL of consent: events appended, standings kept beside them, suppressions by keyed hash."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from rekindle.consent.types import Standing
from rekindle.decide.words import Basis, Channel
from rekindle.kit.db import Conn

Rows = list[dict[str, Any]]
Key = tuple[Channel, str]


async def standings(conn: Conn, office_id: UUID, keys: Iterable[Key]) -> dict[Key, Standing]:
    """Where these addresses stand, held until this transaction ends."""
    wanted = [{"channel": channel, "address": address} for channel, address in sorted(set(keys))]
    cursor = await conn.execute(
        """
        select s.* from json_to_recordset(%(keys)s::json) as t (channel text, address text)
        cross join lateral (
          -- Locked in here, a row a key in the order given: a join might read the whole office's standings each time.
          select s.channel, s.address, s.granted, s.basis, s.at, s.evidence_hash from consent_state s
          where s.office_id = %(office)s and s.channel = t.channel and s.address = t.address for update) s
        """,
        {"office": office_id, "keys": orjson.dumps(wanted).decode()},
    )
    return {
        (Channel(row["channel"]), row["address"]): Standing(
            row["granted"], Basis(row["basis"]), row["at"], bytes(row["evidence_hash"])
        )
        async for row in cursor
        if row["channel"] in set(Channel)
    }


async def append(conn: Conn, office_id: UUID, events: Rows, *, at: datetime) -> None:
    """Add consent events."""
    await conn.execute(
        """
        insert into consent_event (office_id, id, at, channel, act, basis, address, lead_id, event_id, evidence)
        select %(office)s, id, %(at)s, channel, act, basis, address, lead_id, event_id, evidence
        from json_to_recordset(%(rows)s::json) as t (id uuid, channel text, act text, basis text, address text,
          lead_id uuid, event_id uuid, evidence jsonb)
        """,
        {"office": office_id, "rows": orjson.dumps(events).decode(), "at": at},
    )


async def put_standings(conn: Conn, office_id: UUID, changed: Mapping[Key, Standing], events: Rows) -> None:
    """Set where addresses stand; a grant never overtakes a later revocation that another transaction just wrote."""
    ids = {(event["channel"], event["address"]): event["id"] for event in events if event.get("counts")}
    rows = [
        {
            "channel": channel,
            "address": address,
            "granted": standing.granted,
            "basis": standing.basis,
            "at": standing.at,
            "id": ids[(channel, address)],
            "hash": standing.evidence_hash.hex(),
        }
        for (channel, address), standing in sorted(changed.items(), key=lambda item: item[0])
    ]
    await conn.execute(
        """
        insert into consent_state as s (office_id, channel, address, granted, basis, at, consent_id, evidence_hash)
        select %(office)s, channel, address, granted, basis, at, id, decode(hash, 'hex')
        from json_to_recordset(%(rows)s::json)
          as t (channel text, address text, granted boolean, basis text, at timestamptz, id uuid, hash text)
        on conflict (office_id, channel, address) do update set granted = excluded.granted, basis = excluded.basis,
          at = excluded.at, consent_id = excluded.consent_id, evidence_hash = excluded.evidence_hash
        where s.granted or not excluded.granted or s.at < excluded.at
        """,
        {"office": office_id, "rows": orjson.dumps(rows).decode()},
    )


async def suppress(
    conn: Conn,
    office_id: UUID,
    hashes: Mapping[str, bytes],
    *,
    reason: str,
    rule: str,
    event_id: UUID | None,
    at: datetime,
) -> list[str]:
    """Block by (channel → address hash); returns the channels that were not blocked before."""
    cursor = await conn.execute(
        """
        insert into suppression as s (office_id, channel, address_hash, reason, rule, event_id, at)
        select %(office)s, channel, decode(hash, 'hex'), %(reason)s, %(rule)s, %(event)s, %(at)s
        from json_to_recordset(%(rows)s::json) as t (channel text, hash text)
        on conflict (office_id, channel, address_hash) do update set reason = excluded.reason, rule = excluded.rule,
          event_id = excluded.event_id, at = excluded.at, lifted_at = null, lifted_by = null
        where s.lifted_at is not null
        returning channel
        """,
        {
            "office": office_id,
            "rows": orjson.dumps([{"channel": c, "hash": h.hex()} for c, h in sorted(hashes.items())]).decode(),
            "reason": reason,
            "rule": rule,
            "event": event_id,
            "at": at,
        },
    )
    return [row["channel"] async for row in cursor]


async def suppressions(conn: Conn, office_id: UUID, hashes: list[bytes]) -> Rows:
    """The standing blocks of these hashes, oldest first."""
    cursor = await conn.execute(
        """
        select channel, address_hash, reason, at from suppression
        where office_id = %s and channel in ('sms', 'email') and address_hash = any(%s) and lifted_at is null
        order by at, channel
        """,
        (office_id, hashes),
    )
    return await cursor.fetchall()


async def lift(
    conn: Conn, office_id: UUID, channels: list[str], address_hash: bytes, *, by: str, at: datetime
) -> list[str]:
    """End standing blocks; returns the channels that were blocked."""
    cursor = await conn.execute(
        """
        update suppression set lifted_at = %s, lifted_by = %s
        where office_id = %s and channel = any(%s) and address_hash = %s and lifted_at is null
        returning channel
        """,
        (at, by, office_id, channels, address_hash),
    )
    return [row["channel"] async for row in cursor]
