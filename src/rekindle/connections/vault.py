"""Where adapters that renew their own tokens keep them: the same sealed values a person entered, renewed by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from rekindle.connections import sealed, store
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Fault


@dataclass(frozen=True)
class StoredVault:
    """`ports.Vault` in the database. Every call is one transaction of its own, done when it returns."""

    db: Db
    keyring: Keyring
    clock: Clock

    async def read(self, office_id: UUID, provider: str) -> Account | None:
        """The account as it stands in the database now, past every cache; raises CryptoError."""
        async with self.db.office(office_id) as conn:
            closed = (await store.sealed(conn, office_id)).get(provider)
        if closed is None:
            return None
        return Account(office_id, provider, sealed.unseal(self.keyring, office_id, provider, closed))

    async def write(self, office_id: UUID, provider: str, values: Mapping[str, str]) -> None:
        """Durably merge new values into the account; raises CallFailedError when it was disconnected meanwhile."""
        async with self.db.office(office_id) as conn:
            closed = await store.lock(conn, office_id, provider)
            if closed is None:
                raise CallFailedError("disconnected", "this account was disconnected", fault=Fault.ACCOUNT)
            merged = {**sealed.unseal(self.keyring, office_id, provider, closed), **values}
            await store.reseal(conn, office_id, provider, sealed=sealed.seal(self.keyring, office_id, provider, merged))

    async def claim(self, office_id: UUID, provider: str, *, seconds: float) -> bool:
        """Become the one who renews, for so long; False when somebody else does right now, or nothing is connected."""
        at = self.clock.now()
        async with self.db.office(office_id) as conn:
            return await store.claim(conn, office_id, provider, at=at, until=at + timedelta(seconds=seconds))

    async def release(self, office_id: UUID, provider: str) -> None:
        """Done renewing."""
        async with self.db.office(office_id) as conn:
            await store.release(conn, office_id, provider)


class ShutVault:
    """For when only the list of what can be connected is asked for, and there is no database: nothing is kept here."""

    async def read(self, office_id: UUID, provider: str) -> Account | None:  # noqa: ARG002 the port
        """Nobody's account."""
        return None

    async def write(self, office_id: UUID, provider: str, values: Mapping[str, str]) -> None:  # noqa: ARG002 the port
        """Raises CallFailedError."""
        raise CallFailedError("no-vault", "there is no database to keep it in", fault=Fault.ACCOUNT)

    async def claim(self, office_id: UUID, provider: str, *, seconds: float) -> bool:  # noqa: ARG002 the port
        """Nobody renews here."""
        return False

    async def release(self, office_id: UUID, provider: str) -> None:
        """Nothing was claimed."""
