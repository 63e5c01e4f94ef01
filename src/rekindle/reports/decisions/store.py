"""SQL of the decision log: keyset pages by time, filters, one decision whole. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from rekindle.kit.db import Conn, Row


@dataclass(frozen=True)
class Ask:
    """Filters of the log; None asks for everything. `leads` are the ids a search found."""

    verdict: str | None = None
    kind: str | None = None
    phase: str | None = None
    leads: tuple[UUID, ...] | None = None
    owner: UUID | None = None


@dataclass(frozen=True)
class After:
    """The last row of the page before."""

    at: datetime
    id: UUID


async def page(conn: Conn, office_id: UUID, ask: Ask, *, after: After | None, limit: int) -> list[Row]:
    """The next `limit` decisions, newest first, behind `after`."""
    where: LiteralString = ""
    if ask.verdict is not None:
        where += " and d.verdict = %(verdict)s"
    if ask.kind is not None:
        where += " and d.kind = %(kind)s"
    if ask.phase is not None:
        where += " and d.phase = %(phase)s"
    if ask.leads is not None:
        where += " and d.lead_id = any(%(leads)s)"
    if ask.owner is not None:
        where += " and exists (select from lead o where o.office_id = d.office_id and o.id = d.lead_id"
        where += " and o.owner_id = %(owner)s)"
    if after is not None:
        where += " and (d.at, d.id) < (%(at)s, %(id)s)"
    cursor = await conn.execute(
        "select d.id, d.at, d.lead_id, d.phase, d.kind, d.verdict, d.reasons, d.until, d.policy, d.message_id,"
        " l.name, l.first_name, l.last_name from (select * from decision d where d.office_id = %(office)s"
        + where
        + " order by d.at desc, d.id desc limit %(limit)s) d"
        " join lead l on l.office_id = d.office_id and l.id = d.lead_id order by d.at desc, d.id desc",
        {
            "office": office_id,
            "verdict": ask.verdict,
            "kind": ask.kind,
            "phase": ask.phase,
            "leads": list(ask.leads) if ask.leads is not None else None,
            "owner": ask.owner,
            "at": after.at if after else None,
            "id": after.id if after else None,
            "limit": limit,
        },
    )
    return await cursor.fetchall()


async def made_since(conn: Conn, office_id: UUID, since: datetime, *, owner: UUID | None, most: int) -> int:
    """Decisions made after an instant, counted up to `most`."""
    cursor = await conn.execute(
        """
        select count(*) as n from (
          select from decision d where d.office_id = %(office)s and d.at > %(since)s
            and (%(owner)s::uuid is null or exists (select from lead o
              where o.office_id = d.office_id and o.id = d.lead_id and o.owner_id = %(owner)s))
          limit %(most)s) counted
        """,
        {"office": office_id, "since": since, "owner": owner, "most": most},
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def one(conn: Conn, office_id: UUID, decision_id: UUID, at: datetime, *, owner: UUID | None) -> Row | None:
    """A decision whole, with the facts it was made on."""
    cursor = await conn.execute(
        """
        select d.*, l.name, l.first_name, l.last_name from decision d
        join lead l on l.office_id = d.office_id and l.id = d.lead_id
        where d.office_id = %(office)s and d.id = %(id)s and d.at = %(at)s
          and (%(owner)s::uuid is null or l.owner_id = %(owner)s)
        """,
        {"office": office_id, "id": decision_id, "at": at, "owner": owner},
    )
    return await cursor.fetchone()
