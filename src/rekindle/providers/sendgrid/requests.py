"""Calls to SendGrid that are no message: all safe to repeat, all failing in one way."""

from dataclasses import dataclass
from typing import Any

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers import calls
from rekindle.providers.calls import Answer, AwayError
from rekindle.providers.ports import Account, CallFailedError, Fault
from rekindle.providers.sendgrid import calling
from rekindle.providers.sendgrid.settings import SendGridSettings


@dataclass(frozen=True)
class SendGridRequests:
    """One account's way to the API; raises CallFailedError for whatever is no success."""

    http: httpx.AsyncClient
    settings: SendGridSettings
    clock: Clock

    async def get(self, path: str, account: Account, *, deadline: float, **params: str) -> Answer:
        """A GET with these parameters."""
        return await self._ask("GET", path, account, deadline=deadline, params=params)

    async def post(self, path: str, account: Account, said: object, *, deadline: float) -> Answer:
        """A POST of JSON."""
        return await self._ask("POST", path, account, deadline=deadline, json=said)

    async def _ask(self, method: str, path: str, account: Account, *, deadline: float, **what: Any) -> Answer:
        headers = calling.headers(account)
        if headers is None:
            raise CallFailedError("no-key", "no usable API key is entered", fault=Fault.ACCOUNT)
        url = self.settings.url + path
        try:
            answer = await calls.ask(self.http, method, url, deadline=deadline, headers=headers, **what)
        except AwayError as error:
            raise CallFailedError("away", str(error), fault=Fault.AWAY) from error
        if not answer.good:
            fault = calling.fault(answer.status)
            wait = calling.wait(answer, self.clock.now()) if fault is Fault.BUSY else None
            raise CallFailedError(str(answer.status), calling.explained(answer), fault=fault, retry_after=wait)
        return answer
