"""Who is asking: the session cookie and what FastAPI routes depend on."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from rekindle.kit.settings import Settings
from rekindle.office import login, sessions
from rekindle.office.sessions import SignedIn
from rekindle.office.types import Role
from rekindle.web import source
from rekindle.web.engine import Engine

AnyResponse = TypeVar("AnyResponse", bound=Response)


class AnonymousError(Exception):
    """Nobody is signed in: a page leads to the login, everything else is refused."""


class ForbiddenError(Exception):
    """Somebody is signed in who may not do this."""


def engine_of(request: Request) -> Engine:
    """The engine behind this application."""
    engine: Engine = request.app.state.engine
    return engine


async def signed_in(request: Request) -> SignedIn:
    """The person behind the session cookie; raises AnonymousError."""
    engine = engine_of(request)
    token = request.cookies.get(cookie_name(engine.settings))
    found = await sessions.find(engine.db, token, at=engine.clock.now()) if token else None
    if found is None:
        raise AnonymousError
    return found


def at_least(role: Role) -> Callable[[SignedIn], Awaitable[SignedIn]]:
    """A dependency: the person signed in, who has this role or a higher one; raises ForbiddenError."""

    async def check(who: SignedIn = Depends(signed_in)) -> SignedIn:
        if who.role.rank < role.rank:
            raise ForbiddenError
        return who

    return check


def visible_owner(who: SignedIn) -> UUID | None:
    """Whose leads this person may see: an agent their own, everybody above all (None)."""
    return who.person_id if who.role is Role.AGENT else None


async def sign_in(request: Request, *, name: str, password: str, response: AnyResponse) -> AnyResponse:
    """Sign in and hand the new session to `response`; raises login.WrongLoginError or login.ThrottledError."""
    engine = engine_of(request)
    token = await login.sign_in(
        engine.db,
        engine.keyring,
        login=name,
        password=password,
        source=source.address(request.scope, engine.settings.trusted_proxies),
        at=engine.clock.now(),
        old_token=request.cookies.get(cookie_name(engine.settings)),
    )
    response.set_cookie(
        cookie_name(engine.settings),
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/",
        secure=_https(engine.settings),
        httponly=True,
        samesite="lax",
    )
    return response


async def sign_out(request: Request, response: AnyResponse) -> AnyResponse:
    """End the session on the server and in the browser; no error when there is none."""
    engine = engine_of(request)
    name = cookie_name(engine.settings)
    if token := request.cookies.get(name):
        await sessions.end(engine.db, token)
    response.delete_cookie(name, path="/", secure=_https(engine.settings), httponly=True, samesite="lax")
    return response


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this very host; without https the port keeps two engines of a machine apart."""
    return "__Host-rekindle" if _https(settings) else f"rekindle_{settings.port}"


def safe_next(path: str | None) -> str:
    """Where to go after the login: a path of our own, never another site."""
    if not path or not path.isprintable() or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    return path


def _https(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
