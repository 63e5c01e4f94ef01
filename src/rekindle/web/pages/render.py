"""Templates to responses. A template sees one frozen view of primitives and the frame around it, nothing else."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from rekindle.web.pages.static import static_url

TEMPLATES: Final = Environment(
    loader=PackageLoader("rekindle.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["static_url"] = static_url
PRIVATE: Final = {"Cache-Control": "private, no-store", "Vary": "Cookie, HX-Request"}


@dataclass(frozen=True)
class Part:
    """A rendered piece of a page that can be asked for again: `etag` says whether it is still the same."""

    html: Markup
    etag: str
    url: str
    id: str
    every: str


def part(template: str, view: Any, *, url: str, id: str, every: str = "5s") -> Part:  # noqa: A002 an HTML id
    """Render a live piece: the page holds it, and its own route gives the same again."""
    html = TEMPLATES.get_template(template).render(v=view)
    return Part(Markup(html), etag_of(html), url, id, every)  # noqa: S704 our own autoescaped template


def etag_of(html: str) -> str:
    """A strong validator of a piece of HTML."""
    return '"' + hashlib.sha256(html.encode()).hexdigest()[:20] + '"'


def page(template: str, *, frame: Any, view: Any, status: int = 200) -> HTMLResponse:
    """A whole page."""
    html = TEMPLATES.get_template(template).render(frame=frame, v=view)
    return HTMLResponse(html, status_code=status, headers=PRIVATE)


def fragment(request: Request, piece: Part) -> Response:
    """A live piece, or 304 when the asker holds this very one."""
    headers = PRIVATE | {"ETag": piece.etag}
    if request.headers.get("if-none-match") == piece.etag:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(piece.html, headers=headers)


def bare(template: str, **values: Any) -> HTMLResponse:
    """A page outside the shell: login, unsubscribe. Values are primitives."""
    status = int(values.pop("status", 200))
    html = TEMPLATES.get_template(template).render(theme=values.pop("theme", ""), **values)
    return HTMLResponse(html, status_code=status, headers=PRIVATE)
