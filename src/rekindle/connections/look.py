"""Look at a connection live: read-only, with a deadline, outside any transaction; what it said is kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.connections import sealed, store
from rekindle.connections.connect import adopt
from rekindle.connections.entry import ConnectError, account_of
from rekindle.connections.types import State
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.db import Conn, Db, UniqueViolation
from rekindle.providers.ports import Account, Checked, Plug

logger = log.get("connections")

SECONDS = 15.0
NOTE_LENGTH = 500

TAKEN = Checked(ok=False, text="Another office here is connected to this very account; disconnect one of them.")


@dataclass(frozen=True)
class Looked:
    """One look: how the connection was before and how it is."""

    office_id: UUID
    provider: str
    before: State
    now: State
    note: str

    @property
    def broke(self) -> bool:
        """Whether a person should hear of it: it worked, and does not any more."""
        return self.before is State.OK and self.now is State.FAILING


@dataclass(frozen=True)
class Looker:
    """Looks with these parts."""

    db: Db
    keyring: Keyring
    clock: Clock

    async def look(self, plug: Plug, office_id: UUID, *, deadline: float = SECONDS) -> Looked | None:
        """Look once and keep what was seen; None when it is not connected, or was changed during the look."""
        async with self.db.office(office_id) as conn:
            await adopt(conn, office_id, self.keyring, plug.provider)
            before = await store.connection(conn, office_id, plug.provider)
            closed = (await store.sealed(conn, office_id)).get(plug.provider)
        if before is None or closed is None:
            return None
        try:
            values = sealed.unseal(self.keyring, office_id, plug.provider, closed)
        except CryptoError:
            checked = Checked(ok=False, text="The stored credentials do not open with this key; enter them again.")
        else:
            checked = await _checked(plug, Account(office_id, plug.provider, values), deadline)
        return await self._record(plug, office_id, checked, since=before.updated_at)

    async def _record(self, plug: Plug, office_id: UUID, checked: Checked, *, since: datetime) -> Looked | None:
        at = self.clock.now()
        try:
            async with self.db.office(office_id) as conn:
                return await record_check(conn, office_id, self.keyring, plug, checked, since=since, at=at)
        except UniqueViolation:
            refused = TAKEN
        except ConnectError as error:
            refused = Checked(ok=False, text=str(error))
        async with self.db.office(office_id) as conn:
            return await record_check(conn, office_id, self.keyring, plug, refused, since=since, at=at)


async def record_check(
    conn: Conn, office_id: UUID, keyring: Keyring, plug: Plug, checked: Checked, *, since: datetime, at: datetime
) -> Looked | None:
    """Keep what a look saw, unless a person entered something after `since`; raises UniqueViolation, ConnectError."""
    closed = await store.lock(conn, office_id, plug.provider)
    before = await store.connection(conn, office_id, plug.provider)
    if closed is None or before is None or before.updated_at != since:
        return None
    account = before.account
    if checked.found:
        values = _learned(plug, sealed.unseal(keyring, office_id, plug.provider, closed), checked)
        account, closed = account_of(plug, values), sealed.seal(keyring, office_id, plug.provider, values)
    state = State.OK if checked.ok else State.FAILING
    note = checked.text[:NOTE_LENGTH].replace("\x00", "")
    await store.put_check(conn, office_id, plug.provider, state=state, note=note, account=account, sealed=closed, at=at)
    return Looked(office_id, plug.provider, before.state, state, note)


def _learned(plug: Plug, values: Mapping[str, str], checked: Checked) -> dict[str, str]:
    """The values with what the look told us; what a person entered stays as entered."""
    entered = {one.name for one in plug.fields if values.get(one.name)}
    return {**values, **{name: value for name, value in checked.found if name not in entered}}


async def _checked(plug: Plug, account: Account, deadline: float) -> Checked:
    try:
        async with asyncio.timeout(deadline + 1.0):  # a check keeps its own deadline; this is for one that does not
            return await plug.check(account, deadline=deadline)
    except TimeoutError:
        return Checked(ok=False, text=f"{plug.title} did not answer in time.")
    except Exception as error:  # noqa: BLE001 a check that breaks its word is a failing connection, not a broken page
        logger.error("check broke", provider=plug.provider, error=type(error).__name__)  # noqa: TRY400 its text may hold a credential
        return Checked(ok=False, text=f"The check of {plug.title} broke; see the log.")
