"""What stands around every page and API route: a strict content policy, no cross-site writes, no endless bodies."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.kit.settings import Settings
from rekindle.web import body as bodies

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Not no-referrer: with it browsers send `Origin: null` on our own forms, and the cross-site check reads Origin.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}
# No keyboard types it and no text column holds it; as a field of a form or of an address it is an attack or a fault.
NUL = b"%00"
FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data")
NO_TEXT = "refused: a NUL character is no text"
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Routes that no cookie opens, so that nobody's browser can be made to act through them.
COOKIELESS = ("/api/", "/u/")


class Guard:
    """Wraps the application; the hot webhook path goes around it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._https = settings.base_url.startswith("https://")
        self._origin = _origin(settings.base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what must not pass, read the body within its limits, add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = self._with_headers(scope, send)
        refusal = PlainTextResponse(NO_TEXT, 400) if NUL in scope["query_string"] else None
        if scope["method"] not in SAFE and refusal is None:
            try:
                refusal, receive = await self._unsafe(scope, receive)
            except bodies.GoneError:
                return
        await (refusal or self._app)(scope, receive, send)

    async def _unsafe(self, scope: Scope, receive: Receive) -> tuple[PlainTextResponse | None, Receive]:
        """Why a request that changes something may not pass, if it may not; else its body, read."""
        if other := self._cross_site(scope):
            return PlainTextResponse(other, 403), receive
        try:
            body = await bodies.read(scope, receive)
        except bodies.TooLargeError:
            return PlainTextResponse("too much at once", 413, {"connection": "close"}), receive
        except bodies.TooSlowError:
            return PlainTextResponse("the rest never came", 408, {"connection": "close"}), receive
        if (NUL in body or b"\x00" in body) and bodies.header(scope, b"content-type").startswith(FORMS):
            return PlainTextResponse(NO_TEXT, 400), receive
        return None, bodies.again(body, receive)

    def _cross_site(self, scope: Scope) -> str:
        """Why an unsafe request may not pass; empty when it may.

        Browsers say where a request comes from; what says nothing is no browser and carries nobody's cookies but its
        own (SameSite=Lax stands behind this).
        """
        if scope["path"].startswith(COOKIELESS):
            return ""
        site = bodies.header(scope, b"sec-fetch-site").decode("latin-1")
        if site:
            return "" if site in {"same-origin", "none"} else "refused: the request comes from another site"
        origin = bodies.header(scope, b"origin").decode("latin-1")
        host = bodies.header(scope, b"host").decode("latin-1")
        if not origin or origin == self._origin or urlsplit(origin).netloc == host:
            return ""
        return "refused: the request comes from another origin"

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self._https:
                    headers["strict-transport-security"] = STRICT_TRANSPORT
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
