"""Open accounts, remembered briefly: found three ways, asked once, forgotten on change."""

import asyncio
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from rekindle.connections import sealed, store
from rekindle.connections.accounts import Accounts
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.db import Conn, Db, Unavailable, connect
from rekindle.office import keys
from tests.conftest import NOON, make_office


async def put(db: Db, keyring: Keyring, office_id: UUID, provider: str = "brook", *, account: str = "loc-1") -> None:
    async with db.office(office_id) as conn:
        values = sealed.seal(keyring, office_id, provider, {"token": "t-1", "location": account})
        await store.put(conn, office_id, provider, account=account, sealed=values, at=NOON)


async def test_an_office_is_found_by_its_slug_with_what_it_entered_and_what_we_made(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    async with db.office(office_id) as conn:
        form = await keys.put_secret(conn, office_id, keyring, "form", at=NOON)
        await keys.put_secret(conn, office_id, keyring, "address", at=NOON)
    await put(db, keyring, office_id)
    held = await Accounts(db, keyring, clock).by_slug("lakeside")
    assert held is not None
    assert (held.office_id, held.slug, held.mode) == (office_id, "lakeside", "sandbox")
    assert {name: dict(account.values) for name, account in held.accounts.items()} == {
        "form": {"secret": form},
        "brook": {"token": "t-1", "location": "loc-1"},
    }
    assert held.routes == {}
    assert "t-1" not in repr(held)
    assert form not in repr(held)


async def test_a_connection_named_like_a_secret_of_ours_adds_to_it_field_by_field(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    async with db.office(office_id) as conn:
        form = await keys.put_secret(conn, office_id, keyring, "form", at=NOON)
    await put(db, keyring, office_id, "form")
    held = await Accounts(db, keyring, clock).of(office_id)
    assert held is not None
    assert held.accounts["form"].values == {"secret": form, "token": "t-1", "location": "loc-1"}


async def test_an_office_is_found_by_the_name_of_its_account(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    accounts = Accounts(db, keyring, clock)
    held = await accounts.by_account("brook", "loc-1")
    assert held is not None
    assert held.office_id == office_id
    assert await accounts.by_account("other", "loc-1") is None


@pytest.mark.parametrize("name", ["", "nobody", "x\x00y", "\ud800", "x" * 5000, "' or 1=1 --"])
async def test_any_account_name_may_be_asked_for(db: Db, keyring: Keyring, clock: HandClock, name: str) -> None:
    assert await Accounts(db, keyring, clock).by_account("brook", name) is None


@pytest.mark.parametrize("slug", ["", "-", "a", "LAKESIDE", "x\x00y", "\ud800", "x" * 64, "../x", "lakeside\n"])
@pytest.mark.usefixtures("office_id")
async def test_any_slug_may_be_asked_for(db: Db, keyring: Keyring, clock: HandClock, slug: str) -> None:
    assert await Accounts(db, keyring, clock).by_slug(slug) is None


async def test_a_change_is_seen_after_five_seconds_or_at_once_when_told(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    accounts = Accounts(db, keyring, clock)
    before = await accounts.by_slug("lakeside")
    await put(db, keyring, office_id)
    assert await accounts.by_slug("lakeside") is before
    clock.advance(timedelta(seconds=5))
    after = await accounts.by_slug("lakeside")
    assert after is not None
    assert "brook" in after.accounts
    await put(db, keyring, office_id, "creek", account="loc-2")
    accounts.forget(office_id)
    told = await accounts.by_slug("lakeside")
    assert told is not None
    assert "creek" in told.accounts


async def test_an_office_that_came_later_is_found(db: Db, keyring: Keyring, clock: HandClock) -> None:
    accounts = Accounts(db, keyring, clock)
    assert await accounts.by_slug("hillside") is None
    made = await make_office(db, "hillside")
    held = await accounts.by_slug("hillside")
    assert held is not None
    assert held.office_id == made


class Counting(Accounts):
    """Counts how often the database is asked."""

    asked = 0

    async def _read(self, which):
        self.asked += 1
        return await super()._read(which)


async def test_many_askers_at_once_are_one_question_and_one_who_hangs_up_takes_nothing_away(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    accounts = Counting(db, keyring, clock)
    askers = [asyncio.create_task(accounts.by_slug("lakeside")) for _ in range(50)]
    await asyncio.sleep(0)
    askers[0].cancel()
    found = await asyncio.gather(*askers, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert all(held is found[1] and held.office_id == office_id for held in found[1:])
    assert accounts.asked == 1


async def test_what_was_being_read_while_it_changed_is_not_remembered(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    accounts = Counting(db, keyring, clock)
    asker = asyncio.create_task(accounts.by_slug("lakeside"))
    await asyncio.sleep(0)
    accounts.forget(office_id)
    assert await asker is not None
    await accounts.by_slug("lakeside")
    assert accounts.asked == 2


async def test_a_database_that_is_away_is_said_to_be_away(
    database_url: str, keyring: Keyring, clock: HandClock
) -> None:
    async with connect(database_url, patience=1.0) as db:
        accounts = Accounts(db, keyring, clock)
        assert await accounts.by_slug("lakeside") is None
        await db.pool.close()
        with pytest.raises(Unavailable):
            await accounts.by_slug("lakeside")


async def test_credentials_under_a_lost_key_are_an_error_and_no_empty_account(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    with pytest.raises(CryptoError):
        await Accounts(db, Keyring(b"x" * 32), clock).of(office_id)


async def test_no_office_sees_anothers_connections(db: Db, keyring: Keyring, clock: HandClock, office_id: UUID) -> None:
    await put(db, keyring, office_id)
    other = await make_office(db, "hillside")
    held = await Accounts(db, keyring, clock).of(other)
    assert held is not None
    assert held.accounts == {}
    async with db.office(other) as conn:
        assert await store.connections(conn, office_id) == []


async def route(conn: Conn, office_id: UUID, provider: str) -> None:
    await conn.execute("insert into channel_route values (%s, 'sms', %s)", (office_id, provider))


async def test_routes_say_which_provider_carries_what(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    async with db.office(office_id) as conn:
        await route(conn, office_id, "brook")
    held = await Accounts(db, keyring, clock).of(office_id)
    assert held is not None
    assert held.routes == {Channel.SMS: "brook"}
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with db.office(office_id) as conn:
            await conn.execute("insert into channel_route values (%s, 'email', 'nobody')", (office_id,))
