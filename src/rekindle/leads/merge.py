"""Two leads turn out to be one person: recorded row by row, and taken back the same way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.decide.words import FINAL_STAGES, Conversation, LeadKind, Stage
from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id
from rekindle.leads import store
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

FILLED = ("name", "first_name", "last_name", "state", "zip", "street", "city", "owner_id", "first_response_seconds")
LATEST = ("last_inbound_at", "last_outbound_at", "paused_until")


class MergeError(Exception):
    """These leads cannot be merged, or this merge cannot be taken back (yet)."""


async def merge(
    conn: Conn, office_id: UUID, winner: UUID, loser: UUID, *, reason: str, at: datetime, actor: str
) -> UUID:
    """The loser's addresses, sources and open work go to the winner; returns the merge's id; raises MergeError."""
    held = {row["id"]: row for row in await store.lock_many(conn, office_id, {winner, loser})}
    if len(held) < len({"winner", "loser"}) or any(row["merged_into"] for row in held.values()):
        raise MergeError("a lead is merged into another one that is there and is nobody else's")
    merge_id = new_id()
    fields = _gained(held[winner], held[loser])
    if fields:
        await store.put_fields(conn, office_id, winner, {name: after for name, (_, after) in fields.items()}, at=at)
    moved = {"fields": fields, **await store.move_all(conn, office_id, loser, winner, at=at)}
    await store.record_merge(conn, office_id, merge_id, winner, loser, moved=moved, reason=reason, at=at)
    data = {"merge_id": str(merge_id), "winner": str(winner), "loser": str(loser), "reason": reason}
    for lead_id in (winner, loser):
        await timeline.append(conn, office_id, lead_id, Kind.MERGED, data, at=at, actor=actor)
    return merge_id


async def unmerge(conn: Conn, office_id: UUID, merge_id: UUID, *, at: datetime, actor: str) -> None:
    """Give back what the merge moved, as far as nobody has changed it since; raises MergeError."""
    row = await store.merge_for_update(conn, office_id, merge_id)
    if row is None or row["undone_at"]:
        raise MergeError("there is no such merge, or it is undone already")
    winner, loser = row["winner_id"], row["loser_id"]
    held = {lead["id"]: lead for lead in await store.lock_many(conn, office_id, {winner, loser})}
    if held[winner]["merged_into"]:
        raise MergeError("the lead that was kept has been merged itself since: take that back first")
    back = {
        name: before
        for name, (before, after) in row["moved"]["fields"].items()
        if store.plain(held[winner][name]) == after
    }
    if back:
        await store.put_fields(conn, office_id, winner, back, at=at)
    await store.move_back(conn, office_id, row, at=at)
    data = {"merge_id": str(merge_id), "winner": str(winner), "loser": str(loser)}
    for lead_id in (winner, loser):
        await timeline.append(conn, office_id, lead_id, Kind.UNMERGED, data, at=at, actor=actor)


def _gained(winner: Row, loser: Row) -> dict[str, tuple[Any, Any]]:
    """What the winner takes from the loser, as plain (before, after) by column."""
    wanted: dict[str, Any] = {name: winner[name] or loser[name] for name in FILLED}
    wanted |= {name: max(filter(None, (winner[name], loser[name])), default=None) for name in LATEST}
    wanted["attributes"] = {**loser["attributes"], **winner["attributes"]}
    if winner["kind"] == LeadKind.UNKNOWN:
        wanted["kind"] = loser["kind"]
    if loser["conversation"] == Conversation.PERSON:
        wanted["conversation"] = Conversation.PERSON.value
        if winner["conversation"] != Conversation.PERSON:
            wanted["owner_id"] = loser["owner_id"] or winner["owner_id"]  # whoever is talking goes on talking
    wanted["stage"] = _stage(winner["stage"], loser["stage"])
    asked = max((row for row in (winner, loser)), key=lambda row: (row["enquired_at"] is not None, row["enquired_at"]))
    wanted |= {
        "enquiry": asked["enquiry"] or winner["enquiry"] or loser["enquiry"],
        "enquired_at": asked["enquired_at"],
    }
    return {
        name: (store.plain(winner[name]), store.plain(value)) for name, value in wanted.items() if value != winner[name]
    }


def _stage(winner: str, loser: str) -> str:
    """A no stays a no; otherwise whichever lead has come anywhere."""
    if Stage.DO_NOT_CONTACT in (winner, loser):
        return Stage.DO_NOT_CONTACT.value
    if loser in FINAL_STAGES and winner not in FINAL_STAGES:
        return loser
    return loser if winner == Stage.NEW else winner
