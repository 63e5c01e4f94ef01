"""What one tap on Today does: take what was offered, pass it on, put a notice away."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from rekindle.alerts import notice
from rekindle.routing import handoff
from rekindle.routing.types import AlreadyTakenError, NoSuchHandoffError
from rekindle.web.pages.frame import Viewer, Who
from rekindle.web.session import visible_owner

router = APIRouter()


@router.post("/handoffs/{handoff_id}/acknowledge")
async def acknowledge(request: Request, who: Who, handoff_id: UUID) -> Response:
    """Take a lead that was handed over, and go there: the next thing to do is to write."""
    viewer = Viewer.of(request, who)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            lead_id = await handoff.acknowledge(conn, who.office_id, handoff_id, who.person_id, at=viewer.at)
    except (AlreadyTakenError, NoSuchHandoffError):
        return RedirectResponse("/?done=not-open", status_code=303)
    return RedirectResponse(f"/leads/{lead_id}?done=taken", status_code=303)


@router.post("/handoffs/{handoff_id}/pass-on")
async def pass_on(request: Request, who: Who, handoff_id: UUID) -> Response:
    """Give an offer back; the next available agent is offered the lead."""
    viewer = Viewer.of(request, who)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await handoff.release(conn, who.office_id, handoff_id, who.person_id, at=viewer.at)
    except (AlreadyTakenError, NoSuchHandoffError):
        return RedirectResponse("/?done=not-open", status_code=303)
    return RedirectResponse("/?done=passed", status_code=303)


@router.post("/notices/{notice_id}/seen")
async def seen(request: Request, who: Who, notice_id: UUID) -> Response:
    """Put a notice away."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        await notice.mark_seen(
            conn, who.office_id, notice_id, who.person_id, office_wide=visible_owner(who) is None, at=viewer.at
        )
    return RedirectResponse("/", status_code=303)
