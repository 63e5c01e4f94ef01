"""Calls to HighLevel: base URL, version, token, and what a failed answer means. Plain httpx: the vendor's SDK has no
time-outs, retries by itself and keeps tokens in places of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeGuard
from urllib.parse import quote

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers.calls import Answer, AwayError, NeverLeftError, ask
from rekindle.providers.ghl.failures import failed, message
from rekindle.providers.ghl.oauth import GhlOauth
from rekindle.providers.ghl.settings import GhlSettings
from rekindle.providers.ghl.tokens import Tokens
from rekindle.providers.ghl.until import Until
from rekindle.providers.ports import Account, CallFailedError, Fault, Limit, Vault

# HighLevel wants a version with every call. v3 is the one its SDKs send, with one spelling (camelCase) everywhere, and
# is described for all we call but locations, whose description knows its old date only.
V3 = "v3"
LOCATIONS = "2021-07-28"

LONGEST_ID = 200

# Marketplace guide: per app and sub-account 100 requests in 10 s and 200 000 a day.
BURST = Limit("ghl-burst", 100, 10)
DAY = Limit("ghl-day", 200_000, 86_400)


@dataclass(frozen=True)
class Call:
    """One request: a path under the base URL, its query and its JSON body."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    body: object = None
    version: str = V3


class GhlClient:
    """One per process. Asks once; only a 401, which nothing came of, is asked again with a renewed token."""

    def __init__(self, http: httpx.AsyncClient, settings: GhlSettings, clock: Clock, vault: Vault) -> None:
        self._http = http
        self._settings = settings
        self.clock = clock
        self._tokens = Tokens(GhlOauth(http, settings, clock), clock, vault)

    def line(self, account: Account, deadline: float) -> "Line":
        """Calls that together may take so many seconds."""
        return Line(self, account, Until(deadline))

    async def ask(self, account: Account, call: Call, until: Until) -> Answer:
        """The answer, good or bad. Raises NeverLeftError or CallFailedError when nothing left, AwayError if unsure."""
        token = await self._tokens.bearer(account, until)
        answer = await self._once(token, call, until)
        if answer.status != HTTPStatus.UNAUTHORIZED or account.get("private_token"):
            return answer
        if "scope" in message(answer).lower():
            return answer  # a scope that was not granted: renewing would burn tokens and change nothing
        token = await self._tokens.bearer(account, until, stale=token)
        return await self._once(token, call, until)

    async def call(self, account: Account, call: Call, until: Until) -> dict[str, Any]:
        """The JSON object of a good answer; raises CallFailedError, nothing else. For calls that are safe to repeat."""
        try:
            answer = await self.ask(account, call, until)
        except AwayError as error:
            text = f"GoHighLevel cannot be reached ({error})"
            raise CallFailedError("away", text, fault=Fault.AWAY) from error
        if not answer.good:
            raise failed(answer, self.clock.now())
        said = answer.json()
        if not isinstance(said, dict):
            raise malformed("its answer is no JSON object")
        return said

    async def _once(self, token: str, call: Call, until: Until) -> Answer:
        left = until.left()
        if left <= 0:
            raise NeverLeftError("out of time")
        return await ask(
            self._http,
            call.method,
            self._settings.url + call.path,
            deadline=left,
            params=call.params,
            headers={"authorization": f"Bearer {token}", "version": call.version, "accept": "application/json"},
            json=call.body,
        )


@dataclass(frozen=True)
class Line:
    """One office's calls under one deadline."""

    client: GhlClient
    account: Account
    until: Until

    async def ask(self, call: Call) -> Answer:
        """As GhlClient.ask."""
        return await self.client.ask(self.account, call, self.until)

    async def call(self, call: Call) -> dict[str, Any]:
        """As GhlClient.call."""
        return await self.client.call(self.account, call, self.until)

    @property
    def location(self) -> str:
        """The sub-account's id; raises CallFailedError when it was never entered."""
        if not self.account.get("location_id"):
            raise CallFailedError("no_location", "the GoHighLevel location id is missing", fault=Fault.ACCOUNT)
        return self.account.get("location_id")


def malformed(what: str) -> CallFailedError:
    """The error for an answer that breaks HighLevel's own description."""
    return CallFailedError("malformed", f"GoHighLevel answered nonsense: {what}", fault=Fault.AWAY)


def is_id(given: object) -> TypeGuard[str]:
    """Whether this can be an id: what HighLevel calls a thing goes into paths, logs of ours and columns."""
    return isinstance(given, str) and 0 < len(given) <= LONGEST_ID and given.isprintable()


def named(name: str) -> str:
    """An id as one segment of a path, whatever it holds."""
    return quote(name, safe="")
