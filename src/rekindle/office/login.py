"""Signing in: argon2id, the same work and the same words for unknown logins, and a brake on guessing."""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import password as passwords
from rekindle.office import sessions, store

WINDOW = timedelta(minutes=15)
PER_LOGIN = 5  # guesses at one person's password in a window
PER_SOURCE = 30  # guesses from one address in a window, whoever they are at


class WrongLoginError(Exception):
    """Login and password do not belong together; never says which of them is wrong."""


@dataclass
class ThrottledError(Exception):
    """Too many guesses; worth trying again after so many seconds."""

    retry_after: int


async def sign_in(
    db: Db, keyring: Keyring, *, login: str, password: str, source: str, at: datetime, old_token: str | None = None
) -> str:
    """A new session's token, ending the one shown before; raises WrongLoginError or ThrottledError."""
    login = login.strip().lower()
    by_login, by_source = _who(keyring, "login", login), _who(keyring, "source", source)
    await _count(db, by_login, by_source, at)
    async with db.plain() as conn:
        found = await store.by_login(conn, login)
    if not await passwords.fits(password, found[2] if found else None) or found is None:
        raise WrongLoginError
    office_id, person_id, _ = found
    async with db.plain() as conn:
        await store.forgive(conn, by_login)
        await store.forgive(conn, by_source, only_at=at)
    if old_token:
        await sessions.end(db, old_token)
    return await sessions.start(db, office_id, person_id, at=at)


async def prune(db: Db, *, at: datetime) -> int:
    """Drop attempts that count no more; for a timer."""
    async with db.plain() as conn:
        return await store.prune_attempts(conn, before=at - WINDOW)


async def _count(db: Db, by_login: bytes, by_source: bytes, at: datetime) -> None:
    # Counted before the password is looked at, so that guesses made at once are all seen. An attempt over the
    # limit is rolled back with its error: only guesses that were judged keep the door shut.
    async with db.plain() as conn:
        for who, limit in ((by_login, PER_LOGIN), (by_source, PER_SOURCE)):
            made, oldest = await store.count_attempt(conn, who, since=at - WINDOW, at=at)
            if made > limit:
                raise ThrottledError(max(1, math.ceil((oldest + WINDOW - at).total_seconds())))


def _who(keyring: Keyring, kind: str, value: str) -> bytes:
    return hmac.new(keyring.derive("login-attempt"), f"{kind}:{value}".encode(), hashlib.sha256).digest()
