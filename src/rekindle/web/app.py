"""The whole web side as one ASGI application: hooks on a bare path of their own, everything else behind the guard."""

import traceback

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.kit import log
from rekindle.web import answers, api, body, connect, health, login, pages, unsubscribe
from rekindle.web.engine import Engine
from rekindle.web.hooks import Hooks
from rekindle.web.security import Guard

logger = log.get("web")

HOOKS = "/hooks/"


def create(engine: Engine, *, patience: float = body.SECONDS) -> ASGIApp:
    """The application over these parts; a webhook's body must be whole within `patience` seconds."""
    return Front(Hooks(engine, seconds=patience), Guard(routes(engine), engine.settings))


def routes(engine: Engine) -> FastAPI:
    """Everything but the hooks, without its guard; tests list its routes."""
    app = FastAPI(title="Rekindle", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.engine = engine
    for part in (health, login, unsubscribe, connect, api, pages):
        app.include_router(part.router)
    answers.install(app)
    return app


class Front:
    """Parts the hot path from the rest; whatever breaks is logged without its text, which may hold rows."""

    def __init__(self, hooks: ASGIApp, rest: ASGIApp) -> None:
        self._hooks = hooks
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or lifespan."""
        app = self._hooks if scope["type"] == "http" and scope["path"].startswith(HOOKS) else self._rest
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 the server's own log would print the error with its text
            where = traceback.extract_tb(error.__traceback__)[-1]
            logger.error("request broke", error=type(error).__name__, where=f"{where.filename}:{where.lineno}")  # noqa: TRY400 the text and the frames of an error may hold rows
            if not started:
                await PlainTextResponse("something broke on our side", 500)(scope, receive, send)
