"""One call to Apollo with the office's key. Apollo keeps no SDK for Python; plain httpx it is."""

import re
from collections.abc import Mapping

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers.apollo.settings import ApolloSettings
from rekindle.providers.calls import Answer, AwayError, ask
from rekindle.providers.ports import Account, CallFailedError, Fault, Limit

# The free plan's limit of people/match; paid plans have 1000 and enter it.
PER_MINUTE = 50

_KEY = re.compile(r"[\x21-\x7e]{1,500}")  # what a header can carry


class Client:
    """What the enricher, the fetcher and the check share."""

    def __init__(self, http: httpx.AsyncClient, settings: ApolloSettings, clock: Clock) -> None:
        self.clock = clock
        self._http = http
        self._settings = settings

    async def ask(
        self, method: str, path: str, account: Account, *, deadline: float, params: Mapping[str, str] | None = None
    ) -> Answer:
        """Any whole answer; raises CallFailedError when there was none."""
        if not _KEY.fullmatch(account.get("api_key")):
            raise CallFailedError("no_key", "the Apollo API key is missing or malformed", fault=Fault.ACCOUNT)
        try:
            return await ask(
                self._http,
                method,
                self._settings.api_url + path,
                deadline=deadline,
                headers={"x-api-key": account.get("api_key"), "accept": "application/json"},
                params=params,
            )
        except AwayError as error:
            raise CallFailedError("unreachable", f"Apollo: {error}", fault=Fault.AWAY) from error


def limits(account: Account, name: str) -> tuple[Limit, ...]:
    """Calls a minute, counted by Apollo for each of its endpoints."""
    given = account.get("per_minute")
    count = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else PER_MINUTE  # noqa: PLR2004 digits
    return (Limit(name, max(count, 1), 60),)
