"""The link in every e-mail's foot (RFC 8058): looking changes nothing, one click ends the e-mails, without a login."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from rekindle.content import unsubscribe as tokens
from rekindle.inbox.unsubscribe import unsubscribe
from rekindle.office import store as offices
from rekindle.office.keys import office_key
from rekindle.web.pages.frame import theme_of
from rekindle.web.pages.render import bare
from rekindle.web.session import engine_of

router = APIRouter(include_in_schema=False)

TEMPLATE = "pages/unsubscribe.html"


@router.get("/u/{token}")
async def look(request: Request, token: str) -> Response:
    """What a click would do; mail scanners open every link, so nothing is done here."""
    return await _page(request, token, act=False)


@router.post("/u/{token}")
async def click(request: Request, token: str) -> Response:
    """Leave the address alone from now on, whatever the body says; again is the same 200."""
    return await _page(request, token, act=True)


async def _page(request: Request, token: str, *, act: bool) -> Response:
    engine = engine_of(request)
    theme = theme_of(request)
    try:
        subject = tokens.read(engine.keyring, token)
        async with engine.db.office(subject.office_id) as conn:
            office = await offices.get(conn, subject.office_id)
            if act:
                key = await office_key(conn, subject.office_id, engine.keyring)
                await unsubscribe(
                    conn,
                    subject.office_id,
                    key,
                    channel=subject.channel,
                    address=subject.address,
                    at=engine.clock.now(),
                )
    except (tokens.BadTokenError, offices.UnknownOfficeError):
        return bare(TEMPLATE, status=404, theme=theme, state="unknown", office="", address="", token="")
    state = "done" if act else "ask"
    return bare(TEMPLATE, theme=theme, state=state, office=office.name, address=_masked(subject.address), token=token)


def _masked(address: str) -> str:
    """Enough to recognise one's own address, too little to learn another's."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}…{at}{domain}" if at else f"…{address[-2:]}"
