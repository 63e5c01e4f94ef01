"""Connecting by consent at the provider's own page (OAuth 2.0, RFC 6749): out with a bound state, back with a code."""

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from rekindle.connections.connect import install
from rekindle.connections.entry import ConnectError
from rekindle.kit import log
from rekindle.kit.crypto import CryptoError, token_hash
from rekindle.providers.ports import CallFailedError, OAuth
from rekindle.web.pages.connections.doings import plug_of, settle
from rekindle.web.pages.frame import Manager, Viewer
from rekindle.web.session import cookie_name

router = APIRouter(include_in_schema=False)
logger = log.get("web")

PURPOSE = "oauth state"
GOOD_FOR = timedelta(minutes=10)
SECONDS = 20.0
LONGEST = 4000


class StaleStateError(Exception):
    """The way back does not belong to a way out of this session, or took too long."""


@router.get("/connect/{provider}/start")
async def start(request: Request, who: Manager, provider: str) -> Response:
    """To the provider, where the person chooses the account and consents."""
    viewer = Viewer.of(request, who)
    oauth = _oauth(viewer, provider)
    url = oauth.authorize_url(_state(request, viewer, provider), _redirect(viewer))
    if urlsplit(url).scheme not in {"https", "http"}:
        raise HTTPException(404)
    return RedirectResponse(url, status_code=303)


@router.get("/connect/callback")
@router.get("/connect/{provider}/callback")
async def back(
    request: Request,
    who: Manager,
    provider: str = "",
    code: Annotated[str, Query(max_length=LONGEST)] = "",
    state: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """From the provider, which the state knows: exchange the code, keep what it gives, look, and say so on the page."""
    viewer = Viewer.of(request, who)
    try:
        provider = _provider_of(request, viewer, state, said=provider)
    except StaleStateError:
        return _said("consent-stale")
    oauth, plug = _oauth(viewer, provider), plug_of(viewer, provider)
    if not code:
        return _said("consent-refused")
    try:
        told = await oauth.exchange(code, _redirect(viewer), deadline=SECONDS)
        async with viewer.engine.db.office(who.office_id) as conn:
            await install(conn, who.office_id, viewer.engine.keyring, plug, told, at=viewer.engine.clock.now())
    except CallFailedError as error:
        logger.warning("consent failed", provider=provider, code=error.code, office_id=str(who.office_id))
        return _said("consent-failed")
    except ConnectError:
        return _said("account-taken")
    await settle(viewer, plug)
    return _said("consented")


def _oauth(viewer: Viewer, provider: str) -> OAuth:
    oauth = viewer.engine.providers.oauth.get(provider)
    if oauth is None:
        raise HTTPException(404)
    return oauth


def _redirect(viewer: Viewer) -> str:
    """The one way back for every provider: HighLevel refuses an address of ours that names it."""
    return f"{viewer.engine.settings.base_url}/connect/callback"


def _said(done: str) -> Response:
    return RedirectResponse(f"/connections?done={done}", status_code=303)


def _state(request: Request, viewer: Viewer, provider: str) -> str:
    """Sealed, so nobody reads or forges it: whose way out this was, from which session, until when it may come back."""
    plain = [provider, viewer.who.office_id.hex, _session(request), (viewer.at + GOOD_FOR).isoformat()]
    closed = viewer.engine.keyring.seal(orjson.dumps(plain), purpose=PURPOSE)
    return base64.urlsafe_b64encode(closed).decode().rstrip("=")


def _provider_of(request: Request, viewer: Viewer, state: str, *, said: str) -> str:
    """Which way out this way back belongs to; raises StaleStateError."""
    try:
        closed = base64.b64decode(state + "=" * (-len(state) % 4), altchars=b"-_", validate=True)
        plain = orjson.loads(viewer.engine.keyring.open(closed, purpose=PURPOSE))
    except (CryptoError, binascii.Error, ValueError) as error:
        raise StaleStateError("not a state of ours") from error
    provider, office, session, until = plain
    same = hmac.compare_digest(session, _session(request)) and office == viewer.who.office_id.hex
    if said not in {"", provider} or not same or viewer.at >= datetime.fromisoformat(until):
        raise StaleStateError("the state of another way out")
    return str(provider)


def _session(request: Request) -> str:
    settings = request.app.state.engine.settings
    return token_hash(request.cookies.get(cookie_name(settings), "")).hex()
