"""Passwords: argon2id, and the same work for a login that does not exist."""

import asyncio
import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's argon2id profile: 19 MiB, so that a burst of logins does not eat the machine's memory.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
SHORTEST = 12
AT_ONCE = 4


class WeakPasswordError(Exception):
    """Too short to resist guessing."""


def make_hash(password: str) -> str:
    """The argon2id hash to store; raises WeakPasswordError."""
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"a password needs at least {SHORTEST} characters")
    return HASHER.hash(password)


async def fits(password: str, stored: str | None) -> bool:
    """Whether the password belongs to the stored hash; no hash costs the same time and says no."""
    async with _gate():
        matches = await asyncio.to_thread(_verify, password, stored or _nobody())
    return matches and stored is not None


def _verify(password: str, stored: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobody() -> str:
    return HASHER.hash("nobody has this password")


_gates: dict[int, asyncio.Semaphore] = {}


def _gate() -> asyncio.Semaphore:
    # One a loop: a semaphore belongs to the loop that first waits on it.
    return _gates.setdefault(id(asyncio.get_running_loop()), asyncio.Semaphore(AT_ONCE))
