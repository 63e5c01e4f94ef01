"""Connecting a provider: what is kept, what is refused, what a look finds, who renews tokens."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.connections import store
from rekindle.connections.accounts import Accounts
from rekindle.connections.connect import (
    AccountTakenError,
    Connected,
    NotConnectedError,
    connect,
    disconnect,
    install,
    route,
)
from rekindle.connections.entry import ConnectError
from rekindle.connections.hooks import urls
from rekindle.connections.look import TAKEN, Looker
from rekindle.connections.types import State
from rekindle.connections.vault import StoredVault
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import keys
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Account, CallFailedError, Checked, Field, Plug
from tests.conftest import NOON, make_office
from tests.slices.brook import TOKEN, Brook, BrookInbound, bad, broken, creek, silent

GIVEN = {"token": TOKEN, "location": "loc-1"}


async def put(
    db: Db, keyring: Keyring, office_id: UUID, given: Mapping[str, str] = GIVEN, plug: Plug | None = None
) -> Connected:
    async with db.office(office_id) as conn:
        return await connect(conn, office_id, keyring, plug or Brook(), given, at=NOON)


async def values(db: Db, keyring: Keyring, clock: HandClock, office_id: UUID) -> Mapping[str, str]:
    account = await StoredVault(db, keyring, clock).read(office_id, "brook")
    assert account is not None
    return account.values


async def routes(db: Db, office_id: UUID) -> dict[Channel, str]:
    async with db.office(office_id) as conn:
        return await store.routes(conn, office_id)


async def test_what_was_entered_is_kept_with_what_we_make_up(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    done = await put(db, keyring, office_id, {"token": f"  {TOKEN}\n", "location": "loc-1"})
    assert done.connection.state is State.UNCHECKED
    assert done.connection.account == "loc-1"
    assert set(done.made) == {"hook_secret"}
    assert await values(db, keyring, clock, office_id) == {**GIVEN, "calendar": "main", **done.made}
    assert TOKEN not in repr(done)
    assert done.made["hook_secret"] not in repr(done)


async def test_nothing_in_the_table_can_be_read_without_the_key(db: Db, keyring: Keyring, office_id: UUID) -> None:
    await put(db, keyring, office_id)
    async with db.office(office_id) as conn:
        row = await (await conn.execute("select c::text as row, sealed from connection c")).fetchone()
    assert row is not None
    assert TOKEN not in row["row"]
    assert TOKEN.encode() not in bytes(row["sealed"])


async def test_a_blank_secret_and_what_is_not_given_stay(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    made = (await put(db, keyring, office_id, {**GIVEN, "calendar": "tours"})).made
    again = await put(db, keyring, office_id, {"token": "", "location": "loc-1"})
    assert again.made == {}
    assert await values(db, keyring, clock, office_id) == {**GIVEN, "calendar": "tours", **made}
    await put(db, keyring, office_id, {"calendar": ""})
    assert (await values(db, keyring, clock, office_id))["calendar"] == "main"


async def test_tokens_an_adapter_renewed_end_with_the_credentials_they_came_from(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    await StoredVault(db, keyring, clock).write(office_id, "brook", {"access_token": "a-1"})
    await put(db, keyring, office_id, {"calendar": "tours"})
    assert (await values(db, keyring, clock, office_id))["access_token"] == "a-1"
    await put(db, keyring, office_id, {"token": "another"})
    assert "access_token" not in await values(db, keyring, clock, office_id)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Brook Texting needs token, location"),
        ({"token": " ", "location": "loc-1"}, "needs token"),
        ({**GIVEN, "tokem": "x"}, "has no tokem; it takes token, location, calendar, hook_secret"),
        ({**GIVEN, "calendar": "a\x00b"}, "calendar for Brook Texting is too long or is no text"),
        ({**GIVEN, "calendar": "\ud800"}, "is no text"),
        ({**GIVEN, "calendar": "x" * 20_001}, "is too long"),
        ({**GIVEN, "location": "l" * 201}, "location is too long"),
        ({**GIVEN, "location": "l\n1"}, "characters that no name has"),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_name(
    db: Db, keyring: Keyring, office_id: UUID, given: dict[str, str], why: str
) -> None:
    with pytest.raises(ConnectError) as caught:
        await put(db, keyring, office_id, given)
    assert why in str(caught.value)
    assert TOKEN not in str(caught.value)
    async with db.office(office_id) as conn:
        assert await store.connections(conn, office_id) == []


async def test_one_account_belongs_to_one_office_until_it_is_disconnected(
    db: Db, keyring: Keyring, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    other = await make_office(db, "hillside")
    with pytest.raises(AccountTakenError) as caught:
        await put(db, keyring, other)
    assert "lakeside" not in str(caught.value)
    async with db.office(office_id) as conn:
        await disconnect(conn, office_id, "brook", at=NOON)
    assert (await put(db, keyring, other)).connection.account == "loc-1"


async def test_the_first_that_can_carries_a_channel_until_a_person_chooses(
    db: Db, keyring: Keyring, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    await put(db, keyring, office_id, {"key": "k"}, creek())
    assert await routes(db, office_id) == {Channel.SMS: "brook", Channel.EMAIL: "creek"}
    async with db.office(office_id) as conn:
        await route(conn, office_id, Channel.SMS, creek())
    assert await routes(db, office_id) == {Channel.SMS: "creek", Channel.EMAIL: "creek"}
    await put(db, keyring, office_id)
    assert await routes(db, office_id) == {Channel.SMS: "creek", Channel.EMAIL: "creek"}


async def test_a_route_leads_only_to_what_is_connected_and_able(db: Db, keyring: Keyring, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        with pytest.raises(NotConnectedError):
            await route(conn, office_id, Channel.SMS, Brook())
    await put(db, keyring, office_id)
    async with db.office(office_id) as conn:
        with pytest.raises(ConnectError, match="cannot carry email"):
            await route(conn, office_id, Channel.EMAIL, Brook())


async def test_disconnecting_leaves_no_credentials_and_no_route(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    async with db.office(office_id) as conn:
        await disconnect(conn, office_id, "brook", at=NOON)
        row = await (await conn.execute("select state, sealed, account from connection")).fetchone()
        with pytest.raises(NotConnectedError):
            await disconnect(conn, office_id, "brook", at=NOON)
    assert row == {"state": "removed", "sealed": b"", "account": ""}
    assert await routes(db, office_id) == {}
    assert await StoredVault(db, keyring, clock).read(office_id, "brook") is None
    again = await put(db, keyring, office_id)
    assert again.connection.state is State.UNCHECKED
    assert set(again.made) == {"hook_secret"}


async def test_an_install_replaces_older_credentials_and_keeps_settings(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    made = (await put(db, keyring, office_id, {**GIVEN, "calendar": "tours"})).made
    told = {"location": "loc-9", "access_token": "a-1"}
    async with db.office(office_id) as conn:
        done = await install(conn, office_id, keyring, Brook(), told, at=NOON)
    assert done.connection.account == "loc-9"
    kept = {**told, "calendar": "tours", **made, "by_consent": "yes"}
    assert await values(db, keyring, clock, office_id) == kept


async def test_an_account_that_came_by_consent_needs_no_secret_until_one_is_entered(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    async with db.office(office_id) as conn:
        await install(conn, office_id, keyring, Brook(), {"location": "loc-9", "access_token": "a-1"}, at=NOON)
    await put(db, keyring, office_id, {"token": "", "location": "loc-9", "calendar": "tours"})
    assert (await values(db, keyring, clock, office_id))["access_token"] == "a-1"
    with pytest.raises(ConnectError, match="needs token"):
        await put(db, keyring, office_id, {"location": "loc-10"})
    await put(db, keyring, office_id, {"token": TOKEN})
    assert "access_token" not in await values(db, keyring, clock, office_id)


FORM = Brook(
    "form",
    "Web form",
    (Field("secret", "Secret", "", secret=True, make=True), Field("public_key", "Key", "", required=False)),
    frozenset(),
    "",
)


async def form_secret(db: Db, keyring: Keyring, clock: HandClock, office_id: UUID) -> str:
    held = await Accounts(db, keyring, clock).of(office_id)
    assert held is not None
    return held.accounts["form"].get("secret") if "form" in held.accounts else ""


async def test_a_secret_the_office_was_born_with_is_a_connection_and_stays_when_more_is_entered(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    async with db.office(office_id) as conn:
        secret = await keys.put_secret(conn, office_id, keyring, "form", at=NOON)
        for hidden in ("address", "sandbox"):
            await keys.put_secret(conn, office_id, keyring, hidden, at=NOON)
        (born,) = await store.connections(conn, office_id)
    assert (born.provider, born.state, born.created_at) == ("form", State.UNCHECKED, NOON)
    looked = await Looker(db, keyring, clock).look(FORM, office_id)
    assert looked is not None
    assert looked.now is State.OK
    done = await put(db, keyring, office_id, {"public_key": "pk"}, FORM)
    assert done.made == {}
    assert await form_secret(db, keyring, clock, office_id) == secret
    async with db.office(office_id) as conn:
        assert [one.provider for one in await store.connections(conn, office_id)] == ["form"]


async def test_a_secret_the_office_was_born_with_can_be_disconnected_and_others_cannot(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    async with db.office(office_id) as conn:
        for kind in ("form", "address", "sandbox"):
            await keys.put_secret(conn, office_id, keyring, kind, at=NOON)
        await disconnect(conn, office_id, "form", at=NOON)
        for kind in ("address", "sandbox", "form"):
            with pytest.raises(NotConnectedError):
                await disconnect(conn, office_id, kind, at=NOON)
        assert set(await keys.secrets_of(conn, office_id, keyring)) == {"address", "sandbox"}
    assert await form_secret(db, keyring, clock, office_id) == ""


def test_the_addresses_to_paste_end_as_the_provider_must_know_them_and_show_no_old_secret() -> None:
    class Ended(BrookInbound):
        source = "brook-mail"
        tail_field = "hook_secret"

    class Fetched(BrookInbound):
        source = "brook-fetched"
        pasted = False

    inbound = {one.source: one for one in (Ended(), Fetched(), BrookInbound(), FormInbound())}
    here = "https://rekindle.example/hooks/lakeside"
    old = urls(inbound, Brook(), {}, base_url="https://rekindle.example", slug="lakeside")
    assert old == (f"{here}/brook", f"{here}/brook-mail/[Webhook secret]")
    new = urls(inbound, Brook(), {"hook_secret": "made-1"}, base_url="https://rekindle.example", slug="lakeside")
    assert new[1] == f"{here}/brook-mail/made-1"


async def test_a_look_says_how_it_is_and_learns_what_nobody_entered(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    plug = Brook()
    looked = await Looker(db, keyring, clock).look(plug, office_id)
    assert looked is not None
    assert (looked.before, looked.now, looked.note) == (State.UNCHECKED, State.OK, "Brook answers for loc-1.")
    assert (await values(db, keyring, clock, office_id))["name"] == "Lake House"
    plug.checks = bad
    looked = await Looker(db, keyring, clock).look(plug, office_id)
    assert looked is not None
    assert looked.broke
    async with db.office(office_id) as conn:
        stood = await store.connection(conn, office_id, "brook")
    assert stood is not None
    assert (stood.state, stood.note, stood.checked_at) == (State.FAILING, "Brook says the token is wrong.", NOON)


async def test_a_check_that_hangs_or_breaks_is_a_failing_connection(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    for check, words in ((silent, "did not answer in time"), (broken, "The check of Brook Texting broke")):
        looked = await Looker(db, keyring, clock).look(Brook(checks=check), office_id, deadline=0.01)
        assert looked is not None
        assert looked.now is State.FAILING
        assert words in looked.note
        assert TOKEN not in looked.note


async def test_credentials_under_a_lost_key_are_a_failing_connection(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    looked = await Looker(db, Keyring(b"x" * 32), clock).look(Brook(), office_id)
    assert looked is not None
    assert looked.now is State.FAILING
    assert "enter them again" in looked.note


async def test_a_look_at_old_credentials_says_nothing_of_those_entered_meanwhile(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)

    async def meanwhile(_: Account) -> Checked:
        async with db.office(office_id) as conn:
            later = NOON + timedelta(seconds=1)
            await connect(conn, office_id, keyring, Brook(), {"token": "newer"}, at=later)
        return Checked(ok=False, text="Brook says the token is wrong.")

    assert await Looker(db, keyring, clock).look(Brook(checks=meanwhile), office_id) is None
    async with db.office(office_id) as conn:
        stood = await store.connection(conn, office_id, "brook")
    assert stood is not None
    assert stood.state is State.UNCHECKED


async def test_an_account_learned_by_a_look_may_be_anothers(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    other = await make_office(db, "hillside")
    plug = Brook(account_field="page")

    async def tells(account: Account) -> Checked:
        return Checked(ok=True, text="Fine.", found=(("page", account.get("location")),))

    plug.checks = tells
    for office in (office_id, other):
        await put(db, keyring, office, plug=plug)
    first = await Looker(db, keyring, clock).look(plug, office_id)
    second = await Looker(db, keyring, clock).look(plug, other)
    assert first is not None
    assert second is not None
    assert (first.now, second.now, second.note) == (State.OK, State.FAILING, TAKEN.text)


async def test_one_renews_at_a_time_and_a_lease_ends_by_itself(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    vault = StoredVault(db, keyring, clock)
    assert not await vault.claim(office_id, "brook", seconds=30)
    await put(db, keyring, office_id)
    won = await asyncio.gather(*[vault.claim(office_id, "brook", seconds=30) for _ in range(8)])
    assert sorted(won) == [False] * 7 + [True]
    clock.advance(timedelta(seconds=30))
    assert await vault.claim(office_id, "brook", seconds=30)
    await vault.release(office_id, "brook")
    assert await vault.claim(office_id, "brook", seconds=30)


async def test_renewed_values_are_merged_one_after_the_other(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    await put(db, keyring, office_id)
    vault = StoredVault(db, keyring, clock)
    await asyncio.gather(*[vault.write(office_id, "brook", {f"t{n}": str(n)}) for n in range(6)])
    kept = await values(db, keyring, clock, office_id)
    assert {f"t{n}": str(n) for n in range(6)}.items() <= kept.items()
    assert kept["token"] == TOKEN


async def test_nothing_is_written_into_an_account_that_was_disconnected(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    with pytest.raises(CallFailedError, match="disconnected"):
        await StoredVault(db, keyring, clock).write(office_id, "brook", {"access_token": "a-1"})
