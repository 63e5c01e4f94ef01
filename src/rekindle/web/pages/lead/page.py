"""One lead: who, the conversation, the story, what comes next and why."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from rekindle.kit.db import Conn, Row
from rekindle.reports.lead import store
from rekindle.web.pages.frame import Viewer, Who, frame
from rekindle.web.pages.lead import about, talk
from rekindle.web.pages.lead import who as head
from rekindle.web.pages.lead.talk import Composer
from rekindle.web.pages.render import Part, fragment, page
from rekindle.web.pages.words import name_of
from rekindle.web.session import visible_owner

router = APIRouter()


@dataclass(frozen=True)
class View:
    """The page: three live pieces, and what is written in."""

    id: str
    name: str
    showing: str
    who: Part
    talk: Part
    about: Part
    composer: Composer


@router.get("/leads/{lead_id}")
async def lead(request: Request, who: Who, lead_id: UUID, view: str = "") -> Response:
    """The page of one lead; a merged one leads to the lead it became."""
    viewer = Viewer.of(request, who)
    showing = "story" if view == "story" else "talk"
    async with viewer.engine.db.office(who.office_id) as conn:
        row = await visible(viewer, conn, lead_id)
        if row["merged_into"] is not None:
            return RedirectResponse(f"/leads/{row['merged_into']}", status_code=303)
        shell = await frame(request, viewer, conn, title=name_of(row), here="/leads")
        made = View(
            id=str(lead_id),
            name=name_of(row),
            showing=showing,
            who=await head.build(viewer, conn, row),
            talk=await talk.build(viewer, conn, row, showing=showing),
            about=await about.build(viewer, conn, row),
            composer=await talk.composer(viewer, conn, row),
        )
    return page("pages/lead.html", frame=shell, view=made)


@router.get("/live/leads/{lead_id}/{piece}")
async def live(request: Request, who: Who, lead_id: UUID, piece: str, view: str = "talk") -> Response:
    """One piece of the page, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        row = await visible(viewer, conn, lead_id)
        return fragment(request, await _piece(viewer, conn, row, piece, view))


async def _piece(viewer: Viewer, conn: Conn, row: Row, piece: str, view: str) -> Part:
    if piece == "who":
        return await head.build(viewer, conn, row)
    if piece == "talk":
        return await talk.build(viewer, conn, row, showing="story" if view == "story" else "talk")
    if piece == "about":
        return await about.build(viewer, conn, row)
    raise HTTPException(404)


async def visible(viewer: Viewer, conn: Conn, lead_id: UUID) -> Row:
    """The lead's row; what an agent may not see is not there for them (404)."""
    row = await store.one(conn, viewer.who.office_id, lead_id, owner=visible_owner(viewer.who))
    if row is None:
        raise HTTPException(404)
    return row
