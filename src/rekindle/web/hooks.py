"""The hot path: verify the signature, store the raw event, answer. Plain ASGI, nothing between wire and inbox."""

import asyncio
import functools
import hashlib
import math
import traceback
from dataclasses import dataclass, replace
from uuid import UUID

import orjson
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from rekindle.inbox.receive import Arrival, FullError
from rekindle.kit import log
from rekindle.kit.db import Unavailable
from rekindle.providers.ports import Account, HookAnswer, Inbound, RefusedSignatureError, Request
from rekindle.web import body as bodies
from rekindle.web.doors import PLATFORM, Door, Doors
from rekindle.web.engine import Engine
from rekindle.web.limits import HookLimits
from rekindle.web.metrics import HOOKS

RETRY_SECONDS = 5
# How long a request may wait for the database, besides its own body: every provider hangs up soon after, and counts it
# as a failure of ours. What is stored after all is told as a duplicate when it comes again.
STORE_SECONDS = 2.0
PARTS = 4  # "", hooks, office, source; whatever follows is the tail
LONGEST_ID = 200
LONGEST_TAIL = 500
NO_OFFICE = UUID(int=0)

logger = log.get("hooks")

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Answer:
    """What goes back, and how it is counted."""

    status: int
    outcome: str
    body: bytes
    headers: Headers = ((b"content-type", b"application/json"),)


def _said(status: int, outcome: str, body: dict[str, object], *more: tuple[bytes, bytes]) -> Answer:
    return Answer(status, outcome, orjson.dumps(body), ((b"content-type", b"application/json"), *more))


STRANGE = _said(404, "unknown", {"error": "no such endpoint"})
WRONG_METHOD = _said(405, "method", {"error": "POST only"}, (b"allow", b"POST"))
SLOW = _said(408, "slow", {"error": "the body did not arrive in time"}, (b"connection", b"close"))
# A platform's event for a location nobody here has: genuine or not, there is nothing to store and nothing to retry.
NOBODY = _said(200, "nobody", {"ignored": "no office here has this account"})


