"""Reading from Follow Up Boss: HTTP Basic with the key, and the registered system that doubles the allowance.

Plain httpx: there is no official SDK.
"""

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers import plain
from rekindle.providers.calls import Answer, AwayError, ask
from rekindle.providers.fub.settings import FubSettings
from rekindle.providers.ports import Account, CallFailedError, Fault, GoneError

WINDOW = 10.0  # seconds; the allowance slides over this window (API, rate limiting)
LONGEST = 60.0  # no window of theirs is longer


class FubApi:
    """One way to the API for every office; the office's key says whose people it sees."""

    def __init__(self, http: httpx.AsyncClient, settings: FubSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    async def get(self, path: str, account: Account, *, deadline: float, fields: str = "") -> Answer:
        """A good answer that is a JSON object; raises GoneError for a 404 and CallFailedError. `path` is ours."""
        key = account.get("api_key")
        headers = {name: account.get(field) for name, field in (("x-system", "system"), ("x-system-key", "system_key"))}
        headers = {name: value for name, value in headers.items() if value}
        if not key or not all(value.isascii() and value.isprintable() for value in (key, *headers.values())):
            raise CallFailedError("key", "the API key or system is missing or malformed", fault=Fault.ACCOUNT)
        try:
            answer = await ask(
                self._http,
                "GET",
                f"{self._settings.url}/{path}",
                deadline=deadline,
                params={"fields": fields} if fields else None,
                headers=headers,
                auth=(key, ""),
            )
        except AwayError as error:
            raise CallFailedError("away", f"Follow Up Boss did not answer ({error})", fault=Fault.AWAY) from error
        if answer.good and answer.fields():
            return answer
        raise self._refused(answer)

    def _refused(self, answer: Answer) -> CallFailedError | GoneError:
        told = plain.line(answer.fields().get("errorMessage"), limit=300) or f"HTTP {answer.status}"
        code = str(answer.status)
        if answer.status == httpx.codes.NOT_FOUND:
            return GoneError(f"not in Follow Up Boss, or not for this key: {told}")
        if answer.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            text = f"Follow Up Boss does not accept the API key: {told}"
            return CallFailedError(code, text, fault=Fault.ACCOUNT)
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            return CallFailedError(code, told, fault=Fault.BUSY, retry_after=self._wait(answer))
        if httpx.codes.is_client_error(answer.status):
            return CallFailedError(code, told, fault=Fault.MESSAGE)
        return CallFailedError(code, told, fault=Fault.AWAY, retry_after=answer.retry_after(self._clock.now()))

    def _wait(self, answer: Answer) -> float:
        asked = answer.retry_after(self._clock.now())
        window = answer.headers.get("x-ratelimit-window", "")
        sliding = min(float(window), LONGEST) if window.isascii() and window.isdigit() else WINDOW
        return asked if asked is not None else sliding
