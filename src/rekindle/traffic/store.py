"""SQL of breakers."""

from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn, Row
from rekindle.traffic.types import Breaker


async def read(conn: Conn, office_id: UUID, provider: str) -> Breaker:
    """The breaker as it stands; a clean one when there is no row."""
    cursor = await conn.execute("select * from breaker where office_id = %s and provider = %s", (office_id, provider))
    row = await cursor.fetchone()
    return Breaker(provider) if row is None else _breaker(row)


async def lock(conn: Conn, office_id: UUID, provider: str, *, at: datetime) -> Breaker:
    """The breaker, held until the transaction ends; its row is made when there is none."""
    await conn.execute(
        """
        insert into breaker (office_id, provider, state, updated_at) values (%s, %s, 'closed', %s)
        on conflict do nothing
        """,
        (office_id, provider, at),
    )
    cursor = await conn.execute(
        "select * from breaker where office_id = %s and provider = %s for update", (office_id, provider)
    )
    row = await cursor.fetchone()
    return Breaker(provider) if row is None else _breaker(row)


async def save(conn: Conn, office_id: UUID, breaker: Breaker) -> None:
    """Write the breaker over its row."""
    await conn.execute(
        """
        update breaker set state = %(state)s, failures = %(failures)s, reason = %(reason)s, opened_at = %(opened_at)s,
          retry_at = %(retry_at)s, probe_until = %(probe_until)s, updated_at = %(updated_at)s
        where office_id = %(office_id)s and provider = %(provider)s
        """,
        {
            "office_id": office_id,
            "provider": breaker.provider,
            "state": "open" if breaker.open else "closed",
            "failures": breaker.failures,
            "reason": breaker.reason,
            "opened_at": breaker.opened_at,
            "retry_at": breaker.retry_at,
            "probe_until": breaker.probe_until,
            "updated_at": breaker.updated_at,
        },
    )


async def claim_probe(conn: Conn, office_id: UUID, provider: str, *, at: datetime, until: datetime) -> Breaker | None:
    """Become the one probe of an open breaker whose wait is over; None when somebody else is, or it is not open."""
    cursor = await conn.execute(
        """
        update breaker set probe_until = %(until)s
        where office_id = %(office_id)s and provider = %(provider)s and state = 'open' and retry_at <= %(at)s
          and (probe_until is null or probe_until <= %(at)s)
        returning *
        """,
        {"office_id": office_id, "provider": provider, "at": at, "until": until},
    )
    row = await cursor.fetchone()
    return None if row is None else _breaker(row)


async def troubled(conn: Conn, office_id: UUID, *, at: datetime) -> tuple[Breaker, ...]:
    """The office's breakers that are open, paused or have failures, by provider."""
    cursor = await conn.execute(
        """
        select * from breaker where office_id = %s and (state = 'open' or failures > 0 or retry_at > %s)
        order by provider
        """,
        (office_id, at),
    )
    return tuple([_breaker(row) async for row in cursor])


def _breaker(row: Row) -> Breaker:
    return Breaker(
        provider=row["provider"],
        open=row["state"] == "open",
        failures=row["failures"],
        reason=row["reason"],
        opened_at=row["opened_at"],
        retry_at=row["retry_at"],
        probe_until=row["probe_until"],
        updated_at=row["updated_at"],
    )