class Hooks:
    """POST /hooks/{office}/{source}[/{tail}], and GET where a provider wants proof that the endpoint is ours."""

    def __init__(self, engine: Engine, *, seconds: float = bodies.SECONDS) -> None:
        self._engine = engine
        self._doors = Doors.of(engine)
        self._limits = HookLimits.of(engine)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; 2xx only when the event is durable."""
        parts = scope["path"].split("/", PARTS)
        office, source = (parts[2], parts[3]) if len(parts) >= PARTS else ("", "")
        inbound = self._engine.providers.inbound.get(source)
        if inbound and not inbound.tails and len(parts) > PARTS:
            inbound = None
        try:
            answer = await self._serve(scope, receive, office, inbound) if inbound else STRANGE
        except bodies.GoneError:
            # Only wired sources become a label: what a stranger writes in a path must not grow the metrics.
            _counted(source if inbound else "unknown", "gone").inc()
            return
        except Unavailable:
            answer = _later(RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 ours to mend, and 429 brings it again where a 500 may lose it
            logger.error("hook broke", source=source, error=type(error).__name__, where=_where(error))  # noqa: TRY400 its text may hold rows
            answer = replace(_later(RETRY_SECONDS), outcome="broke")
        _counted(source if inbound else "unknown", answer.outcome).inc()
        await _reply(send, answer)

    async def _serve(self, scope: Scope, receive: Receive, office: str, inbound: Inbound) -> Answer:
        if scope["method"] != "POST" and not (scope["method"] == "GET" and _is_challenged(inbound)):
            return WRONG_METHOD
        async with asyncio.timeout(STORE_SECONDS):
            door = None if office == PLATFORM else await self._doors.find(office, inbound.source)
        if office != PLATFORM and door is None:
            return STRANGE
        wait = await self._limits.admit(scope, office, inbound.source, at=self._engine.clock.now())
        if wait is not None:
            return _later(wait)
        try:
            body = await bodies.read(scope, receive, limit=inbound.limit, seconds=self._seconds)
        except bodies.TooLargeError:
            return _large(inbound.limit)
        except bodies.TooSlowError:
            return SLOW
        async with asyncio.timeout(STORE_SECONDS):
            return await self._hear(scope, self._request(scope, body), office, door, inbound)

    async def _hear(self, scope: Scope, request: Request, office: str, door: Door | None, inbound: Inbound) -> Answer:
        doors = [door] if door else await self._doors.named(inbound.source, request)
        try:
            if not doors:
                return self._for_nobody(inbound, request)
            # One request of a platform may be about several offices: each gets it, and all must have it.
            answers = [await self._take(each, request, office) for each in doors]
        except RefusedSignatureError as error:
            wait = await self._limits.refused(scope, office, inbound.source, at=request.at)
            return _said(401, "refused", {"error": str(error)}) if wait is None else _later(wait)
        return max(answers, key=lambda answer: answer.status)

    def _for_nobody(self, inbound: Inbound, request: Request) -> Answer:
        """A platform asks whether its one URL is ours, or names an account nobody here has: genuine all the same?"""
        plug = self._engine.providers.plugs.get(inbound.provider)
        names = inbound.account_names(request)
        named = {plug.account_field: names[0]} if names and plug and plug.account_field else {}
        account = Account(NO_OFFICE, inbound.provider, named)
        if request.method == "GET":
            return _plain(inbound.challenge(request, account))
        inbound.verify(request, account)
        return NOBODY

    async def _take(self, door: Door, request: Request, office: str) -> Answer:
        inbound = door.inbound
        if request.method == "GET":
            return _plain(inbound.challenge(request, door.account))
        verified = inbound.verify(request, door.account)
        wait = await self._limits.spend(office, inbound.source, at=request.at)
        if wait is not None:
            return _later(wait)
        arrival = Arrival(
            office_id=door.office_id,
            source=inbound.source,
            external_id=verified.external_id[:LONGEST_ID],
            content_type=request.headers.get("content-type", "")[:LONGEST_ID],
            body=request.body,
            lane=inbound.lane,
            tail=request.tail[:LONGEST_TAIL],
            party=_party(door, verified.party),
        )
        try:
            stored = await self._engine.receiver.receive(arrival)
        except FullError:
            return _later(RETRY_SECONDS)
        outcome = "duplicate" if stored.duplicate else "stored"
        if inbound.answer is not None:
            return _as_expected(inbound.answer, outcome)
        return _said(200, outcome, {"id": str(stored.event_id), "duplicate": stored.duplicate})

    def _request(self, scope: Scope, body: bytes) -> Request:
        """As the provider sent it: path and query are the raw ones, the host is the one we are known by."""
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.split(b"?", 1)[0].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        tail = path.split("/", PARTS)[PARTS:]
        return Request(
            method=scope["method"],
            url=self._engine.settings.base_url + path + (f"?{query}" if query else ""),
            tail=tail[0] if tail else "",
            headers=_headers(scope),
            body=body,
            at=self._engine.clock.now(),
        )


def _is_challenged(inbound: Inbound) -> bool:
    """Whether this source's provider asks by GET if the endpoint is ours; for all others GET is no method at all."""
    return type(inbound).challenge is not Inbound.challenge


def _party(door: Door, party: str) -> bytes | None:
    """Whom it is about, as a keyed hash: enough to keep order, nothing to read."""
    if not party:
        return None
    key = door.office_id.bytes
    return hashlib.blake2b(party.encode("utf-8", "replace"), digest_size=16, key=key).digest()


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _later(seconds: float) -> Answer:
    wait = str(max(1, math.ceil(seconds))).encode()
    return _said(429, "later", {"error": "cannot take it now, send it again"}, (b"retry-after", wait))


def _large(limit: int) -> Answer:
    return _said(413, "large", {"error": f"the body is larger than {limit >> 20} MiB"}, (b"connection", b"close"))


def _plain(body: bytes) -> Answer:
    return Answer(200, "challenge", body, ((b"content-type", b"text/plain; charset=utf-8"),))


def _as_expected(answer: HookAnswer, outcome: str) -> Answer:
    return Answer(answer.status, outcome, answer.body, ((b"content-type", answer.content_type.encode()),))


async def _reply(send: Send, answer: Answer) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


@functools.cache
def _counted(source: str, outcome: str) -> Counter:
    return HOOKS.labels(source, outcome)
