"""The sandbox as a provider on the network: a small HTTP API on loopback, behind a bearer token."""

import asyncio
import hmac
from contextlib import suppress
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.sandbox import accept, codes, http, phones, reading, store
from rekindle.providers.sandbox.store import Conn
from rekindle.providers.sandbox.story import Answer, Refused

HOLD_SECONDS = 60.0


def create(sandbox: http.Sandbox, *, token: str) -> ASGIApp:
    """The app; every answer says that it is the sandbox."""
    app = Starlette(
        routes=[
            Route("/health", health),
            Route("/sms", take, methods=["POST"]),
            Route("/email", take, methods=["POST"]),
            Route("/messages/{office}/{key:path}", find),
            Route("/ledger", counts),
            Route("/ledger/doubles", doubles),
            Route("/ledger/taken", taken),
            Route("/phones/{office}", phones.threads),
            Route("/phones/{office}/thread", phones.thread),
            Route("/phones/{office}/thread", phones.reply, methods=["POST"]),
            Route("/script", put_script, methods=["PUT"]),
        ]
    )
    app.state.sandbox = sandbox
    return Door(app, token)


@dataclass(frozen=True)
class Door:
    """Asks every request but /health for the token."""

    app: ASGIApp
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/health":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not self.token or not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
                await http.answer({"sandbox": True, "message": "a bearer token is needed"}, 401)(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def health(request: Request) -> Response:
    """Alive, and what it is; needs no token."""
    return http.answer({"sandbox": True, "seed": http.of(request).rules.seed})


async def take(request: Request) -> Response:
    """POST /sms and /email: take a message for good, or refuse it."""
    sandbox = http.of(request)
    channel = Channel.SMS if request.url.path == "/sms" else Channel.EMAIL
    try:
        post, not_after = reading.post(await request.body(), request.headers, channel)
    except reading.IncompleteError:
        return http.refused(codes.INCOMPLETE, 400)

    def work(conn: Conn) -> accept.Accepted | Refused:
        now = sandbox.clock.now().timestamp()
        if not_after is not None and now > not_after:
            return Refused(408, codes.TOO_LATE)
        return accept.accept(conn, post, sandbox.rules, now=now)

    outcome = await sandbox.ledger.write(work)
    sandbox.bell.set()
    if isinstance(outcome, Refused):
        wait = {"retry-after": str(outcome.retry_after)} if outcome.retry_after is not None else None
        return http.refused(outcome.code, outcome.status, wait) if outcome.code else http.answer({}, outcome.status)
    if outcome.answer is Answer.HOLD:
        await _hold(request)
    if outcome.answer is not Answer.OK:
        return http.answer({}, 500)
    return http.answer({"id": outcome.provider_id, "state": MessageState.ACCEPTED}, 201)


async def _hold(request: Request) -> None:
    """Say nothing until the caller has given up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HOLD_SECONDS):
            while (await request.receive())["type"] != "http.disconnect":
                pass


async def find(request: Request) -> Response:
    """GET /messages/{office}/{key}: whether a message was taken under this key, and where it stands."""
    sandbox, office, key = http.of(request), request.path_params["office"], request.path_params["key"]
    # In line with the writes: what was on its way before this question is seen by it.
    row = await sandbox.ledger.write(lambda conn: store.by_key(conn, office, key))
    if row is None:
        return http.answer({"code": codes.NOT_FOUND, "message": "no message under this key"}, 404)
    now = sandbox.clock.now().timestamp()
    state = row["settled"] if now >= row["settled_at"] else "sent" if now >= row["sent_at"] else "accepted"
    return http.answer({"id": row["provider_id"], "state": state})


async def counts(request: Request) -> Response:
    """GET /ledger: how much there is."""
    return http.answer(dict(await http.of(request).ledger.read(store.counts)))


async def doubles(request: Request) -> Response:
    """GET /ledger/doubles: keys that were sent, and taken, more than once."""
    return http.answer([dict(row) for row in await http.of(request).ledger.read(store.doubles)])


async def taken(request: Request) -> Response:
    """GET /ledger/taken?after=N&limit=N: messages in the order they were taken."""
    after, limit = (
        reading.number(request.query_params, name, usual) for name, usual in (("after", 0), ("limit", 1000))
    )
    rows = await http.of(request).ledger.read(lambda conn: store.taken_after(conn, after, limit=limit))
    return http.answer([dict(row) for row in rows])


async def put_script(request: Request) -> Response:
    """PUT /script {channel, address, fault?, persona?, times?}: what one address does instead of chance."""
    try:
        channel, address, script = reading.script(await request.body())
    except reading.IncompleteError as error:
        return http.answer({"message": str(error)}, 400)
    await http.of(request).ledger.write(lambda conn: store.put_script(conn, channel, address, script))
    return http.answer({})
