"""How much strangers may send to one endpoint, in all processes together: the forged little, the genuine plenty."""

import hashlib
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import Scope

from rekindle.kit.limits.blocks import Blocks
from rekindle.web import source as sources
from rekindle.web.engine import Engine

SECONDS = 60
ONE_CUSTOMER = 64  # bits of an IPv6 address that an attacker cannot choose freely


@dataclass
class HookLimits:
    """One a process. No round trip but one a block of the window; what is known to be over is refused in memory."""

    blocks: Blocks
    trusted: tuple[str, ...]
    refused_per_minute: int
    genuine_per_minute: int
    barred_until: float = field(default=0.0, init=False)  # the last end of any bar, so that peace costs nothing

    @classmethod
    def of(cls, engine: Engine) -> "HookLimits":
        """The limits of a running engine."""
        settings = engine.settings
        return cls(engine.limits, settings.trusted_proxies, settings.hook_refused_per_minute, settings.hook_per_minute)

    async def admit(self, scope: Scope, office: str, source: str, at: datetime) -> float | None:
        """Before anything is read or verified: None to go on, else the seconds until this sender may come again."""
        if at.timestamp() >= self.barred_until:
            return None
        keys = (self._forged(scope, office, source), _genuine(office, source))
        waits = [wait for key in keys if (wait := self.blocks.closed(key, seconds=SECONDS, at=at)) is not None]
        return max(waits, default=None)

    async def refused(self, scope: Scope, office: str, source: str, at: datetime) -> float | None:
        """Count a request whose signature was refused; not None when its sender has had all refusals of this minute."""
        key = self._forged(scope, office, source)
        return self._noted(await self.blocks.spend(key, count=self.refused_per_minute, seconds=SECONDS, at=at), at)

    async def spend(self, office: str, source: str, at: datetime) -> float | None:
        """Count a genuine request; not None when the endpoint has taken all of this minute: do not store it."""
        key = _genuine(office, source)
        return self._noted(await self.blocks.spend(key, count=self.genuine_per_minute, seconds=SECONDS, at=at), at)

    def _noted(self, wait: float | None, at: datetime) -> float | None:
        if wait is not None:
            self.barred_until = max(self.barred_until, at.timestamp() + wait)
        return wait

    def _forged(self, scope: Scope, office: str, source: str) -> str:
        """Hashed: an address is personal data, and a path may be of any length."""
        who = _customer(sources.address(scope, self.trusted))
        return "hook:refused:" + hashlib.sha256(f"{office}\n{source}\n{who}".encode()).hexdigest()[:32]


def _genuine(office: str, source: str) -> str:
    return f"hook:genuine:{office}:{source}"


def _customer(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return address
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, ONE_CUSTOMER), strict=False))
