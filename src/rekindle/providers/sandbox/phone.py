"""The Phone port over HTTP: the engine's pages look at the leads' phones through it."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from rekindle.decide.words import Channel
from rekindle.providers.ports import PhoneError, PhoneMessage, PhoneThread
from rekindle.providers.sandbox.lines import AwayError, Lines

DEADLINE = 5.0


class SandboxPhone:
    """What the leads of a sandbox office see."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    async def threads(self, office: str, *, limit: int) -> tuple[PhoneThread, ...]:
        """Newest first, each with its last message only; raises PhoneError."""
        found = await self._ask("GET", f"/phones/{quote(office)}?{urlencode({'limit': limit})}")
        return tuple(_thread(each) for each in found)

    async def thread(self, office: str, channel: Channel, address: str) -> PhoneThread:
        """The whole thread, oldest first; raises PhoneError."""
        asked = urlencode({"channel": channel.value, "address": address})
        return _thread(await self._ask("GET", f"/phones/{quote(office)}/thread?{asked}"))

    async def reply(self, office: str, channel: Channel, address: str, text: str) -> None:
        """Write as the lead; raises PhoneError."""
        said = orjson.dumps({"channel": channel, "address": address, "text": text})
        await self._ask("POST", f"/phones/{quote(office)}/thread", said)

    async def _ask(self, method: str, path: str, body: bytes = b"") -> Any:
        try:
            answer = await self._lines.request(method, path, body=body, deadline=DEADLINE)
        except AwayError as error:
            raise PhoneError(f"the sandbox did not answer ({error})") from error
        if not answer.good:
            raise PhoneError(f"the sandbox answered {answer.status}")
        return answer.json()


def _thread(given: dict[str, Any]) -> PhoneThread:
    channel = Channel(given["channel"])
    return PhoneThread(channel, given["address"], tuple(_message(channel, each) for each in given["messages"]))


def _message(channel: Channel, given: dict[str, Any]) -> PhoneMessage:
    at = datetime.fromisoformat(given["at"])
    return PhoneMessage(channel, bool(given["mine"]), given["subject"], given["body"], at)
