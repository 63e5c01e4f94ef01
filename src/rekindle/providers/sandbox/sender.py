"""Sends through the sandbox, telling apart what certainly was not taken from what nobody knows."""

import asyncio
from datetime import timedelta
from urllib.parse import quote

import httpx
import orjson

from rekindle.decide.words import Channel, MessageState
from rekindle.kit.clock import Clock
from rekindle.providers.ports import (
    Accepted,
    CannotTell,
    Found,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.providers.sandbox import codes
from rekindle.providers.sandbox.deliver import retry_after
from rekindle.providers.sandbox.reading import NOT_AFTER

BUSY_SECONDS = 1.0
AWAY_SECONDS = 5.0
MISCONFIGURED_SECONDS = 60.0
NOT_LET_IN = frozenset({401, 403})

# The connection was never there, so the message cannot have left.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class SandboxSender:
    """SMS and e-mail. The sandbox refuses a request that reaches it after its deadline, so `Missing` is certain."""

    name = "sandbox"
    channels = frozenset(Channel)

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def send(self, outgoing: Outgoing, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        not_after = self._clock.now() + timedelta(seconds=deadline)
        headers = {"content-type": "application/json", NOT_AFTER: f"{not_after.timestamp():.3f}"}
        try:
            async with asyncio.timeout(deadline):
                answer = await self._client.post(
                    f"/{outgoing.channel}", content=_body(outgoing), headers=headers, timeout=deadline
                )
        except _NEVER_LEFT as error:
            text = f"the sandbox cannot be reached ({type(error).__name__})"
            raise SendRefusedError("unreachable", text, permanent=False, retry_after=AWAY_SECONDS) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise SendUncertainError(f"no answer from the sandbox ({type(error).__name__})") from error
        return _read(answer)

    async def find(self, outgoing: Outgoing, *, deadline: float) -> Found | Missing | CannotTell:
        """Whether the sandbox took a message under this key; to be asked once the send's deadline is past."""
        url = f"/messages/{quote(str(outgoing.office_id), safe='')}/{quote(outgoing.key, safe='')}"
        try:
            async with asyncio.timeout(deadline):
                answer = await self._client.get(url, timeout=deadline)
        except (httpx.HTTPError, TimeoutError) as error:
            raise SendUncertainError(f"the sandbox cannot be asked ({type(error).__name__})") from error
        if answer.status_code == httpx.codes.OK:
            found = _json(answer)
            state = str(found.get("state", ""))
            return Found(str(found.get("id", "")), MessageState(state)) if state in set(MessageState) else CannotTell()
        # A 404 without the sandbox's own code comes from something else on this port.
        missing = answer.status_code == httpx.codes.NOT_FOUND and _json(answer).get("code") == codes.NOT_FOUND
        return Missing() if missing else CannotTell()


def _body(outgoing: Outgoing) -> bytes:
    return orjson.dumps(
        {
            "office": str(outgoing.office_id),
            "key": outgoing.key,
            "to": outgoing.to,
            "from": outgoing.sender,
            "subject": outgoing.subject or "",
            "body": outgoing.body,
            "headers": outgoing.headers,
        }
    )


def _read(answer: httpx.Response) -> Accepted:
    said = _json(answer)
    if answer.status_code == httpx.codes.CREATED and said.get("id"):
        return Accepted(str(said["id"]))
    if answer.status_code in NOT_LET_IN:
        raise SendRefusedError(
            str(answer.status_code),
            "the sandbox does not know our token",
            permanent=False,
            retry_after=MISCONFIGURED_SECONDS,
        )
    if answer.is_client_error:
        code = str(said.get("code", answer.status_code))
        known = codes.ALL.get(code)
        permanent = known.permanent if known else answer.status_code != httpx.codes.TOO_MANY_REQUESTS
        wait = None if permanent else retry_after(answer) or BUSY_SECONDS
        raise SendRefusedError(code, str(said.get("message", "refused")), permanent=permanent, retry_after=wait)
    raise SendUncertainError(f"the sandbox answered {answer.status_code}")


def _json(answer: httpx.Response) -> dict[str, object]:
    try:
        said = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
