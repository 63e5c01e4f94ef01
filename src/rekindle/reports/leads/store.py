"""SQL of the list of leads: filters on indexes, keyset pages, search by prefix. Reads only."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from rekindle.kit.db import Conn, Row
from rekindle.reports.leads.types import After, Ask, Order, Reach

SEARCH_LIMIT = 60
# Above every character a name, an address or a number can continue with: prefix search as a plain range, because
# behind row security only leakproof comparisons reach an index, and LIKE is none.
LAST = "\U0010ffff"

TEN_DIGITS = 10  # a North American number without its country
FEWEST_DIGITS = 3  # fewer would name half a country

# What a search asks; a null parameter finds nothing.
OF_LEAD: LiteralString = "select id from lead where office_id = %(office)s and merged_into is null"
OF_POINT: LiteralString = "select lead_id from contact_point where office_id = %(office)s"
SEARCHES: tuple[LiteralString, ...] = (
    OF_LEAD + " and first_key >= lower(%(first)s::text) and first_key < lower(%(first)s::text) || %(end)s"
    " and (%(rest)s::text is null or (last_key >= lower(%(rest)s::text)"
    " and last_key < lower(%(rest)s::text) || %(end)s))",
    OF_LEAD + " and first_key >= lower(%(two)s::text) and first_key < lower(%(two)s::text) || %(end)s"
    " and (%(rest_of_two)s::text is null or (last_key >= lower(%(rest_of_two)s::text)"
    " and last_key < lower(%(rest_of_two)s::text) || %(end)s))",
    OF_LEAD + " and last_key >= lower(%(whole)s::text) and last_key < lower(%(whole)s::text) || %(end)s",
    OF_POINT + " and kind = 'email' and value >= %(email)s::text and value < %(email)s::text || %(end)s",
    OF_POINT + " and kind = 'phone' and value >= %(phone)s::text and value < %(phone)s::text || %(end)s",
)

COLUMNS: LiteralString = """
  l.id, l.name, l.first_name, l.last_name, l.kind, l.stage, l.source, l.state, l.city, l.created_at, l.score,
  l.temperature, l.intent, l.conversation, l.paused_until, l.last_inbound_at, l.last_outbound_at, l.next_touch_at,
  l.owner_id, p.name as owner,
  (select min(c.value) from contact_point c where c.office_id = l.office_id and c.lead_id = l.id and c.kind = 'phone'
    and c.position = (select min(position) from contact_point f where f.office_id = l.office_id and f.lead_id = l.id
      and f.kind = 'phone')) as phone,
  (select min(c.value) from contact_point c where c.office_id = l.office_id and c.lead_id = l.id and c.kind = 'email'
    and c.position = (select min(position) from contact_point f where f.office_id = l.office_id and f.lead_id = l.id
      and f.kind = 'email')) as email
"""
# Scalar, not `exists`: the planner would make a join over all leads of it, where a page needs a look at each of a few.
# The collation is named because contact points have another one than consent, and an index serves only its own.
GRANTED: LiteralString = """ coalesce((select true from contact_point c join consent_state s
  on s.office_id = c.office_id and s.address = c.value collate "default" and s.granted and s.channel = %(reach)s
  where c.office_id = l.office_id and c.lead_id = l.id limit 1), false)
"""
GRANTED_NOTHING: LiteralString = """ (select true from contact_point c join consent_state s
  on s.office_id = c.office_id and s.address = c.value collate "default" and s.granted
  where c.office_id = l.office_id and c.lead_id = l.id limit 1) is null
