"""Seal an office's credentials under the newest master key."""

from uuid import UUID

from rekindle.connections import sealed, store
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn


async def reseal(conn: Conn, office_id: UUID, keyring: Keyring) -> tuple[int, int]:
    """(sealed anew, all). Safe to repeat and to break off; raises CryptoError when no key of the ring opens one."""
    providers = sorted(await store.sealed(conn, office_id))
    anew = 0
    for provider in providers:
        closed = await store.lock(conn, office_id, provider)  # an adapter may be renewing its tokens just now
        if closed is None or sealed.is_current(keyring, office_id, provider, closed):
            continue
        values = sealed.unseal(keyring, office_id, provider, closed)
        await store.reseal(conn, office_id, provider, sealed=sealed.seal(keyring, office_id, provider, values))
        anew += 1
    return anew, len(providers)
