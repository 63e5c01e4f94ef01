"""Enquiries in, one lead a person out: a handful of statements a chunk, whatever its size.

Who a person is, is settled by the unique key of contact points, so that any number of concurrent chunks agree without
locks of our own: each inserts its addresses under a tentative lead id, in one order, and reads back who owns them.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.leads import fold, store
from rekindle.leads.chunk import Chunk
from rekindle.leads.groups import Group, gather
from rekindle.leads.known import update
from rekindle.leads.stated import Stated, read
from rekindle.leads.types import NoSuchLeadError, Point, Upserted
from rekindle.providers.ports import Enquiry
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

IMPORT = "import"  # the actor whose rows are a list, not somebody asking now


async def upsert_many(
    conn: Conn,
    office_id: UUID,
    enquiries: list[Enquiry],
    *,
    event_id: UUID | list[UUID] | None,
    at: datetime,
    actor: str,
) -> list[Upserted]:
    """One outcome an enquiry, in order; the same enquiry again changes nothing. Retry the transaction on a deadlock.

    `event_id`: the event they all came with, or one for each.
    """
    readings = [read(enquiry, at=at, listed=actor == IMPORT) for enquiry in enquiries]
    usable = {reading.key: reading for reading in reversed(readings) if isinstance(reading, Stated)}
    chunk = Chunk(conn, office_id, at, actor)
    if usable:
        if isinstance(event_id, list):
            came_with = zip(readings, event_id, strict=True)
            chunk.events = {reading.key: event for reading, event in came_with if isinstance(reading, Stated)}
        else:
            chunk.events = dict.fromkeys(usable, event_id)
        await _settle(chunk, list(reversed(usable.values())))
    outcomes = []
    told: set[tuple[str, str]] = set()
    for reading in readings:
        if not isinstance(reading, Stated):
            outcomes.append(Upserted(None, refused=reading))
            continue
        outcome = chunk.outcome[reading.key]
        again = reading.key in told  # twice in one chunk
        outcomes.append(Upserted(outcome.lead_id, seen=True, points=outcome.points) if again else outcome)
        told.add(reading.key)
    return outcomes


async def _settle(chunk: Chunk, statements: list[Stated]) -> None:
    groups = await _unseen(chunk, gather(statements))
    if not groups:
        return
    theirs = await _taken(chunk, groups)
    known = [group for group in groups if any(point in theirs for point in group.points)]
    nobody = [group for group in groups if not any(point in theirs for point in group.points)]
    if nobody:
        rows = [_create(chunk, group) for group in nobody]
        await store.insert_many(chunk.conn, chunk.office_id, rows, at=chunk.at)
    if known:
        await update(chunk, known, theirs)
    await timeline.append_many(chunk.conn, chunk.office_id, chunk.lines)


async def _unseen(chunk: Chunk, groups: list[Group]) -> list[Group]:
    """The groups without the enquiries that were here before, whose outcome is told at once."""
    earlier = await store.claim_sources(chunk.conn, chunk.office_id, _sources(chunk, groups), at=chunk.at)
    if not earlier:
        return groups
    seen = {(row["source"], row["external_id"]): row["lead_id"] for row in earlier}
    members = [member for group in groups for member in group.members]
    for member in members:
        if member.key in seen:
            chunk.outcome[member.key] = Upserted(seen[member.key], seen=True, points=tuple(member.points))
    # Who was joined only by an enquiry seen before may be two people now: gather again.
    left = gather([member for member in members if member.key not in seen])
    await store.move(chunk.conn, chunk.office_id, [], _sources(chunk, left))
    return left


def _sources(chunk: Chunk, groups: list[Group]) -> store.Rows:
    rows = [
        {
            "source": member.source,
            "external_id": member.external_id,
            "lead_id": group.lead_id,
            "event_id": chunk.events[member.key],
        }
        for group in groups
        for member in group.members
    ]
    return sorted(rows, key=lambda row: (row["source"], row["external_id"]))


async def _taken(chunk: Chunk, groups: list[Group]) -> dict[Point, UUID]:
    """Put the addresses under their groups; returns the living leads of those that were somebody's already."""
    rows = [
        {"kind": point.kind, "value": point.value, "lead_id": group.lead_id, "raw": raw, "position": place}
        for group in groups
        for point, (raw, place) in group.points.items()
    ]
    rows.sort(key=lambda row: (row["kind"], row["value"]))
    taken = await store.claim_points(chunk.conn, chunk.office_id, rows, at=chunk.at)
    living = await _hold(chunk, {row["lead_id"] for row in taken})
    return {Point(row["kind"], row["value"]): living[row["lead_id"]] for row in taken}


async def _hold(chunk: Chunk, lead_ids: set[UUID]) -> dict[UUID, UUID]:
    """Lock leads in one order, follow their merges, and keep the rows; returns whom each id means today."""
    missing = lead_ids
    merged: dict[UUID, UUID] = {}
    while missing:
        rows = await store.lock_many(chunk.conn, chunk.office_id, missing)
        if len(rows) < len(missing):
            raise NoSuchLeadError("an address belongs to a lead that is gone")
        merged |= {row["id"]: row["merged_into"] for row in rows if row["merged_into"]}
        chunk.leads |= {row["id"]: row for row in rows if not row["merged_into"]}
        missing = set(merged.values()) - merged.keys() - chunk.leads.keys()
    living = {}
    for lead_id in lead_ids:
        now = lead_id
        while now in merged:
            now = merged[now]
        living[lead_id] = now
    return living


def _create(chunk: Chunk, group: Group) -> dict[str, Any]:
    first, *later = group.members
    columns = fold.fresh(first)
    told = set(first.points)
    chunk.tell(group.lead_id, Kind.CREATED, {"source": first.source})
    chunk.outcome[first.key] = Upserted(group.lead_id, created=True, points=tuple(first.points))
    for member in later:
        news = fold.changes(columns, member)
        columns |= news
        changed = bool(news) or not told >= member.points.keys()
        told |= member.points.keys()
        chunk.outcome[member.key] = Upserted(group.lead_id, changed=changed, points=tuple(member.points))
    for member in group.members:
        chunk.tell_enquiry(group.lead_id, member)
    return {"id": group.lead_id, **columns}