"""


async def page(conn: Conn, office_id: UUID, ask: Ask, *, after: After | None, limit: int) -> list[Row]:
    """The next `limit` leads of this asking, in its order, beginning behind `after`."""
    where, values = _filters(ask)
    by_score = ask.order is Order.SCORE
    if after is not None:
        where += _behind(after, by_score=by_score)
        values |= {"at": after.created_at, "score": after.score, "id": after.id}
    order: LiteralString = "l.score desc nulls last, l.id desc" if by_score else "l.created_at desc, l.id desc"
    # The page is cut before anything is joined to it, so the cost is that of its rows alone.
    cursor = await conn.execute(
        "select "
        + COLUMNS
        + " from (select * from lead l where l.office_id = %(office)s and l.merged_into is null"
        + where
        + " order by "
        + order
        + " limit %(limit)s) l"
        " left join person p on p.office_id = l.office_id and p.id = l.owner_id order by " + order,
        {**values, "office": office_id, "limit": limit},
    )
    return await cursor.fetchall()


def _filters(ask: Ask) -> tuple[LiteralString, dict[str, Any]]:
    where: LiteralString = ""
    if ask.stage is not None:
        where += " and l.stage = %(stage)s"
    if ask.temperature is not None:
        where += " and l.temperature = %(temperature)s"
    if ask.kind is not None:
        where += " and l.kind = %(kind)s"
    if ask.owner is not None:
        where += " and l.owner_id = %(owner)s"
    if ask.unowned:
        where += " and l.owner_id is null"
    if ask.source is not None:
        where += " and l.source = %(source)s"
    if ask.reach is not None:
        where += " and" + (GRANTED_NOTHING if ask.reach is Reach.NONE else GRANTED)
    return where, {
        "stage": ask.stage,
        "temperature": ask.temperature,
        "kind": ask.kind,
        "owner": ask.owner,
        "source": ask.source,
        "reach": ask.reach.value if ask.reach else None,
    }


def _behind(after: After, *, by_score: bool) -> LiteralString:
    if not by_score:
        return " and (l.created_at, l.id) < (%(at)s, %(id)s)"
    if after.score is None:
        return " and l.score is null and l.id < %(id)s"
    return " and (l.score < %(score)s or l.score is null or (l.score = %(score)s and l.id < %(id)s))"


async def find(conn: Conn, office_id: UUID, words: str, *, owner: UUID | None) -> list[Row]:
    """Leads whose first or last name, e-mail or phone number begins with what was typed, best known first."""
    cursor = await conn.execute(
        "with found as ("
        + " union ".join(f"({part} limit %(limit)s)" for part in SEARCHES)
        + ") select "
        + COLUMNS
        + " from found join lead l on l.office_id = %(office)s and l.id = found.id"
        " left join person p on p.office_id = l.office_id and p.id = l.owner_id"
        " where l.merged_into is null and (%(owner)s::uuid is null or l.owner_id = %(owner)s)"
        " order by l.score desc nulls last, l.created_at desc, l.id limit %(limit)s",
        {**_beginnings(words), "office": office_id, "owner": owner, "end": LAST, "limit": SEARCH_LIMIT},
    )
    return await cursor.fetchall()


def _beginnings(words: str) -> dict[str, str | None]:
    """What a search may mean: of two words the first name may be the first or both, of more the first or two."""
    parts = words.split()
    digits = "".join(c for c in words if c.isdigit())
    number = digits if len(digits) > TEN_DIGITS else "1" + digits
    return {
        "first": parts[0] if parts else None,
        "rest": " ".join(parts[1:]) or None,
        "two": " ".join(parts[:2]) if len(parts) > 1 else None,
        "rest_of_two": " ".join(parts[2:]) or None,
        "whole": " ".join(parts) or None,
        "email": parts[0].lower() if len(parts) == 1 else None,
        "phone": "+" + number if len(digits) >= FEWEST_DIGITS else None,
    }


async def sources(conn: Conn, office_id: UUID) -> list[str]:
    """Every source some lead came from, by skipping along an index instead of reading all rows."""
    cursor = await conn.execute(
        """
        with recursive each as (
          (select source from lead_source where office_id = %(office)s order by source limit 1)
          union all
          select (select s.source from lead_source s where s.office_id = %(office)s and s.source > each.source
            order by s.source limit 1) from each where each.source is not null)
        select source from each where source is not null
        """,
        {"office": office_id},
    )
    return [row["source"] async for row in cursor]


async def about_how_many(conn: Conn, office_id: UUID, ask: Ask, *, most: int) -> int:
    """How many leads fit, counted up to `most`."""
    where, values = _filters(ask)
    cursor = await conn.execute(
        "select count(*) as n from (select from lead l where l.office_id = %(office)s and l.merged_into is null"
        + where
        + " limit %(most)s) counted",
        {**values, "office": office_id, "most": most},
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def arrived_since(conn: Conn, office_id: UUID, since: datetime, *, owner: UUID | None) -> int:
    """Leads newer than the newest on the page; the list says so instead of jumping under a person's eyes."""
    cursor = await conn.execute(
        """
        select count(*) as n from lead l where l.office_id = %(office)s and l.merged_into is null
          and l.created_at > %(since)s and (%(owner)s::uuid is null or l.owner_id = %(owner)s)
        """,
        {"office": office_id, "since": since, "owner": owner},
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0
