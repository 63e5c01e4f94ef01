"""One HTTP client for all real providers: a deadline that a slow drip cannot stretch, a cap that no body outgrows.

httpx rather than each vendor's SDK: theirs have no time-outs by default, retry by themselves or hide the raw answer
(reference notes in docs/adding-a-provider.md); here every call tells apart what certainly did not happen.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
import orjson

LARGEST = 8 * 1024 * 1024
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 3600.0
STARTED = "http11.send_request_headers.started"  # httpcore's word for: from here on it may have arrived
# The request cannot be put into bytes: a key with a typographic quote, a broken character, an address that is none.
UNSENDABLE = (
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    orjson.JSONEncodeError,
    UnicodeError,
)
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=20.0)


class AwayError(Exception):
    """No whole, sane answer came in time; what was asked may have happened."""


class NeverLeftError(AwayError):
    """There was no connection, so nothing of the request has left."""


@dataclass(frozen=True)
class Answer:
    """What the provider said. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 what HTTP calls successful

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        said = self.json()
        return said if isinstance(said, dict) else {}

    def retry_after(self, at: datetime) -> float | None:
        """Seconds to wait as `Retry-After` asks, in either form (RFC 9110, 10.2.3); None when it does not."""
        given = self.headers.get("retry-after", "").strip()
        if given.isascii() and given.replace(".", "", 1).isdigit():
            wait = float(given)
        elif (until := _date(given)) is not None:
            # Their own clock tells how long that is; ours only when they do not say what theirs shows.
            wait = (until - (_date(self.headers.get("date", "")) or at)).total_seconds()
        else:
            return None
        # Whatever clocks say, it must neither spin us nor put us to sleep for a day.
        return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def client() -> httpx.AsyncClient:
    """The process's connections; one for all providers, closed at the end.

    Redirects are answers, never followed; cookies are dropped, for all offices share it.
    """
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(limits=LIMITS, follow_redirects=False, timeout=None, trust_env=False, cookies=no_cookies)  # noqa: S113 `ask` has it


async def ask(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    deadline: float,
    params: Mapping[str, str | list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    content: bytes | None = None,
    data: Mapping[str, str] | None = None,
    json: object = None,
) -> Answer:
    """Ask once, in `deadline` seconds all in all; NeverLeftError: certainly not asked, AwayError: nobody knows."""
    left = asyncio.Event()

    async def watch(event: str, _: Mapping[str, Any]) -> None:
        if event == STARTED:
            left.set()

    named = {**({"content-type": "application/json"} if json is not None else {}), **(headers or {})}
    try:
        body = orjson.dumps(json) if json is not None else content
        request = http.build_request(
            method,
            url,
            params=params,
            headers=named,
            content=body,
            data=data,
            # Connecting and the handshake have half of it each: cut from outside in a handshake, a socket would leak.
            timeout=httpx.Timeout(None, connect=deadline / 2),
            extensions={"trace": watch},
        )
        async with asyncio.timeout(deadline):
            response = await http.send(request, auth=auth, stream=True)
            try:
                return Answer(response.status_code, _lower(response.headers), await _read(response))
            finally:
                await response.aclose()
    except UNSENDABLE as error:
        raise NeverLeftError(type(error).__name__) from error
    except (httpx.HTTPError, httpx.StreamError, TimeoutError, OSError) as error:
        # Whatever went wrong before the first byte of the request was written: name, connection, handshake, no room.
        raise (AwayError if left.is_set() else NeverLeftError)(type(error).__name__) from error


async def _read(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST:
            raise AwayError("the answer is larger than 8 MiB")
        parts.append(part)
    return b"".join(parts)


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _date(given: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7); None when it is none."""
    try:
        read = parsedate_to_datetime(given)
    except (TypeError, ValueError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
