"""Which webhook endpoints exist: an office, a wired source, and an account of that office for it."""

from dataclasses import dataclass
from uuid import UUID

from rekindle.connections.accounts import Accounts
from rekindle.connections.types import Held
from rekindle.providers.ports import Account, Inbound, Request
from rekindle.web.engine import Engine

MOST_NAMED = 50  # accounts looked up for one request that nobody has verified yet
PLATFORM = "-"  # in place of an office: one URL of a platform's app for all its offices


@dataclass(frozen=True)
class Door:
    """One endpoint and what verifies its requests."""

    office_id: UUID
    inbound: Inbound
    account: Account


@dataclass(frozen=True)
class Doors:
    """Finds endpoints; no account, no door."""

    inbound: dict[str, Inbound]
    accounts: Accounts

    @classmethod
    def of(cls, engine: Engine) -> "Doors":
        """The doors of a running engine."""
        return cls(dict(engine.providers.inbound), engine.accounts)

    async def find(self, slug: str, source: str) -> Door | None:
        """An office's own endpoint, or None when office, source or account is missing; raises kit.db.Unavailable."""
        inbound = self.inbound.get(source)
        return None if inbound is None else _door(await self.accounts.by_slug(slug), inbound)

    async def named(self, source: str, request: Request) -> list[Door]:
        """The endpoints of the offices whose accounts a platform's request names, which is not verified yet."""
        inbound = self.inbound.get(source)
        found: dict[UUID, Door] = {}
        for name in (inbound.account_names(request) if inbound else ())[:MOST_NAMED]:
            door = _door(await self.accounts.by_account(inbound.provider, name), inbound) if inbound else None
            if door is not None:
                found[door.office_id] = door
        return list(found.values())


def _door(held: Held | None, inbound: Inbound) -> Door | None:
    account = held.accounts.get(inbound.provider) if held else None
    return Door(held.office_id, inbound, account) if held and account else None
