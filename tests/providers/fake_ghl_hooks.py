"""HighLevel's webhooks, signed as it signs them, but with a key made here; a test holds every delivery in its hand."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = Ed25519PrivateKey.from_private_bytes(b"g" * 32)
PUBLIC_KEY = base64.b64encode(
    KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()  # for REKINDLE_GHL_PUBLIC_KEYS


@dataclass(frozen=True)
class Hook:
    """One webhook, as its bytes would stand on the wire at every delivery of it."""

    kind: str
    body: bytes
    at: datetime

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": "application/json", "x-ghl-signature": base64.b64encode(KEY.sign(self.body)).decode()}

    @property
    def said(self) -> dict[str, Any]:
        read: dict[str, Any] = orjson.loads(self.body)
        return read


Deliver = Callable[[Hook], Awaitable[bool]]  # whether it was taken; else it may be delivered again


@dataclass
class Hooks:
    """What happened and was not delivered yet, oldest first; a test may drop, repeat or reorder `waiting`.

    `named` and `dated`: whether bodies carry `webhookId` and `timestamp`, which the published examples do not show.
    """

    waiting: list[Hook] = field(default_factory=list)
    named: bool = True
    dated: bool = True
    made: int = 0

    def add(self, kind: str, said: dict[str, Any], at: datetime) -> None:
        self.made += 1
        more: dict[str, Any] = {"webhookId": f"hook-{self.made:08d}"} if self.named else {}
        more |= {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")} if self.dated else {}
        self.waiting.append(Hook(kind, orjson.dumps({"type": kind, **said, **more}), at))

    def take(self) -> list[Hook]:
        """All that wait, taken away."""
        taken, self.waiting = self.waiting, []
        return taken

    async def deliver(self, to: Deliver) -> int:
        """Hand over all that wait; what is refused waits on. How many were taken."""
        hooks = self.take()
        left = [hook for hook in hooks if not await to(hook)]
        self.waiting = left + self.waiting
        return len(hooks) - len(left)


def posting(http: httpx.AsyncClient, url: str) -> Deliver:
    """Deliveries to a URL, as HighLevel makes them: anything but a 2xx is tried again later."""

    async def post(hook: Hook) -> bool:
        try:
            return (await http.post(url, content=hook.body, headers=hook.headers, timeout=10)).is_success
        except httpx.TransportError:
            return False

    return post
