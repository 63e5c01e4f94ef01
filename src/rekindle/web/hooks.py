"""The hot path: verify the signature, store the raw event, answer. Plain ASGI, nothing between wire and inbox."""

import functools
from dataclasses import dataclass

import orjson
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from rekindle.decide.words import Lane
from rekindle.inbox.receive import Arrival, FullError
from rekindle.kit.db import Unavailable
from rekindle.providers.ports import RefusedSignatureError
from rekindle.web import body as bodies
from rekindle.web.doors import Door, Doors
from rekindle.web.engine import Engine
from rekindle.web.metrics import HOOKS

RETRY_SECONDS = b"5"
# Sources of people who wait for their first answer; replies and receipts of all others come behind them.
ENQUIRIES = frozenset({"form"})
PARTS = 4  # "", hooks, office, source


@dataclass(frozen=True)
class Answer:
    """What goes back, and how it is counted."""

    status: int
    outcome: str
    body: dict[str, object]
    headers: tuple[tuple[bytes, bytes], ...] = ()


STRANGE = Answer(404, "unknown", {"error": "no such endpoint"})
WRONG_METHOD = Answer(405, "method", {"error": "POST only"}, ((b"allow", b"POST"),))
LARGE = Answer(413, "large", {"error": "the body is larger than 1 MiB"}, ((b"connection", b"close"),))
SLOW = Answer(408, "slow", {"error": "the body did not arrive in time"}, ((b"connection", b"close"),))
LATER = Answer(429, "later", {"error": "cannot store it now, send it again"}, ((b"retry-after", RETRY_SECONDS),))


class Hooks:
    """POST /hooks/{office}/{source}."""

    def __init__(self, engine: Engine, *, seconds: float = bodies.SECONDS) -> None:
        self._engine = engine
        self._doors = Doors(engine)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; 2xx only when the event is durable."""
        source = "unknown"
        try:
            door, source = await self._door(scope)
            answer = await self._take(door, scope, receive) if isinstance(door, Door) else door
        except bodies.GoneError:
            _counted(source, "gone").inc()
            return
        except Unavailable:
            answer = LATER
        _counted(source, answer.outcome).inc()
        await _reply(send, answer)

    async def _door(self, scope: Scope) -> tuple[Door | Answer, str]:
        parts = scope["path"].split("/")
        if len(parts) != PARTS:
            return STRANGE, "unknown"
        _, _, office, source = parts
        # Only wired sources become a label: what a stranger writes in a path must not grow the metrics.
        label = source if source in self._engine.providers.inbound else "unknown"
        if scope["method"] != "POST":
            return WRONG_METHOD, label
        return await self._doors.find(office, source) or STRANGE, label

    async def _take(self, door: Door, scope: Scope, receive: Receive) -> Answer:
        try:
            body = await bodies.read(scope, receive, seconds=self._seconds)
        except bodies.TooLargeError:
            return LARGE
        except bodies.TooSlowError:
            return SLOW
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        at = self._engine.clock.now()
        try:
            external_id = door.inbound.verify(body, headers, secret=door.secret, at=at)
        except RefusedSignatureError as error:
            return Answer(401, "refused", {"error": str(error)})
        try:
            stored = await self._engine.receiver.receive(
                Arrival(
                    office_id=door.office_id,
                    source=door.inbound.source,
                    external_id=external_id,
                    content_type=headers.get("content-type", ""),
                    body=body,
                    lane=Lane.FIRST_TOUCH if door.inbound.source in ENQUIRIES else Lane.REPLY,
                )
            )
        except FullError:
            return LATER
        outcome = "duplicate" if stored.duplicate else "stored"
        return Answer(200, outcome, {"id": str(stored.event_id), "duplicate": stored.duplicate})


async def _reply(send: Send, answer: Answer) -> None:
    body = orjson.dumps(answer.body)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@functools.cache
def _counted(source: str, outcome: str) -> Counter:
    return HOOKS.labels(source, outcome)
