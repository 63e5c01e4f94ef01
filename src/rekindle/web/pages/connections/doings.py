"""What a manager does on the connections page: enter, look now, choose what carries what, disconnect."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from rekindle.connections.connect import connect, disconnect, route
from rekindle.connections.entry import ConnectError
from rekindle.connections.look import Looker
from rekindle.connections.types import State
from rekindle.decide.words import Channel
from rekindle.outbox.resume import resume
from rekindle.providers.ports import Plug
from rekindle.traffic import store as traffic
from rekindle.traffic.breaker import mend
from rekindle.web.pages.connections.page import show
from rekindle.web.pages.connections.view import Outcome
from rekindle.web.pages.frame import Manager, Viewer

router = APIRouter()


@router.post("/connections/{provider}")
async def enter(request: Request, who: Manager, provider: str) -> Response:
    """Keep what was entered and look at once; the answer is the page, because made-up values are shown this once."""
    viewer = Viewer.of(request, who)
    plug = plug_of(viewer, provider)
    async with request.form() as form:
        typed = {one.name: form[one.name] for one in plug.fields if one.name in form}
    given = {name: value for name, value in typed.items() if isinstance(value, str)}
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            engine = viewer.engine
            done = await connect(conn, who.office_id, engine.keyring, plug, given, at=viewer.at)
    except ConnectError as error:
        return await show(request, viewer, Outcome(provider, error=str(error), typed=given), status=422)
    await settle(viewer, plug)
    return await show(request, viewer, Outcome(provider, made=done.made))


@router.post("/connections/{provider}/check")
async def check(request: Request, who: Manager, provider: str) -> Response:
    """Look now; what was seen stands on the card."""
    viewer = Viewer.of(request, who)
    await settle(viewer, plug_of(viewer, provider))
    return _back(provider, "looked")


@router.post("/connections/{provider}/carry")
async def carry(request: Request, who: Manager, provider: str, channel: Annotated[Channel, Form()]) -> Response:
    """Let it carry a channel from now on."""
    viewer = Viewer.of(request, who)
    plug = plug_of(viewer, provider)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await route(conn, who.office_id, channel, plug)
            await resume(conn, who.office_id, at=viewer.at)
    except ConnectError as error:
        return await show(request, viewer, Outcome(provider, error=str(error)), status=422)
    viewer.engine.accounts.forget(who.office_id)
    return _back(provider, "carries")


@router.post("/connections/{provider}/disconnect")
async def leave(request: Request, who: Manager, provider: str) -> Response:
    """Forget the credentials; disconnecting twice is no error."""
    viewer = Viewer.of(request, who)
    plug_of(viewer, provider)
    try:
        async with viewer.engine.db.office(who.office_id) as conn:
            await disconnect(conn, who.office_id, provider, at=viewer.at)
    except ConnectError:
        return _back(provider, "not-open")
    viewer.engine.accounts.forget(who.office_id)
    return _back(provider, "disconnected")


def plug_of(viewer: Viewer, provider: str) -> Plug:
    """The plug of this name; an HTTP 404 when there is none."""
    plug = viewer.engine.providers.plugs.get(provider)
    if plug is None:
        raise HTTPException(404)
    return plug


async def settle(viewer: Viewer, plug: Plug) -> None:
    """After something was entered or mended outside: use it at once, look at it, and let waiting work try again."""
    engine, office_id = viewer.engine, viewer.who.office_id
    engine.accounts.forget(office_id)
    looked = await Looker(engine.db, engine.keyring, engine.clock).look(plug, office_id)
    engine.accounts.forget(office_id)  # a look may have learned settings
    if looked is not None and looked.now is State.OK:
        async with engine.db.office(office_id) as conn:
            if (await traffic.read(conn, office_id, plug.provider)).open:
                await mend(conn, office_id, plug.provider, at=viewer.at)
            await resume(conn, office_id, at=viewer.at)


def _back(provider: str, done: str) -> Response:
    return RedirectResponse(f"/connections?done={done}#{provider}", status_code=303)
