"""Today: who needs a person now, what waits for hours, what went out, how fast we were, what is stuck."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from rekindle.web.pages import times
from rekindle.web.pages.frame import Viewer, Who, frame, waiting_part
from rekindle.web.pages.render import Part, fragment, page
from rekindle.web.pages.today import needs, numbers

router = APIRouter()


@dataclass(frozen=True)
class View:
    """The page."""

    day: str
    zone: str
    needs: Part
    numbers: Part


@router.get("/")
async def today(request: Request, who: Who) -> Response:
    """The page people keep open."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Today", here="/")
        view = View(
            day=times.long_day(viewer.at, viewer.zone),
            zone=who.office.timezone.replace("_", " "),
            needs=await needs.build(viewer, conn),
            numbers=await numbers.build(viewer, conn),
        )
    return page("pages/today.html", frame=shell, view=view)


@router.get("/live/today/needs")
async def live_needs(request: Request, who: Who) -> Response:
    """Who needs a person, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await needs.build(viewer, conn))


@router.get("/live/today/numbers")
async def live_numbers(request: Request, who: Who) -> Response:
    """The numbers, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await numbers.build(viewer, conn))


@router.get("/live/waiting")
async def live_waiting(request: Request, who: Who) -> Response:
    """The number in the rail, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await waiting_part(viewer, conn))
