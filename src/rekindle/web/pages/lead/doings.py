"""What a person can do with a lead: write, take over, release, pause, resume, assign. One domain call each."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from rekindle.content.render import BadTemplateError
from rekindle.decide.plain import to_plain
from rekindle.decide.words import Channel, Verdict
from rekindle.nurture import person_send
from rekindle.nurture.means import Means
from rekindle.nurture.person_send import Note
from rekindle.office.people import UnknownPersonError
from rekindle.routing import assign as assigning
from rekindle.routing import pause as pausing
from rekindle.routing import takeover
from rekindle.routing.types import AlreadyTakenError
from rekindle.web.pages import why
from rekindle.web.pages.frame import Manager, Viewer, Who
from rekindle.web.pages.lead.page import visible
from rekindle.web.pages.render import fragment, part
from rekindle.web.pages.why import Line

router = APIRouter()

LONGEST = 5000
LONGEST_SUBJECT = 150
LONGEST_PAUSE = 365


@dataclass(frozen=True)
class GateView:
    """What the gate would say to a message now, or said to the one just tried."""

    verdict: str
    text: str
    lines: tuple[Line, ...]


@router.post("/leads/{lead_id}/take-over")
async def take_over(request: Request, who: Who, lead_id: UUID) -> Response:
    """The viewer speaks with this lead now."""
    viewer = Viewer.of(request, who)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await visible(viewer, conn, lead_id)
            await takeover.take_over(conn, who.office_id, lead_id, who.person_id, at=viewer.at)
    except AlreadyTakenError:
        return _back(lead_id, "not-open")
    return _back(lead_id, "taken")


@router.post("/leads/{lead_id}/release")
async def release(request: Request, who: Who, lead_id: UUID) -> Response:
    """Automation may speak again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        await visible(viewer, conn, lead_id)
        done = await takeover.release(conn, who.office_id, lead_id, who.person_id, at=viewer.at)
    return _back(lead_id, "released" if done else "not-open")


@router.post("/leads/{lead_id}/pause")
async def pause(
    request: Request,
    who: Who,
    lead_id: UUID,
    days: Annotated[int, Form(ge=1, le=LONGEST_PAUSE)] = 1,
) -> Response:
    """Silence for some days."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        await visible(viewer, conn, lead_id)
        until = viewer.at + timedelta(days=days)
        await pausing.pause(conn, who.office_id, lead_id, until=until, by=who.person_id, at=viewer.at)
    return _back(lead_id, "paused")


@router.post("/leads/{lead_id}/resume")
async def resume(request: Request, who: Who, lead_id: UUID) -> Response:
    """End the pause."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        await visible(viewer, conn, lead_id)
        done = await pausing.resume(conn, who.office_id, lead_id, by=who.person_id, at=viewer.at)
    return _back(lead_id, "resumed" if done else "not-open")


@router.post("/leads/{lead_id}/assign")
async def assign(
    request: Request,
    who: Manager,
    lead_id: UUID,
    person: Annotated[str, Form(max_length=36)] = "",
) -> Response:
    """Whose lead this is."""
    viewer = Viewer.of(request, who)
    try:
        chosen = UUID(person) if person else None
        async with viewer.engine.db.office(who.office_id) as conn:
            await visible(viewer, conn, lead_id)
            await assigning.assign(conn, who.office_id, lead_id, chosen, by=who.person_id, at=viewer.at)
    except (ValueError, UnknownPersonError):
        return _back(lead_id, "stranger")
    return _back(lead_id, "assigned")


@router.post("/leads/{lead_id}/messages")
async def send(
    request: Request,
    who: Who,
    lead_id: UUID,
    *,
    channel: Annotated[Channel, Form()],
    key: Annotated[UUID, Form()],
    body: Annotated[str, Form(max_length=LONGEST)] = "",
    subject: Annotated[str, Form(max_length=LONGEST_SUBJECT)] = "",
) -> Response:
    """A person's own message, through the same gate as everything else."""
    viewer = Viewer.of(request, who)
    if not body.strip():
        return _back(lead_id, "empty")
    note = Note(channel, body.strip(), subject.strip() or viewer.who.office.name, key)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await visible(viewer, conn, lead_id)
            answer = await person_send.send(
                conn, who.office_id, lead_id, note, person_id=who.person_id, means=_means(viewer), at=viewer.at
            )
    except BadTemplateError:
        return _back(lead_id, "braces")
    return _back(lead_id, {Verdict.ALLOW: "sent", Verdict.HOLD: "held", Verdict.DENY: "denied"}[answer.verdict])


@router.get("/live/leads/{lead_id}/gate")
async def gate(request: Request, who: Who, lead_id: UUID, channel: Annotated[Channel, Query()]) -> Response:
    """What the gate would say before anybody writes in vain."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        await visible(viewer, conn, lead_id)
        answer = await person_send.preview(conn, who.office_id, lead_id, channel, means=_means(viewer), at=viewer.at)
    reasons = to_plain(answer.reasons)
    view = GateView(
        answer.verdict.value, why.short(reasons, answer.verdict.value), why.lines(reasons, viewer.zone, viewer.at)
    )
    return fragment(request, part("parts/lead_gate.html", view, url="", id="gate"))


def _means(viewer: Viewer) -> Means:
    return Means(viewer.engine.keyring, viewer.engine.settings.base_url)


def _back(lead_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/leads/{lead_id}?done={done}", status_code=303)
