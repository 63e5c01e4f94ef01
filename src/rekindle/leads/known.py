"""Enquiries of people who are known: their leads become one if need be, and take on what is new."""

from uuid import UUID

from rekindle.kit.db import Row
from rekindle.leads import fold, store
from rekindle.leads.chunk import Chunk
from rekindle.leads.groups import Group
from rekindle.leads.merge import merge
from rekindle.leads.types import Point, Upserted
from rekindle.timeline.types import Kind

SHARED = "the same address in one enquiry"


async def update(chunk: Chunk, groups: list[Group], theirs: dict[Point, UUID]) -> None:
    """Merge, fill, and move addresses and sources from the tentative ids to the leads that own them."""
    became, losers = await _join(chunk, groups, theirs)
    points: store.Rows = []
    changed: dict[UUID, Row] = {}
    for group in groups:
        lead_id = next(became[theirs[point]] for point in group.points if point in theirs)
        added = [point for point in group.points if point not in theirs]
        points += [{"kind": point.kind, "value": point.value, "lead_id": lead_id} for point in added]
        if _take_on(chunk, group, lead_id, added, losers.pop(lead_id, ())):
            changed[lead_id] = chunk.leads[lead_id]
    if changed:
        await store.update_many(chunk.conn, chunk.office_id, list(changed.values()), at=chunk.at)
    sources = [
        {"source": member.source, "external_id": member.external_id, "lead_id": chunk.outcome[member.key].lead_id}
        for group in groups
        for member in group.members
    ]
    await store.move(chunk.conn, chunk.office_id, points, sources)


async def _join(
    chunk: Chunk, groups: list[Group], theirs: dict[Point, UUID]
) -> tuple[dict[UUID, UUID], dict[UUID, tuple[UUID, ...]]]:
    """Merge leads that one group touches, the oldest wins; returns whom each became, and each winner's losers."""
    became = {lead_id: lead_id for lead_id in theirs.values()}
    losers: dict[UUID, tuple[UUID, ...]] = {}
    for group in groups:
        owners = {became[theirs[point]] for point in group.points if point in theirs}
        winner, *rest = sorted(owners, key=lambda lead_id: (chunk.leads[lead_id]["created_at"], lead_id))
        for loser in rest:
            await merge(chunk.conn, chunk.office_id, winner, loser, reason=SHARED, at=chunk.at, actor=chunk.actor)
            became = {lead_id: winner if now == loser else now for lead_id, now in became.items()}
            losers[winner] = (*losers.get(winner, ()), loser, *losers.pop(loser, ()))
    if losers:
        rows = await store.lock_many(chunk.conn, chunk.office_id, set(losers))
        chunk.leads |= {row["id"]: row for row in rows}
    return became, losers


def _take_on(chunk: Chunk, group: Group, lead_id: UUID, added: list[Point], merged: tuple[UUID, ...]) -> bool:
    known = chunk.leads[lead_id]
    any_changed = False
    for member in group.members:
        fresh = fold.changes(known, member)
        # When somebody asked is told by the line of the enquiry, not as a change.
        fields = {c: [known[c], v] for c, v in fresh.items() if c not in ("enquired_at", "enquiry")}
        new = [point.value for point in added if point in member.points]
        added = [point for point in added if point not in member.points]
        known |= fresh
        any_changed = any_changed or bool(fresh)
        chunk.tell_enquiry(lead_id, member)
        if fields or new:
            chunk.tell(lead_id, Kind.CHANGED, {"source": member.source, "fields": fields, "added": new})
        chunk.outcome[member.key] = Upserted(
            lead_id, changed=bool(fresh or new), merged=merged, points=tuple(member.points)
        )
        merged = ()
    return any_changed
