"""Connect a provider, disconnect it, choose what it carries. The caller's transaction is one office's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from rekindle.connections import sealed, store
from rekindle.connections.entry import ConnectError, Entered, enter, installed, open_values
from rekindle.connections.types import Connection
from rekindle.decide.words import Channel
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, UniqueViolation
from rekindle.providers.ports import Plug


class AccountTakenError(ConnectError):
    """Another office of this installation uses this very account; webhooks could not tell the two apart."""


class NotConnectedError(ConnectError):
    """The office has no connection with this provider."""


@dataclass(frozen=True)
class Connected:
    """A connection as it now stands; what we made up for it, shown this once; and all that may be shown now."""

    connection: Connection
    made: Mapping[str, str] = field(repr=False)
    shown: Mapping[str, str] = field(repr=False)


async def connect(
    conn: Conn, office_id: UUID, keyring: Keyring, plug: Plug, given: Mapping[str, str], *, at: datetime
) -> Connected:
    """Keep what a person entered, unchecked; raises ConnectError, of it AccountTakenError ends the transaction."""
    stored = await _stored(conn, office_id, keyring, plug)
    return await _keep(conn, office_id, keyring, plug, enter(plug, given, stored), at=at)


async def install(
    conn: Conn, office_id: UUID, keyring: Keyring, plug: Plug, told: Mapping[str, str], *, at: datetime
) -> Connected:
    """Keep what the provider handed over when a person consented there; raises ConnectError as `connect` does."""
    stored = await _stored(conn, office_id, keyring, plug)
    return await _keep(conn, office_id, keyring, plug, installed(plug, told, stored), at=at)


async def disconnect(conn: Conn, office_id: UUID, provider: str, *, at: datetime) -> None:
    """Forget the credentials; nothing carries its channels until a person chooses. Raises NotConnectedError."""
    if not await store.remove(conn, office_id, provider, at=at):
        raise NotConnectedError(f"{provider} is not connected")


async def route(conn: Conn, office_id: UUID, channel: Channel, plug: Plug) -> None:
    """Let a connected provider carry a channel from now on; raises ConnectError, NotConnectedError."""
    if channel not in plug.channels:
        raise ConnectError(f"{plug.title} cannot carry {channel.value}")
    if await store.connection(conn, office_id, plug.provider) is None:
        raise NotConnectedError(f"{plug.provider} is not connected")
    await store.put_route(conn, office_id, channel, plug.provider)


async def _stored(conn: Conn, office_id: UUID, keyring: Keyring, plug: Plug) -> dict[str, str]:
    closed = await store.lock(conn, office_id, plug.provider)
    if closed is not None:
        return sealed.unseal(keyring, office_id, plug.provider, closed)
    own = await store.own_secret(conn, office_id, plug.provider)
    return {} if own is None else sealed.own_secret(keyring, office_id, plug.provider, own[0])


async def adopt(conn: Conn, office_id: UUID, keyring: Keyring, provider: str) -> None:
    """Make a connection of a secret the office was born with, as old as the secret; nothing where there is none."""
    own = await store.own_secret(conn, office_id, provider)
    if own is None or await store.lock(conn, office_id, provider) is not None:
        return
    values = sealed.seal(keyring, office_id, provider, sealed.own_secret(keyring, office_id, provider, own[0]))
    await store.put(conn, office_id, provider, account="", sealed=values, at=own[1])


async def _keep(
    conn: Conn, office_id: UUID, keyring: Keyring, plug: Plug, entered: Entered, *, at: datetime
) -> Connected:
    try:
        await store.put(
            conn,
            office_id,
            plug.provider,
            account=entered.account,
            sealed=sealed.seal(keyring, office_id, plug.provider, entered.values),
            at=at,
        )
    except UniqueViolation as error:
        raise AccountTakenError(f"another office here is connected to this {plug.title} account already") from error
    carried = await store.routes(conn, office_id)
    for channel in sorted(plug.channels - carried.keys()):
        await store.put_route(conn, office_id, channel, plug.provider)
    connection = await store.connection(conn, office_id, plug.provider)
    assert connection is not None  # noqa: S101 put just now, in this transaction
    return Connected(connection, entered.made, {**open_values(plug, entered.values), **entered.made})
