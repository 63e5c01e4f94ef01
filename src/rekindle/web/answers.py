"""What goes wrong, said in the asker's language: a page to a person, JSON to a program."""

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from rekindle.kit import log
from rekindle.kit.db import Unavailable
from rekindle.leads.types import NoSuchLeadError
from rekindle.web.pages.frame import theme_of
from rekindle.web.pages.render import bare
from rekindle.web.session import AnonymousError, ForbiddenError

logger = log.get("web")

PROGRAMS = ("/api/", "/health/", "/metrics")
RETRY_SECONDS = "5"
TITLES = {
    400: "That did not make sense",
    403: "Not for you",
    404: "Nothing here",
    405: "Not this way",
    409: "Somebody was quicker",
    422: "Something is missing",
    429: "Too often",
    503: "One moment",
}


def problem(request: Request, status: int, text: str, *, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that cannot be served, in the asker's language."""
    if request.url.path.startswith(PROGRAMS):
        return JSONResponse({"errors": [{"field": "", "why": text}]}, status, headers)
    if request.headers.get("hx-request"):
        return PlainTextResponse(text, status, headers)
    title = TITLES.get(status, "Something went wrong")
    page = bare("pages/problem.html", status=status, theme=theme_of(request), title=title, text=text)
    page.headers.update(headers or {})
    return page


def install(app: FastAPI) -> None:
    """Every error a route may raise gets its answer here, once."""
    app.add_exception_handler(AnonymousError, _anonymous)
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(NoSuchLeadError, _not_found)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for error in Unavailable:
        app.add_exception_handler(error, _away)


async def _anonymous(request: Request, _: Exception) -> Response:
    if request.url.path.startswith(PROGRAMS):
        return problem(request, 401, "a valid key is needed", headers={"www-authenticate": "Bearer"})
    if request.headers.get("hx-request"):
        return PlainTextResponse("sign in again", 401, {"hx-redirect": "/login"})
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = f"?next={quote(here, safe='')}" if request.method == "GET" and here != "/" else ""
    return RedirectResponse(f"/login{wanted}", 303)


async def _forbidden(request: Request, _: Exception) -> Response:
    return problem(request, 403, "Your role does not include this. Ask a manager or the owner of the office.")


async def _not_found(request: Request, _: Exception) -> Response:
    return problem(request, 404, "This office has no lead under that address.")


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 the handler is registered for it alone
    found = [{"field": ".".join(map(str, e["loc"][1:])), "why": e["msg"]} for e in error.errors()]
    if request.url.path.startswith(PROGRAMS):
        return JSONResponse({"errors": found}, 422)
    return problem(request, 422, "; ".join(f"{e['field']}: {e['why']}" for e in found))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 the handler is registered for it alone
    words = {404: "There is no page under that address.", 405: "This address does not take that kind of request."}
    text = words.get(error.status_code, error.detail)
    return problem(request, error.status_code, text, headers=dict(error.headers or {}))


async def _away(request: Request, error: Exception) -> Response:
    # Never an empty list, never a zero: what cannot be read is said to be unreadable.
    logger.warning("database away", where="web", error=type(error).__name__)
    text = "The database cannot be reached just now. Nothing is lost; try again in a moment."
    return problem(request, 503, text, headers={"retry-after": RETRY_SECONDS})
