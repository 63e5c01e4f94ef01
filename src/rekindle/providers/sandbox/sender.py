"""Sends through the sandbox, telling apart what certainly was not taken from what nobody knows."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import orjson

from rekindle.decide.words import Channel, MessageState
from rekindle.kit.clock import Clock
from rekindle.providers.ports import (
    Accepted,
    Account,
    CannotTell,
    Fault,
    Found,
    Limit,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.providers.sandbox import codes
from rekindle.providers.sandbox.lines import Answer, AwayError, Lines, NeverLeftError
from rekindle.providers.sandbox.reading import NOT_AFTER

BUSY_SECONDS = 1.0
AWAY_SECONDS = 5.0
MISCONFIGURED_SECONDS = 60.0
NOT_LET_IN = frozenset({401, 403})
REFUSED = range(400, 500)


class SandboxSender:
    """SMS and e-mail. The sandbox refuses a request that reaches it after its deadline, so `Missing` is certain."""

    name = "sandbox"
    channels = frozenset(Channel)

    def __init__(self, lines: Lines, clock: Clock) -> None:
        self._lines = lines
        self._clock = clock

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the port
        """The sandbox says itself when it is too much."""
        return ()

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:  # noqa: ARG002 the port
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        not_after = self._clock.now() + timedelta(seconds=deadline)
        headers = {"content-type": "application/json", NOT_AFTER: f"{not_after.timestamp():.3f}"}
        path, body = f"/{outgoing.channel}", _body(outgoing)
        try:
            answer = await self._lines.request("POST", path, headers=headers, body=body, deadline=deadline)
        except NeverLeftError as error:
            text = f"the sandbox cannot be reached ({error})"
            raise SendRefusedError(
                "unreachable", text, permanent=False, retry_after=AWAY_SECONDS, fault=Fault.AWAY
            ) from error
        except AwayError as error:
            raise SendUncertainError(f"no answer from the sandbox ({error})") from error
        return _read(answer)

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:  # noqa: ARG002 the port
        """Whether the sandbox took a message under this key; to be asked once the send's deadline is past."""
        path = f"/messages/{quote(str(outgoing.office_id), safe='')}/{quote(outgoing.key, safe='')}"
        try:
            answer = await self._lines.request("GET", path, deadline=deadline)
        except AwayError as error:
            raise SendUncertainError(f"the sandbox cannot be asked ({error})") from error
        if answer.status == HTTPStatus.OK:
            found = _json(answer)
            state = str(found.get("state", ""))
            return Found(str(found.get("id", "")), MessageState(state)) if state in set(MessageState) else CannotTell()
        # A 404 without the sandbox's own code comes from something else on this port.
        missing = answer.status == HTTPStatus.NOT_FOUND and _json(answer).get("code") == codes.NOT_FOUND
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


def _read(answer: Answer) -> Accepted:
    said = _json(answer)
    if answer.status == HTTPStatus.CREATED and said.get("id"):
        return Accepted(str(said["id"]))
    if answer.status in NOT_LET_IN:
        raise SendRefusedError(
            str(answer.status),
            "the sandbox does not know our token",
            permanent=False,
            retry_after=MISCONFIGURED_SECONDS,
            fault=Fault.ACCOUNT,
        )
    if answer.status in REFUSED:
        code = str(said.get("code", answer.status))
        known = codes.ALL.get(code)
        permanent = known.permanent if known else answer.status != HTTPStatus.TOO_MANY_REQUESTS
        wait = None if permanent else answer.retry_after or BUSY_SECONDS
        raise SendRefusedError(code, str(said.get("message", "refused")), permanent=permanent, retry_after=wait)
    raise SendUncertainError(f"the sandbox answered {answer.status}")


def _json(answer: Answer) -> dict[str, object]:
    said = answer.json()
    return said if isinstance(said, dict) else {}
