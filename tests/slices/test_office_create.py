"""A new office is whole at once; its secrets are shown once and stored so that a dump betrays none."""

import base64
from uuid import UUID

import psycopg
import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.db import Db
from rekindle.office import create, keys, login, sessions, store
from rekindle.office.types import Mode, Role


async def make(
    db: Db, keyring: Keyring, clock: HandClock, slug: str = "harbor", login: str | None = None
) -> create.Created:
    return await create.create(
        db,
        keyring,
        slug=slug,
        name="Harbor Homes",
        timezone="America/New_York",
        mode=Mode.SANDBOX,
        at=clock.now(),
        login=login,
    )


async def test_everything_shown_once_works(db: Db, keyring: Keyring, clock: HandClock) -> None:
    made = await make(db, keyring, clock)
    assert made.api_key.startswith("rk_")
    found = await keys.by_api_key(db, made.api_key)
    assert found is not None
    assert found[0] == made.office_id
    token = await login.sign_in(
        db, keyring, login=made.login, password=made.password, source="127.0.0.1", at=clock.now()
    )
    who = await sessions.find(db, token, at=clock.now())
    assert who is not None
    assert (who.role, who.office.slug, who.office.mode) == (Role.OWNER, "harbor", Mode.SANDBOX)
    async with db.office(made.office_id) as conn:
        secret = await keys.form_secret(conn, made.office_id, keyring, "form")
        sandbox = await keys.form_secret(conn, made.office_id, keyring, "sandbox")
        nothing = await keys.form_secret(conn, made.office_id, keyring, "twilio")
    assert made.form_secret == "whsec_" + base64.b64encode(secret or b"").decode()
    assert sandbox not in (None, secret)
    assert nothing is None


async def test_no_secret_stands_in_the_database(db: Db, keyring: Keyring, clock: HandClock, database_url: str) -> None:
    made = await make(db, keyring, clock)
    with psycopg.connect(database_url) as conn:
        rows = []
        for table in ("office_secret", "person", "api_key"):
            rows += conn.execute(f"select t::text from {table} t").fetchall()  # type: ignore[arg-type]
    text = str(rows)
    key = base64.b64decode(made.form_secret.removeprefix("whsec_"))
    for secret in (made.password, made.api_key, made.form_secret, key.hex()):
        assert secret not in text
    async with db.office(made.office_id) as conn:
        with pytest.raises(CryptoError):
            await keys.form_secret(conn, made.office_id, Keyring(b"x" * 32), "form")


async def test_a_live_office_has_no_sandbox_secret(db: Db, keyring: Keyring, clock: HandClock) -> None:
    made = await create.create(
        db, keyring, slug="live-one", name="Live", timezone="America/Denver", mode=Mode.LIVE, at=clock.now()
    )
    async with db.office(made.office_id) as conn:
        assert await keys.form_secret(conn, made.office_id, keyring, "sandbox") is None


@pytest.mark.parametrize("slug", ["", "a", "Upper", "-x-y", "with space", "ä-b", "x" * 64])
async def test_a_slug_that_no_address_can_hold_is_refused(
    db: Db, keyring: Keyring, clock: HandClock, slug: str
) -> None:
    with pytest.raises(create.OfficeError):
        await make(db, keyring, clock, slug)


async def test_slug_login_and_zone_are_checked(db: Db, keyring: Keyring, clock: HandClock) -> None:
    await make(db, keyring, clock, "first", "boss@harbor.example")
    with pytest.raises(create.OfficeError, match="named first"):
        await make(db, keyring, clock, "first")
    with pytest.raises(create.OfficeError, match="login"):
        await make(db, keyring, clock, "second", "Boss@Harbor.example")
    async with db.plain() as conn:
        assert [o.slug for o in await store.all_offices(conn)] == ["first"]
    with pytest.raises(create.OfficeError, match="time zone"):
        await create.create(db, keyring, slug="zone", name="Z", timezone="Mars/Base", mode=Mode.LIVE, at=clock.now())


async def test_a_revoked_key_opens_nothing(db: Db, keyring: Keyring, clock: HandClock) -> None:
    made = await make(db, keyring, clock)
    found = await keys.by_api_key(db, made.api_key)
    assert found is not None
    async with db.office(made.office_id) as conn:
        assert await store.revoke_api_key(conn, made.office_id, found[1], at=clock.now())
    assert await keys.by_api_key(db, made.api_key) is None
    assert await keys.by_api_key(db, "rk_guess") is None
    assert await keys.by_api_key(db, "not a key") is None


async def test_one_office_cannot_read_another(db: Db, keyring: Keyring, clock: HandClock, office_id: UUID) -> None:
    made = await make(db, keyring, clock)
    async with db.office(office_id) as conn:
        assert await keys.form_secret(conn, made.office_id, keyring, "form") is None
        assert await store.people(conn, made.office_id) == []
        with pytest.raises(store.UnknownOfficeError):
            await store.get(conn, made.office_id)
