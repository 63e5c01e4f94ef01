"""Blocks that belong to an address: kept by keyed hash, they outlive the lead, its merge, re-import and erasure."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from rekindle.consent import lists, store
from rekindle.decide.facts import Address, Suppression
from rekindle.decide.words import Channel
from rekindle.kit.crypto import address_hash
from rekindle.kit.db import Conn
from rekindle.providers.ports import Consequence

UNREACHABLE = Consequence.DEAD_ADDRESS.value


async def suppress(
    conn: Conn,
    office_id: UUID,
    office_key: bytes,
    *,
    channels: frozenset[Channel],
    address: str,
    reason: str,
    rule: str,
    event_id: UUID | None,
    at: datetime,
) -> frozenset[Channel]:
    """Block a normalised address on channels; returns those that were open until now. Twice is once."""
    digest = address_hash(office_key, address)
    hashes = {channel.value: digest for channel in channels}
    if not hashes:
        return frozenset()
    new = await store.suppress(conn, office_id, hashes, reason=reason, rule=rule, event_id=event_id, at=at)
    closed = frozenset(map(Channel, new))
    # Nobody said no from a dead mailbox; on a list of those who did, it would come back to us as a no.
    if Channel.EMAIL in closed and reason != UNREACHABLE:
        await lists.want(conn, office_id, office_key, address, at=at)
    return closed


async def standing(
    conn: Conn, office_id: UUID, office_key: bytes, addresses: Iterable[Address | str]
) -> list[Suppression]:
    """The standing blocks of these addresses, on any channel, oldest first."""
    values = {address.value if isinstance(address, Address) else address for address in addresses}
    by_hash = {address_hash(office_key, value): value for value in values}
    rows = await store.suppressions(conn, office_id, list(by_hash))
    return [
        Suppression(Channel(row["channel"]), by_hash[bytes(row["address_hash"])], row["reason"], row["at"])
        for row in rows
    ]


async def lift(
    conn: Conn,
    office_id: UUID,
    office_key: bytes,
    *,
    channels: frozenset[Channel],
    address: str,
    reason: str,
    at: datetime,
) -> frozenset[Channel]:
    """End blocks because the address itself asked for it, in `reason`'s words; never because a list says so."""
    names = sorted(channel.value for channel in channels)
    lifted = await store.lift(conn, office_id, names, address_hash(office_key, address), by=reason, at=at)
    return frozenset(map(Channel, lifted))
