"""Dead errands: calls to providers that were given up, on the page of dead letters; try again or let go. Managers."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from rekindle.errands import store
from rekindle.errands.words import said
from rekindle.kit.db import Conn
from rekindle.web.pages import times
from rekindle.web.pages.frame import Manager, Viewer
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import counted

router = APIRouter()

MOST = 100
HERE = "/dead-letters?done={}#errands"


@dataclass(frozen=True)
class Call:
    """One errand that was given up."""

    id: str
    what: str
    at: Moment
    age: str
    tried: str
    reason: str


async def calls(viewer: Viewer, conn: Conn) -> tuple[Call, ...]:
    """The office's dead errands, oldest first."""
    rows = await store.listed(conn, viewer.who.office_id, dead=True, limit=MOST)
    return tuple(
        Call(
            id=str(row["id"]),
            what=said(row["kind"], row["payload"]),
            at=times.moment(row["created_at"], viewer.zone, viewer.at),
            age=times.ago(row["created_at"], viewer.at),
            tried=counted(row["attempts"], "attempt"),
            reason=row["reason"],
        )
        for row in rows
    )


@router.post("/errands/{errand_id}/retry")
async def retry(request: Request, who: Manager, errand_id: UUID) -> Response:
    """Run it again at once."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        done = await store.revive(conn, who.office_id, errand_id, at=viewer.at)
    return RedirectResponse(HERE.format("retried" if done else "not-open"), status_code=303)


@router.post("/errands/{errand_id}/discard")
async def discard(request: Request, who: Manager, errand_id: UUID) -> Response:
    """Forget it: whatever needs it asks for it anew."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        done = await store.discard(conn, who.office_id, errand_id)
    return RedirectResponse(HERE.format("let-go" if done else "not-open"), status_code=303)
