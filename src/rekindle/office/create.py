"""A new office: its row, its owner, its keys; everything secret is returned once and never again."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, UniqueViolation
from rekindle.kit.ids import new_id
from rekindle.office import keys, people, store
from rekindle.office.types import Mode, Office, Role

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
PASSWORD_BYTES = 15


class OfficeError(Exception):
    """The office cannot be made so; the message says what to change."""


@dataclass(frozen=True)
class Created:
    """What the new owner must write down now."""

    office_id: UUID
    slug: str
    login: str
    password: str
    api_key: str
    form_secret: str


async def create(
    db: Db,
    keyring: Keyring,
    *,
    slug: str,
    name: str,
    timezone: str,
    mode: Mode,
    at: datetime,
    brokerage: str = "",
    login: str | None = None,
    owner_name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    address: str | None = None,
    booking_url: str | None = None,
) -> Created:
    """Make an office with its owner, an API key and a form secret; raises OfficeError when slug or login is taken."""
    _check(slug, timezone)
    made = new_id()
    # Without an address of their own the owner signs in under a reserved domain, which no mail can reach.
    login = login or f"owner@{slug}.example"
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    office = Office(made, slug, name, brokerage or name, timezone, Mode(mode), phone, email, address, booking_url, at)
    try:
        async with db.office(made) as conn:
            await store.put(conn, office)
            owner = await people.add(
                conn, made, email=login, name=owner_name or f"{name} owner", role=Role.OWNER, password=password, at=at
            )
            # Until agents are added the owner takes the hand-offs: an office in which nobody does loses its leads.
            await people.set_agent(conn, made, owner, timezone=timezone)
            api_key = await keys.put_api_key(conn, made, "first", at=at)
            await keys.put_address_key(conn, made, keyring, at=at)
            form_secret = await keys.put_secret(conn, made, keyring, "form", at=at)
            if office.mode is Mode.SANDBOX:
                await keys.put_secret(conn, made, keyring, "sandbox", at=at)
    except UniqueViolation as error:
        raise OfficeError(f"there is an office named {slug} already") from error
    except people.LoginTakenError as error:
        raise OfficeError(f"the login {login} is in use already; choose another") from error
    return Created(made, slug, login, password, api_key, form_secret)


def _check(slug: str, timezone: str) -> None:
    if not SLUG.fullmatch(slug):
        raise OfficeError(f"a slug is 2 to 63 of a-z, 0-9 and -, and does not begin with -; not {slug!r}")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise OfficeError(f"no time zone is named {timezone!r}; one like America/Chicago is wanted") from error
