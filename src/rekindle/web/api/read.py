"""Leads as JSON."""

from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse

from rekindle.kit.db import Conn, Row
from rekindle.leads import store as leads
from rekindle.leads.types import Lead, NoSuchLeadError
from rekindle.reports.arrival import store as arrivals
from rekindle.reports.leads import store as listing
from rekindle.reports.leads.types import Ask, Order
from rekindle.signals import store as signals
from rekindle.web.engine import Engine
from rekindle.web.pages import cursor as cursors

RETRY_SECONDS = "1"


async def one(engine: Engine, office_id: UUID, wanted: UUID) -> JSONResponse:
    """The lead of this id, or of the event of this id; raises NoSuchLeadError."""
    async with engine.db.office(office_id) as conn:
        try:
            return JSONResponse(await _whole(conn, office_id, await leads.get(conn, office_id, wanted)))
        except NoSuchLeadError:
            arrival = await arrivals.arrival(conn, office_id, wanted)
        if arrival is None:
            raise NoSuchLeadError(str(wanted))
        if arrival.lead_id is not None:
            return JSONResponse(await _whole(conn, office_id, await leads.get(conn, office_id, arrival.lead_id)))
    if arrival.dead is not None:  # asking again changes nothing until a person of the office sees to it
        return JSONResponse({"id": str(wanted), "state": "dead", "reason": arrival.dead}, 422)
    if arrival.handled_at is None:
        return JSONResponse({"id": str(wanted), "state": "received"}, 202, {"retry-after": RETRY_SECONDS})
    return JSONResponse({"id": str(wanted), "state": "handled", "outcome": arrival.outcome, "lead": None})


async def many(engine: Engine, office_id: UUID, *, order: Order, cursor: str, limit: int) -> dict[str, Any]:
    """One page of leads and the cursor of the next."""
    async with engine.db.office(office_id) as conn:
        rows = await listing.page(conn, office_id, Ask(order=order), after=cursors.lead(cursor), limit=limit + 1)
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    behind = cursors.of_lead(last["created_at"], last["score"], last["id"]) if last else None
    return {"leads": [_short(row) for row in shown], "next": behind}


async def _whole(conn: Conn, office_id: UUID, lead: Lead) -> dict[str, Any]:
    points = await leads.points_of(conn, office_id, lead.id)
    return {
        "id": str(lead.id),
        "state": "lead",
        "name": lead.name,
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "kind": lead.kind.value,
        "stage": lead.stage.value,
        "source": lead.source,
        "phones": [point.value for point in points if point.kind == "phone"],
        "emails": [point.value for point in points if point.kind == "email"],
        "attributes": lead.attributes,
        "score": lead.score,
        "temperature": lead.temperature,
        "analysis": await _analysis(conn, office_id, lead),
        "intent": lead.intent,
        "conversation": lead.conversation.value,
        "owner_id": _text(lead.owner_id),
        "created_at": _text(lead.created_at),
        "enquired_at": _text(lead.enquired_at),
        "paused_until": _text(lead.paused_until),
        "last_inbound_at": _text(lead.last_inbound_at),
        "last_outbound_at": _text(lead.last_outbound_at),
        "next_touch_at": _text(lead.next_touch_at),
        "first_response_seconds": lead.first_response_seconds,
    }


async def _analysis(conn: Conn, office_id: UUID, lead: Lead) -> dict[str, Any]:
    """The score with all it is made of; "unavailable" by name when there is none, never a number in its stead."""
    made = await signals.latest(conn, office_id, lead.id, "score")
    if made is None or lead.score is None:
        return {"state": "unavailable", "why": "the lead has not been looked at yet"}
    value = made["value"]
    return {
        "state": "partial" if value["missing"] else "whole",
        "score": value["points"],
        "temperature": value["temperature"],
        "confidence": value["confidence"],
        "priority": value["priority"],
        "reasons": value["parts"],
        "missing": value["missing"],
        "actions": value["actions"],
        "version": made["version"],
        "at": _text(made["at"]),
    }


def _short(row: Row) -> dict[str, Any]:
    kept = ("name", "kind", "stage", "source", "phone", "email", "score", "temperature", "intent", "conversation")
    return {"id": str(row["id"]), **{name: row[name] for name in kept}, "created_at": _text(row["created_at"])}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, UUID) else str(value.isoformat())
