"""One HTTP client for all real providers: a deadline that a slow drip cannot stretch, a cap that no body outgrows.

httpx rather than each vendor's SDK: theirs have no time-outs by default, retry by themselves or hide the raw answer
(reference notes in docs/adding-a-provider.md); here every call tells apart what certainly did not happen.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

LARGEST = 8 * 1024 * 1024
LONGEST_WAIT = 3600.0
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
            return min(float(given), LONGEST_WAIT)
        try:
            # A skewed clock on either side must neither spin us nor put us to sleep for a day.
            return min(max((parsedate_to_datetime(given) - at).total_seconds(), 1.0), LONGEST_WAIT)
        except (TypeError, ValueError):
            return None


def client() -> httpx.AsyncClient:
    """The process's connections; one for all providers, closed at the end. Redirects are answers, never followed."""
    return httpx.AsyncClient(limits=LIMITS, follow_redirects=False, timeout=None, trust_env=False)  # noqa: S113 `ask` sets the deadline


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
    """Ask once; raises NeverLeftError when it certainly was not asked, AwayError when nobody knows."""
    body = orjson.dumps(json) if json is not None else content
    named = {**({"content-type": "application/json"} if json is not None else {}), **(headers or {})}
    try:
        async with (
            asyncio.timeout(deadline),
            http.stream(method, url, params=params, headers=named, auth=auth, content=body, data=data) as response,
        ):
            return Answer(response.status_code, _lower(response.headers), await _read(response))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        raise NeverLeftError(type(error).__name__) from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, TimeoutError, OSError) as error:
        raise AwayError(type(error).__name__) from error


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
