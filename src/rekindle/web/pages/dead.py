"""Dead letters: what came in and could not be handled, with its reason and what it says. Managers.

Bodies hold personal data, so nobody else sees them: try again, make a lead of it by hand, or let it go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from rekindle.decide.words import Lane
from rekindle.inbox import dead
from rekindle.inbox.dead import NotDeadError, UnusableEntryError
from rekindle.inbox.readable import readable
from rekindle.inbox.types import Dead
from rekindle.web.pages import errands, times
from rekindle.web.pages.errands import Call
from rekindle.web.pages.frame import Manager, Viewer, frame
from rekindle.web.pages.render import page
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import counted, plain

router = APIRouter()

MOST = 100
LONGEST_BODY = 20_000
LONGEST_WHY = 200

Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=5000)]


@dataclass(frozen=True)
class Entry:
    """A lead as a person typed it in, and what is wrong with it."""

    name: str = ""
    phone: str = ""
    email: str = ""
    message: str = ""
    errors: tuple[str, ...] = ()


BLANK = Entry()
NOTHING: Mapping[UUID, Entry] = MappingProxyType({})


@dataclass(frozen=True)
class Letter:
    """One event that could not be handled. `asks`: somebody may be waiting for an answer behind it."""

    id: str
    source: str
    external_id: str
    at: Moment
    age: str
    reason: str
    tried: str
    payload: str
    asks: bool
    entry: Entry


@dataclass(frozen=True)
class View:
    """The page."""

    letters: tuple[Letter, ...]
    full: bool
    calls: tuple[Call, ...]


@router.get("/dead-letters")
async def letters(request: Request, who: Manager) -> Response:
    """The lists, newest events first."""
    return await _show(request, Viewer.of(request, who))


@router.post("/dead-letters/{event_id}/retry")
async def retry(request: Request, who: Manager, event_id: UUID) -> Response:
    """Handle it anew."""
    viewer = Viewer.of(request, who)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await dead.retry(conn, who.office_id, event_id, at=viewer.at)
    except NotDeadError:
        return _back("not-open")
    return _back("retried")


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
        return _back("not-open")
    return _back("discarded")


@router.post("/dead-letters/{event_id}/lead")
async def make_lead(
    request: Request,
    who: Manager,
    event_id: UUID,
    *,
    name: Short = "",
    phone: Short = "",
    email: Short = "",
    message: Long = "",
) -> Response:
    """Hand in what a person read in it, and let it go; what cannot be used is said at its form."""
    viewer = Viewer.of(request, who)
    typed = {"name": name, "phone": phone, "email": email, "message": message}
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await dead.make_lead(conn, who.office_id, event_id, typed, who=who.name, at=viewer.at)
    except NotDeadError:
        return _back("not-open")
    except UnusableEntryError as error:
        entry = Entry(**typed, errors=tuple(_said(one) for one in error.errors))
        return await _show(request, viewer, {event_id: entry}, status=422)
    return _back("by-hand")


async def _show(
    request: Request, viewer: Viewer, entries: Mapping[UUID, Entry] = NOTHING, *, status: int = 200
) -> Response:
    office_id = viewer.who.office_id
    async with viewer.engine.db.office(office_id) as conn:
        shell = await frame(request, viewer, conn, title="Dead letters", here="/dead-letters")
        found = await dead.list_dead(conn, office_id, limit=MOST)
        calls = await errands.calls(viewer, conn)
    view = View(
        tuple(_letter(one, viewer, entries.get(one.event_id, BLANK)) for one in found),
        full=len(found) == MOST,
        calls=calls,
    )
    return page("pages/dead.html", frame=shell, view=view, status=status)


def _back(code: str) -> Response:
    return RedirectResponse(f"/dead-letters?done={code}", status_code=303)


def _letter(one: Dead, viewer: Viewer, entry: Entry) -> Letter:
    return Letter(
        id=str(one.event_id),
        source=plain(one.source),
        external_id=one.external_id,
        at=times.moment(one.received_at, viewer.zone, viewer.at),
        age=times.ago(one.received_at, viewer.at),
        reason=one.reason,
        tried=counted(one.attempts, "attempt"),
        payload=_cut(readable(one.body, one.content_type)),
        asks=_asks(one, viewer),
        entry=entry,
    )


def _asks(one: Dead, viewer: Viewer) -> bool:
    """Whether its source brings people who ask: forms, portals, lead mails."""
    inbound = viewer.engine.providers.inbound.get(one.source)
    return one.source.endswith("mail") or (inbound is not None and inbound.lane is Lane.FIRST_TOUCH)


def _cut(text: str) -> str:
    more = len(text) - LONGEST_BODY
    return text if more <= 0 else f"{text[:LONGEST_BODY]}\n… {more} characters more"


def _said(error: Mapping[str, str]) -> str:
    return f"{error['field'].capitalize()}: {error['why']}" if error["field"] else error["why"]
