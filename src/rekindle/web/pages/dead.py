"""Dead letters: what came in and could not be handled, with its reason and its bytes; retry or let go. Managers."""

import json
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from rekindle.inbox import dead
from rekindle.inbox.dead import NotDeadError
from rekindle.inbox.types import Dead
from rekindle.web.pages import times
from rekindle.web.pages.frame import Manager, Viewer, frame
from rekindle.web.pages.render import page
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import plain

router = APIRouter()

MOST = 100
LONGEST_BODY = 20_000
LONGEST_WHY = 200


@dataclass(frozen=True)
class Letter:
    """One event that could not be handled."""

    id: str
    source: str
    external_id: str
    at: Moment
    reason: str
    attempts: int
    payload: str


@dataclass(frozen=True)
class View:
    """The page."""

    letters: tuple[Letter, ...]
    full: bool


@router.get("/dead-letters")
async def letters(request: Request, who: Manager) -> Response:
    """The list, newest first."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Dead letters", here="/dead-letters")
        found = await dead.list_dead(conn, who.office_id, limit=MOST)
    view = View(tuple(_letter(one, viewer) for one in found), full=len(found) == MOST)
    return page("pages/dead.html", frame=shell, view=view)


@router.post("/dead-letters/{event_id}/retry")
async def retry(request: Request, who: Manager, event_id: UUID) -> Response:
    """Handle it anew."""
    viewer = Viewer.of(request, who)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await dead.retry(conn, who.office_id, event_id, at=viewer.at)
    except NotDeadError:
        return RedirectResponse("/dead-letters?done=not-open", status_code=303)
    return RedirectResponse("/dead-letters?done=retried", status_code=303)


@router.post("/dead-letters/{event_id}/discard")
async def discard(
    request: Request, who: Manager, event_id: UUID, why: Annotated[str, Form(max_length=LONGEST_WHY)] = ""
) -> Response:
    """Let it go; the name and the reason stay with it."""
    viewer = Viewer.of(request, who)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            reason = why.strip() or "no reason given"
            await dead.discard(conn, who.office_id, event_id, who=who.name, why=reason, at=viewer.at)
    except NotDeadError:
        return RedirectResponse("/dead-letters?done=not-open", status_code=303)
    return RedirectResponse("/dead-letters?done=discarded", status_code=303)


def _letter(one: Dead, viewer: Viewer) -> Letter:
    return Letter(
        id=str(one.event_id),
        source=plain(one.source),
        external_id=one.external_id,
        at=times.moment(one.received_at, viewer.zone, viewer.at),
        reason=one.reason,
        attempts=one.attempts,
        payload=_readable(one.body),
    )


def _readable(body: bytes) -> str:
    """The bytes as text, whatever they are: JSON laid out, everything else as it came, what is no text marked."""
    try:
        laid_out = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        text = laid_out.encode(errors="replace").decode()  # an escape may name half a character, which no page can hold
    except (ValueError, RecursionError):
        text = body.decode(errors="replace")
    more = len(text) - LONGEST_BODY
    return text if more <= 0 else f"{text[:LONGEST_BODY]}\n… {more} characters more"
