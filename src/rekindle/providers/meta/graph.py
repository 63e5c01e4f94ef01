"""Reading from the Graph API with a page's token: what a refusal means, and how long to wait.

Plain httpx rather than Meta's business SDK: that one puts the token into the query of every URL, has no deadline and
drags in an object model of the whole advertising platform for two GETs.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from rekindle.kit.clock import Clock
from rekindle.providers import plain
from rekindle.providers.calls import LONGEST_WAIT, Answer, AwayError, ask
from rekindle.providers.meta.settings import MetaSettings
from rekindle.providers.ports import Account, CallFailedError, Fault

# Graph API, error handling: codes and what to do about them.
TOKEN = frozenset({102, 190})
PERMISSION = frozenset({3, 10, *range(200, 300)})
BUSY = frozenset({4, 17, 32, 341, 368, 613, *range(80000, 80015)})
DOWN = frozenset({1, 2})
MISSING = (100, 33)  # "does not exist, or cannot be loaded due to missing permissions": one answer for both
WAIT = 300.0  # when it is too much and nothing says for how long


class Graph:
    """One app's way to the Graph API."""

    def __init__(self, http: httpx.AsyncClient, settings: MetaSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    async def get(self, path: str, fields: str, account: Account, *, deadline: float) -> Answer:
        """A good answer that is a JSON object; raises CallFailedError. `path` is ours, never from outside."""
        token = account.get("page_token")
        if not token or not token.isascii() or not token.isprintable():
            raise CallFailedError("token", "the page access token is missing or malformed", fault=Fault.ACCOUNT)
        params = {"fields": fields} if fields else {}
        if self._settings.app_secret:
            # Apps may demand it (app settings, "require app secret"); useless to whoever reads it without the token.
            key = self._settings.app_secret.encode()
            params["appsecret_proof"] = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
        # In a header: a token in the query would end up in every log on the way.
        headers = {"authorization": f"Bearer {token}"}
        try:
            answer = await ask(
                self._http, "GET", f"{self._settings.url}/{path}", deadline=deadline, params=params, headers=headers
            )
        except AwayError as error:
            raise CallFailedError("away", f"Meta did not answer ({error})", fault=Fault.AWAY) from error
        if answer.good and answer.fields() and "error" not in answer.fields():
            return answer
        raise self._refused(answer)

    def _refused(self, answer: Answer) -> CallFailedError:
        error = plain.inner(answer.fields(), "error")
        fault, says = _meaning(answer.status, error)
        wait = answer.retry_after(self._clock.now())
        if fault is Fault.BUSY:
            wait = wait or _regained(answer.headers) or WAIT
        told = plain.line(error.get("message"), limit=300) or f"HTTP {answer.status}"
        code = str(_number(error.get("code")) or answer.status)
        return CallFailedError(code, f"{says}: {told}", fault=fault, retry_after=wait)


def _meaning(status: int, error: Mapping[str, Any]) -> tuple[Fault, str]:
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    meaning = Fault.AWAY, "Meta is in trouble"
    if code in TOKEN or status == httpx.codes.UNAUTHORIZED:
        meaning = Fault.ACCOUNT, "the page access token is not valid any more"
    elif code in BUSY or status == httpx.codes.TOO_MANY_REQUESTS:
        meaning = Fault.BUSY, "too many requests"
    elif code in PERMISSION:
        meaning = Fault.ACCOUNT, "the token lacks a permission"
    elif code in DOWN or error.get("is_transient") is True:
        pass
    elif (code, subcode) == MISSING:
        # It may be only our permission that is missing, so a person must hear of it rather than the lead be lost.
        meaning = Fault.MESSAGE, "not there, or not for this token"
    elif code and httpx.codes.is_client_error(status):
        meaning = Fault.MESSAGE, "Meta does not understand this request"
    return meaning


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _regained(headers: Mapping[str, str]) -> float | None:
    """Seconds until Meta lets us in again, from its usage header, which counts in minutes; None when it is silent."""
    try:
        usage = orjson.loads(headers.get("x-business-use-case-usage", ""))
    except orjson.JSONDecodeError:
        return None
    parts = [part for uses in usage.values() for part in plain.objects(uses)] if isinstance(usage, dict) else []
    minutes = max((_number(part.get("estimated_time_to_regain_access")) for part in parts), default=0)
    return min(minutes * 60.0, LONGEST_WAIT) if minutes > 0 else None
