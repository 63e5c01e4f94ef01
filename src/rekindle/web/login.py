"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from rekindle.office.login import ThrottledError, WrongLoginError
from rekindle.web.pages.frame import theme_of
from rekindle.web.pages.render import bare
from rekindle.web.session import safe_next, sign_in, sign_out

router = APIRouter(include_in_schema=False)

LONGEST = 1000  # characters of a login or password worth hashing


@router.get("/login")
async def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 the name in the address
    """The form."""
    return _form(request, 200, "", "", next)


@router.post("/login")
async def enter(
    request: Request,
    login: Annotated[str, Form(max_length=LONGEST)] = "",
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    next: Annotated[str, Form(max_length=LONGEST)] = "/",  # noqa: A002 the name in the form
) -> Response:
    """To the page wanted, with a session; or the form again, saying why."""
    try:
        return await sign_in(request, name=login, password=password, response=RedirectResponse(safe_next(next), 303))
    except WrongLoginError:
        return _form(request, 401, "This e-mail and password do not belong together.", login, next)
    except ThrottledError as error:
        minutes = -(-error.retry_after // 60)
        words = f"Too many tries. Wait {minutes} minute{'' if minutes == 1 else 's'}, then try again."
        response = _form(request, 429, words, login, next)
        response.headers["retry-after"] = str(error.retry_after)
        return response


@router.post("/logout")
async def leave(request: Request) -> Response:
    """End the session and go to the login; no error when there is none."""
    return await sign_out(request, RedirectResponse("/login", 303))


def _form(request: Request, status: int, error: str, login: str, wanted: str) -> Response:
    return bare(
        "pages/login.html", status=status, theme=theme_of(request), error=error, login=login, next=safe_next(wanted)
    )
