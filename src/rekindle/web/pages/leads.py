"""Leads: filter, search, one page after another."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from rekindle.decide.words import LeadKind, Stage, Temperature
from rekindle.kit.db import Conn, Row
from rekindle.office import people
from rekindle.reports.leads import store
from rekindle.reports.leads.types import Ask, Order, Reach
from rekindle.web.pages import cursor, fresh, times
from rekindle.web.pages.filters import Filter, chosen_of, query
from rekindle.web.pages.frame import Viewer, Who, frame
from rekindle.web.pages.render import Part, page
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import INTENTS, KINDS, STAGES, name_of, phone, plain, word
from rekindle.web.session import visible_owner

router = APIRouter()

ROWS = 50
MOST_COUNTED = 1000
REACHES = (("sms", "may be texted"), ("email", "may be e-mailed"), ("none", "no consent"))
SHORTEST_SEARCH = 2

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class LeadRow:
    """One line of the list."""

    id: str
    name: str
    reach: str
    kind: str
    stage: str
    source: str
    owner: str
    temperature: str
    score: int | None
    last: Moment | None
    last_what: str
    next: Moment | None
    next_what: str


@dataclass(frozen=True)
class View:
    """The page."""

    q: str
    filters: tuple[Filter, ...]
    filtered: bool
    rows: tuple[LeadRow, ...]
    count: str
    next_page: str
    first_page: str
    searching: bool
    too_short: bool
    fresh: Part


@router.get("/leads")
async def leads(request: Request, who: Who) -> Response:
    """The list, or what a search found."""
    viewer = Viewer.of(request, who)
    asked = {key: value.strip() for key, value in request.query_params.items()}
    q = asked.get("q", "")[:100]
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Leads", here="/leads")
        filters = await _filters(viewer, conn, asked)
        if q:
            view = await _found(viewer, conn, q, filters)
        else:
            view = await _listed(viewer, conn, asked, filters)
    return page("pages/leads.html", frame=shell, view=view)


async def _found(viewer: Viewer, conn: Conn, q: str, filters: tuple[Filter, ...]) -> View:
    too_short = len(q) < SHORTEST_SEARCH
    rows = [] if too_short else await store.find(conn, viewer.who.office_id, q, owner=visible_owner(viewer.who))
    full = len(rows) == store.SEARCH_LIMIT
    return View(
        q=q,
        filters=filters,
        filtered=True,
        rows=tuple(_row(row, viewer) for row in rows),
        count=f"the first {len(rows)}" if full else f"{len(rows)} found",
        next_page="",
        first_page="",
        searching=True,
        too_short=too_short,
        fresh=fresh.nothing_yet("lead", viewer.at),
    )


async def _listed(viewer: Viewer, conn: Conn, asked: dict[str, str], filters: tuple[Filter, ...]) -> View:
    ask, office_id = _ask(viewer, asked), viewer.who.office_id
    after = cursor.lead(asked.get("after", ""))
    rows = await store.page(conn, office_id, ask, after=after, limit=ROWS + 1)
    number = await store.about_how_many(conn, office_id, ask, most=MOST_COUNTED + 1)
    more, rows = len(rows) > ROWS, rows[:ROWS]
    kept = {f.name: f.chosen for f in filters if f.chosen}
    last = cursor.of_lead(rows[-1]["created_at"], rows[-1]["score"], rows[-1]["id"]) if rows else ""
    return View(
        q="",
        filters=filters,
        filtered=bool(set(kept) - {"order"}),
        rows=tuple(_row(row, viewer) for row in rows),
        count=f"more than {MOST_COUNTED:,}" if number > MOST_COUNTED else f"{number:,}",
        next_page=query(kept | {"after": last}) if more else "",
        first_page=query(kept) if after else "",
        searching=False,
        too_short=False,
        fresh=fresh.nothing_yet("lead", viewer.at),
    )


def _ask(viewer: Viewer, asked: dict[str, str]) -> Ask:
    owner = asked.get("owner", "")
    return Ask(
        stage=_one(Stage, asked.get("stage")),
        temperature=_one(Temperature, asked.get("temperature")),
        kind=_one(LeadKind, asked.get("kind")),
        owner=visible_owner(viewer.who) or _uuid(owner),
        unowned=owner == "nobody" and visible_owner(viewer.who) is None,
        source=asked.get("source") or None,
        reach=_one(Reach, asked.get("reach")),
        order=_one(Order, asked.get("order")) or Order.NEWEST,
    )


def _one(kind: type[Word], text: str | None) -> Word | None:
    return kind(text) if text in {item.value for item in kind} else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _filters(viewer: Viewer, conn: Conn, asked: dict[str, str]) -> tuple[Filter, ...]:
    office_id = viewer.who.office_id
    sources = tuple((name, plain(name)) for name in await store.sources(conn, office_id))
    orders = (("newest", "newest first"), ("score", "highest score first"))
    filters = [
        Filter("temperature", "Temperature", tuple((t.value, t.value) for t in Temperature), ""),
        Filter("stage", "Stage", tuple((s.value, STAGES[s]) for s in Stage), ""),
        Filter("kind", "Kind", tuple((k.value, KINDS[k]) for k in LeadKind), ""),
        Filter("source", "Source", sources, ""),
        Filter("reach", "Channel", REACHES, ""),
    ]
    if visible_owner(viewer.who) is None:
        everybody = tuple((str(p.id), p.name) for p in await people.everybody(conn, office_id))
        filters.append(Filter("owner", "Owner", (("nobody", "nobody"), *everybody), ""))
    filters.append(Filter("order", "Order", orders, Order.NEWEST.value))
    return chosen_of(tuple(filters), asked)


def _row(row: Row, viewer: Viewer) -> LeadRow:
    last = max((t for t in (row["last_inbound_at"], row["last_outbound_at"]) if t), default=None)
    return LeadRow(
        id=str(row["id"]),
        name=name_of(row, row["email"] or phone(row["phone"] or "") or "Somebody without a name"),
        reach=" · ".join(part for part in (phone(row["phone"] or ""), row["email"]) if part),
        kind=word(KINDS, row["kind"]) if row["kind"] != "unknown" else "",
        stage=word(STAGES, row["stage"]),
        source=plain(row["source"]),
        owner=row["owner"] or "",
        temperature=row["temperature"] or "",
        score=row["score"],
        last=times.maybe(last or row["created_at"], viewer.zone, viewer.at),
        last_what=_last_what(row, last),
        next=times.maybe(row["next_touch_at"], viewer.zone, viewer.at),
        next_what=_next_what(row, viewer),
    )


def _last_what(row: Row, last: datetime | None) -> str:
    if last is None:
        return "arrived"
    if last != row["last_inbound_at"]:
        return "we wrote"
    meaning = INTENTS.get(row["intent"] or "", "")
    return f"they wrote, {meaning}" if meaning else "they wrote"


def _next_what(row: Row, viewer: Viewer) -> str:
    if row["conversation"] == "person":
        return "a person speaks"
    if row["paused_until"] and row["paused_until"] > viewer.at:
        return "paused"
    return "" if row["next_touch_at"] else "nothing planned"
