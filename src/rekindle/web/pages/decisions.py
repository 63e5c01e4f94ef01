"""The decision log: what was decided about whom, and why; with the facts it was decided on."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from rekindle.kit.db import Conn, Row
from rekindle.reports.decisions import store
from rekindle.reports.leads import store as leads
from rekindle.web.pages import cursor, fresh, times, why
from rekindle.web.pages.filters import Filter, chosen_of, query
from rekindle.web.pages.frame import Viewer, Who, frame
from rekindle.web.pages.render import Part, fragment, page, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.why import Line
from rekindle.web.pages.words import DECISIONS, VERDICTS, name_of
from rekindle.web.session import visible_owner

router = APIRouter()

ROWS = 50
PHASES = {"decide": "deciding", "claim": "before sending", "person": "by a person"}


@dataclass(frozen=True)
class DecisionRow:
    """One line of the log."""

    id: str
    trace: str
    at: Moment
    lead_id: str
    name: str
    icon: str
    tone: str
    what: str
    verdict_icon: str
    verdict_tone: str
    verdict: str
    reason: str
    until: Moment | None
    phase: str
    lines: tuple[Line, ...]
    policy: str


@dataclass(frozen=True)
class View:
    """The page."""

    q: str
    filters: tuple[Filter, ...]
    filtered: bool
    rows: tuple[DecisionRow, ...]
    next_page: str
    first_page: str
    fresh: Part


@dataclass(frozen=True)
class Trace:
    """One decision whole."""

    policy: str
    code: str
    draw: str
    facts: str


@router.get("/decisions")
async def decisions(request: Request, who: Who) -> Response:
    """The log, newest first."""
    viewer = Viewer.of(request, who)
    asked = {key: value.strip() for key, value in request.query_params.items()}
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Decisions", here="/decisions")
        view = await _view(viewer, conn, asked)
    return page("pages/decisions.html", frame=shell, view=view)


@router.get("/live/decisions/{decision_id}")
async def trace(request: Request, who: Who, decision_id: UUID, at: datetime) -> Response:
    """Everything one decision was made on."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        row = await store.one(conn, who.office_id, decision_id, at, owner=visible_owner(who))
    if row is None:
        raise HTTPException(404)
    view = Trace(
        row["policy"], row["code"], f"{row['draw']:.3f}", json.dumps(row["facts"], indent=2, ensure_ascii=False)
    )
    return fragment(request, part("parts/decision_trace.html", view, url="", id=f"trace-{decision_id}"))


async def _view(viewer: Viewer, conn: Conn, asked: dict[str, str]) -> View:
    office_id, owner, q = viewer.who.office_id, visible_owner(viewer.who), asked.get("q", "")[:100]
    filters: tuple[Filter, ...] = (
        Filter("verdict", "Verdict", tuple((code, said[2]) for code, said in VERDICTS.items()), ""),
        Filter("kind", "Decision", tuple((code, said[2]) for code, said in DECISIONS.items()), ""),
        Filter("phase", "Moment", tuple(PHASES.items()), ""),
    )
    filters = chosen_of(filters, asked)
    picked = {f.name: f.chosen or None for f in filters}
    found = tuple(row["id"] for row in await leads.find(conn, office_id, q, owner=owner)) if q else None
    ask = store.Ask(**picked, leads=found, owner=owner)
    after = cursor.decision(asked.get("after", ""))
    rows = await store.page(conn, office_id, ask, after=after, limit=ROWS + 1)
    more, rows = len(rows) > ROWS, rows[:ROWS]
    kept = {name: value for name, value in picked.items() if value} | ({"q": q} if q else {})
    last = cursor.of_decision(rows[-1]["at"], rows[-1]["id"]) if rows else ""
    return View(
        q=q,
        filters=filters,
        filtered=bool(kept),
        rows=tuple(_row(row, viewer) for row in rows),
        next_page=query(kept | {"after": last}) if more else "",
        first_page=query(kept) if after else "",
        fresh=fresh.nothing_yet("decision", viewer.at),
    )


def _row(row: Row, viewer: Viewer) -> DecisionRow:
    icon, tone, what = DECISIONS[row["kind"]]
    # A hand-off and a stop are no verdict on a message: their own name says it all.
    judged = row["verdict"] if row["kind"] in ("send", "wait") else ""
    verdict_icon, verdict_tone, verdict = VERDICTS.get(judged, ("", "", ""))
    return DecisionRow(
        id=str(row["id"]),
        trace=f"/live/decisions/{row['id']}{query({'at': row['at'].isoformat()})}",
        at=times.moment(row["at"], viewer.zone, viewer.at),
        lead_id=str(row["lead_id"]),
        name=name_of(row),
        icon=icon,
        tone=tone,
        what=what,
        verdict_icon=verdict_icon,
        verdict_tone=verdict_tone,
        verdict=verdict,
        reason=why.short(row["reasons"], row["verdict"]),
        until=times.maybe(row["until"], viewer.zone, viewer.at),
        phase=PHASES[row["phase"]],
        lines=why.lines(row["reasons"], viewer.zone, viewer.at),
        policy=row["policy"],
    )
