"""The Phone port over HTTP: the engine's pages look at the leads' phones through it."""

from datetime import datetime
from typing import Any

import httpx

from rekindle.decide.words import Channel
from rekindle.providers.ports import PhoneError, PhoneMessage, PhoneThread

DEADLINE = 5.0


class SandboxPhone:
    """What the leads of a sandbox office see."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def threads(self, office: str, *, limit: int) -> tuple[PhoneThread, ...]:
        """Newest first, each with its last message only; raises PhoneError."""
        found = await self._ask("GET", f"/phones/{office}", params={"limit": str(limit)})
        return tuple(_thread(each) for each in found)

    async def thread(self, office: str, channel: Channel, address: str) -> PhoneThread:
        """The whole thread, oldest first; raises PhoneError."""
        return _thread(
            await self._ask("GET", f"/phones/{office}/thread", params={"channel": channel, "address": address})
        )

    async def reply(self, office: str, channel: Channel, address: str, text: str) -> None:
        """Write as the lead; raises PhoneError."""
        await self._ask("POST", f"/phones/{office}/thread", json={"channel": channel, "address": address, "text": text})

    async def _ask(self, method: str, url: str, **parts: Any) -> Any:
        try:
            answer = await self._client.request(method, url, timeout=DEADLINE, **parts)
            return answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise PhoneError(f"the sandbox did not answer ({type(error).__name__})") from error


def _thread(given: dict[str, Any]) -> PhoneThread:
    channel = Channel(given["channel"])
    return PhoneThread(channel, given["address"], tuple(_message(channel, each) for each in given["messages"]))


def _message(channel: Channel, given: dict[str, Any]) -> PhoneMessage:
    at = datetime.fromisoformat(given["at"])
    return PhoneMessage(channel, bool(given["mine"]), given["subject"], given["body"], at)
