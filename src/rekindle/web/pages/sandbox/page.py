"""The sandbox from the other side: look at the leads' phones, and answer as the lead."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from rekindle.decide.words import Channel
from rekindle.office.types import Mode
from rekindle.providers.ports import Phone, PhoneError
from rekindle.web.pages.frame import Viewer, Who, frame
from rekindle.web.pages.render import fragment, page
from rekindle.web.pages.sandbox import view as show

router = APIRouter()

MOST_THREADS = 60
LONGEST = 1600
AWAY = "The sandbox does not answer just now. It runs beside the engine; start both with `make up`."
TRIES = ("Yes, I am interested", "Can I see it this weekend?", "Not now, maybe in spring", "STOP", "Who is this?")


@router.get("/sandbox")
async def sandbox(
    request: Request,
    who: Who,
    channel: Channel | None = None,
    address: Annotated[str, Query(max_length=320)] = "",
) -> Response:
    """All phones, and one of them open."""
    viewer = Viewer.of(request, who)
    phones = _phones(viewer)
    try:
        rows = await phones.threads(who.office.slug, limit=MOST_THREADS)
        thread = await phones.thread(who.office.slug, channel, address) if channel and address else None
    except PhoneError as error:
        raise HTTPException(503, AWAY) from error
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Sandbox", here="/sandbox")
        threads = await show.threads(viewer, conn, rows, address)
        opened = await show.opened(viewer, conn, thread) if thread is not None else None
    return page("pages/sandbox.html", frame=shell, view=show.View(threads, opened, TRIES))


@router.get("/live/sandbox/threads")
async def live_threads(request: Request, who: Who, address: Annotated[str, Query(max_length=320)] = "") -> Response:
    """The list, again."""
    viewer = Viewer.of(request, who)
    try:
        rows = await _phones(viewer).threads(who.office.slug, limit=MOST_THREADS)
    except PhoneError:
        return Response(status_code=204)  # the page keeps what it shows
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await show.threads(viewer, conn, rows, address))


@router.get("/live/sandbox/phone")
async def live_phone(
    request: Request,
    who: Who,
    channel: Channel,
    address: Annotated[str, Query(max_length=320)],
) -> Response:
    """The open phone's screen, again."""
    viewer = Viewer.of(request, who)
    phones = _phones(viewer)
    async with viewer.engine.db.office(who.office_id) as conn:
        await show.may_see(viewer, conn, address)
    try:
        thread = await phones.thread(who.office.slug, channel, address)
    except PhoneError:
        return Response(status_code=204)  # the page keeps what it shows
    return fragment(request, show.screen(viewer, thread))


@router.post("/sandbox/reply")
async def reply(
    request: Request,
    who: Who,
    channel: Annotated[Channel, Form()],
    address: Annotated[str, Form(max_length=320)],
    text: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Write as the lead."""
    viewer = Viewer.of(request, who)
    phones = _phones(viewer)
    async with viewer.engine.db.office(who.office_id) as conn:
        await show.may_see(viewer, conn, address)
    done = "empty"
    if text.strip():
        try:
            await phones.reply(who.office.slug, channel, address, text.strip())
            done = "replied"
        except PhoneError:
            done = "unreachable"
    return RedirectResponse(show.href(channel, address, done=done), status_code=303)


def _phones(viewer: Viewer) -> Phone:
    phones = viewer.engine.providers.phone
    if phones is None or viewer.who.office.mode is not Mode.SANDBOX:
        raise HTTPException(404)
    return phones
