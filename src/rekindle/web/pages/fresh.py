"""What came since a list was drawn: it says so and waits to be asked, instead of jumping under a person's eyes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from rekindle.reports.decisions import store as decisions
from rekindle.reports.leads import store as leads
from rekindle.web.pages.frame import Viewer, Who
from rekindle.web.pages.render import Part, fragment, part
from rekindle.web.pages.words import counted
from rekindle.web.session import visible_owner

router = APIRouter()

MOST = 100


@dataclass(frozen=True)
class View:
    """How much is new, and where to see it."""

    text: str
    href: str


def nothing_yet(noun: str, since: datetime) -> Part:
    """The piece as a fresh list holds it: empty, asking for what comes after `since`."""
    return _part(0, noun, since)


@router.get("/live/new/leads")
async def new_leads(request: Request, who: Who, since: Annotated[datetime, Query()]) -> Response:
    """Leads that arrived since."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        number = await leads.arrived_since(conn, who.office_id, since, owner=visible_owner(who))
    return fragment(request, _part(number, "lead", since))


@router.get("/live/new/decisions")
async def new_decisions(request: Request, who: Who, since: Annotated[datetime, Query()]) -> Response:
    """Decisions made since."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        number = await decisions.made_since(conn, who.office_id, since, owner=visible_owner(who), most=MOST)
    return fragment(request, _part(number, "decision", since))


def _part(number: int, noun: str, since: datetime) -> Part:
    more = "+" if number == MOST else ""
    view = View(counted(number, noun).replace(" ", f"{more} new ", 1) if number else "", f"/{noun}s")
    url = f"/live/new/{noun}s?" + urlencode({"since": since.isoformat()})
    return part("parts/fresh.html", view, url=url, id="fresh", every="6s")
