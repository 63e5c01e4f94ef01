"""The opportunity: made when the office mapped a pipeline, moved only between stages it mapped."""

from collections.abc import Mapping
from typing import Any

from rekindle.providers.ghl.client import Call, Line, is_id, malformed, named
from rekindle.providers.ghl.maps import Pipeline, pipeline
from rekindle.providers.ports import Card

UNTITLED = "Lead"


async def move(line: Line, contact_id: str, card: Card, opportunity_id: str) -> str:
    """The opportunity's id, "" when there is none and none is wanted; raises CallFailedError.

    Found, then made or moved; the described upsert has no field for the contact, so it could double one.
    """
    mapped = pipeline(line.account)
    stage = mapped.stages.get(card.stage) if mapped else None
    if mapped is None or stage is None:
        return opportunity_id
    there = await _of_contact(line, contact_id, mapped, opportunity_id)
    if there is None:
        return await _make(line, contact_id, card, mapped, stage)
    if _ours_to_move(there, mapped, stage):
        body = {"pipelineId": mapped.pipeline_id, "pipelineStageId": stage}
        await line.call(Call("PUT", f"/opportunities/{named(there['id'])}", body=body))
    return str(there["id"])


def _ours_to_move(there: Mapping[str, Any], mapped: Pipeline, stage: str) -> bool:
    """A closed one, or one that a person put into a stage we know nothing of, stays where it is."""
    now = there.get("pipelineStageId")
    return there.get("status", "open") == "open" and now != stage and now in mapped.stages.values()


async def _of_contact(line: Line, contact_id: str, mapped: Pipeline, opportunity_id: str) -> Mapping[str, Any] | None:
    params = {
        "locationId": line.location,
        "contactId": contact_id,
        "pipelineId": mapped.pipeline_id,
        "status": "all",
        "limit": "20",
    }
    said = await line.call(Call("GET", "/opportunities/search", params=params))
    listed = said.get("opportunities")
    if not isinstance(listed, list):
        raise malformed("no list of opportunities")
    rows = [row for row in listed if isinstance(row, dict) and is_id(row.get("id"))]
    # The one we know; else an open one; else whatever there is: a second would be a duplicate.
    rows.sort(key=lambda row: (row["id"] != opportunity_id, row.get("status") != "open"))
    return rows[0] if rows else None


async def _make(
    line: Line,
    contact_id: str,
    card: Card,
    mapped: Pipeline,
    stage: str,
) -> str:
    body = {
        "locationId": line.location,
        "contactId": contact_id,
        "pipelineId": mapped.pipeline_id,
        "pipelineStageId": stage,
        "name": card.name or f"{card.first_name} {card.last_name}".strip() or UNTITLED,
        "status": "open",
    }
    made = (await line.call(Call("POST", "/opportunities/", body=body))).get("opportunity")
    if not isinstance(made, dict) or not is_id(made.get("id")):
        raise malformed("no opportunity with an id in it")
    return str(made["id"])
