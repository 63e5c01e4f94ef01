"""Light, dark or as the machine says: a cookie, because it is a matter of this screen, not of the person."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from rekindle.web.pages.frame import THEMES, Who
from rekindle.web.session import safe_next

router = APIRouter()
YEAR = 31536000


@router.post("/theme")
async def choose(request: Request, _: Who, theme: Annotated[str, Form()] = "auto") -> Response:
    """Remember the choice and go back to where the person was."""
    came = urlsplit(request.headers.get("referer", ""))
    back = came.path + (f"?{came.query}" if came.query else "")
    response = RedirectResponse(safe_next(back), status_code=303)
    chosen = theme if theme in THEMES else "auto"
    response.set_cookie(
        "theme", chosen, max_age=YEAR, path="/", samesite="lax", httponly=True, secure=request.url.scheme == "https"
    )
    return response
