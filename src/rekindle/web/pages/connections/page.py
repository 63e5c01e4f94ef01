"""The page itself; the doings render it again with what they led to."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from rekindle.web.pages.connections.view import Outcome, look
from rekindle.web.pages.frame import Manager, Viewer, frame
from rekindle.web.pages.render import page

router = APIRouter()


@router.get("/connections")
async def connections(request: Request, who: Manager) -> Response:
    """Every provider: connected ones first."""
    return await show(request, Viewer.of(request, who))


async def show(request: Request, viewer: Viewer, outcome: Outcome | None = None, *, status: int = 200) -> Response:
    """The whole page, with what a form just sent led to."""
    async with viewer.engine.db.office(viewer.who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Connections", here="/connections")
        view = await look(conn, viewer, outcome)
    return page("pages/connections.html", frame=shell, view=view, status=status)
