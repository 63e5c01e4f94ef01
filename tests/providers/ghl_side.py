"""Our side of the wire to the fake HighLevel: a client with an account, every request held against the descriptions."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

import httpx

from rekindle.connections import sealed, store
from rekindle.connections.vault import StoredVault
from rekindle.decide.words import Channel
from rekindle.kit.clock import Clock, HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers import calls
from rekindle.providers.ghl import settings
from rekindle.providers.ghl.client import GhlClient
from rekindle.providers.ghl.oauth import GhlOauth
from rekindle.providers.ghl.settings import GhlSettings
from rekindle.providers.ports import Account, Outgoing, Vault
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.described import Description
from tests.providers.fake_ghl import CLIENT, LOCATION, FakeGhl
from tests.providers.fake_ghl_hooks import PUBLIC_KEY
from tests.providers.faults import Asked, Replied, Wire

OFFICE = UUID(int=7)
# HighLevel's help pages know it, its description does not.
UNDESCRIBED = frozenset({"/oauth/reconnect"})


class Untouched:
    """A vault that nobody may ask: a private integration token is never renewed."""

    async def read(self, office_id: UUID, provider: str) -> Account | None:
        raise AssertionError(office_id, provider)

    async def write(self, office_id: UUID, provider: str, values: Mapping[str, str]) -> None:
        raise AssertionError(office_id, provider, values)

    async def claim(self, office_id: UUID, provider: str, *, seconds: float) -> bool:
        raise AssertionError(office_id, provider, seconds)

    async def release(self, office_id: UUID, provider: str) -> None:
        raise AssertionError(office_id, provider)


@dataclass(frozen=True)
class Side:
    """Everything a test of the client holds."""

    fake: FakeGhl
    wire: Wire
    http: httpx.AsyncClient
    settings: GhlSettings
    client: GhlClient
    clock: HandClock
    account: Account

    def oauth(self) -> GhlOauth:
        return GhlOauth(self.http, self.settings, self.clock)

    def with_values(self, **values: str) -> Account:
        return replace(self.account, values={**self.account.values, **values})

    def fail_at(self, nth: int, fault: faults.Fault) -> None:
        """The nth request from now meets this fault."""
        left = nth - 1

        def counting(asked: Asked) -> Replied:
            nonlocal left
            left -= 1
            if left == 0:
                self.wire.then(fault)  # met by the request after this one
            return self.fake.handle(asked)

        if left == 0:
            self.wire.then(fault)
        self.wire._handler = counting

    def heal(self) -> None:
        """No faults any more."""
        self.wire._queued.clear()
        self.wire._handler = self.fake.handle

    def asked(self, method: str = "", path: str = "") -> list[Asked]:
        """The requests of a method whose path holds this."""
        return [a for a in self.wire.requests if a.method == (method or a.method) and path in a.plain_path]


def read_settings(url: str) -> GhlSettings:
    return settings.read(
        {
            "REKINDLE_GHL_URL": url,
            "REKINDLE_GHL_PUBLIC_KEYS": PUBLIC_KEY,
            "REKINDLE_GHL_CLIENT_ID": CLIENT[0],
            "REKINDLE_GHL_CLIENT_SECRET": CLIENT[1],
        }
    )


TLS = ssl.create_default_context()  # costs more than a whole test with the fake


@asynccontextmanager
async def connected(clock: HandClock, *, vault: Vault | None = None, described: bool = True) -> AsyncIterator[Side]:
    """The fake, running, and a client of it. With `described` every request must be one HighLevel describes."""
    fake = FakeGhl(clock)
    async with faults.serving(fake.handle) as wire, _http() as http:
        set_up = read_settings(wire.url)
        account = Account(OFFICE, "ghl", {"location_id": LOCATION, "private_token": "pit-1"})
        yield Side(fake, wire, http, set_up, GhlClient(http, set_up, clock, vault or Untouched()), clock, account)
        if described:
            for asked in wire.requests:
                check(asked)


def _http() -> httpx.AsyncClient:
    """As calls.client() makes it, but for the certificates it would read anew."""
    return httpx.AsyncClient(
        limits=calls.LIMITS,
        follow_redirects=False,
        timeout=None,  # noqa: S113 every call has its own deadline
        trust_env=False,
        verify=TLS,
    )


def check(asked: Asked) -> None:
    """Hold one request against HighLevel's own description."""
    if asked.path not in UNDESCRIBED:
        product = asked.path.strip("/").split("/")[0]
        _description(product).check(asked)


@cache
def _description(product: str) -> Description:
    return Description.load(f"highlevel/{product}.json")


async def installed(
    db: Db, keyring: Keyring, office_id: UUID, clock: Clock, **values: str
) -> tuple[StoredVault, Account]:
    """An office whose account came from an install of our app, and where its tokens are kept."""
    held = {"location_id": LOCATION, "access_token": "access-0", "refresh_token": "refresh-0", **values}
    async with db.office(office_id) as conn:
        closed = sealed.seal(keyring, office_id, "ghl", held)
        await store.put(conn, office_id, "ghl", account=LOCATION, sealed=closed, at=clock.now())
    return StoredVault(db, keyring, clock), Account(office_id, "ghl", held)


def outgoing(channel: Channel = Channel.SMS, **changes: object) -> Outgoing:
    email = channel is Channel.EMAIL
    parts: dict[str, object] = {
        "office_id": OFFICE,
        "message_id": UUID(int=1),
        "key": "key-1",
        "channel": channel,
        "to": "ann@reed.example" if email else "+13125550142",
        "sender": "hello@lakeside.example" if email else "+13125550100",
        "subject": "Your question" if email else None,
        "body": "Hi Ann, it is Lakeside Team.\nReply STOP to opt out.",
        "headers": (),
        "expires_at": None,
        "attempted_at": NOON,
        **changes,
    }
    return Outgoing(**parts)  # type: ignore[arg-type]
