"""The master key changes and nothing else does: secrets open, suppressions hold, old links still stop e-mails."""

import base64
from uuid import UUID

import pytest

from rekindle.connections import sealed, store
from rekindle.connections.accounts import Accounts
from rekindle.connections.reseal import reseal as reseal_connections
from rekindle.connections.vault import StoredVault
from rekindle.consent.suppress import standing, suppress
from rekindle.content import unsubscribe
from rekindle.decide.facts import Address
from rekindle.decide.words import Channel
from rekindle.kit import settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.office import keys
from rekindle.office.create import create
from rekindle.office.store import UnknownOfficeError
from rekindle.office.types import Mode
from tests.conftest import NOON, make_office

OLD, NEW, NEWER = b"o" * 32, b"n" * 32, b"m" * 32
OLD_RING, NEW_RING, BOTH = Keyring(OLD), Keyring(NEW), Keyring(NEW, (OLD,))


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


async def connected(db: Db, office_id: UUID, ring: Keyring, provider: str = "brook") -> None:
    async with db.office(office_id) as conn:
        closed = sealed.seal(ring, office_id, provider, {"token": "t-1"})
        await store.put(conn, office_id, provider, account="", sealed=closed, at=NOON)


async def rotate(db: Db, office_id: UUID, ring: Keyring) -> tuple[int, int]:
    async with db.office(office_id) as conn:
        secrets = await keys.reseal(conn, office_id, ring, at=NOON)
        connections = await reseal_connections(conn, office_id, ring)
    return secrets[0] + connections[0], secrets[1] + connections[1]


async def address_key(db: Db, office_id: UUID, ring: Keyring) -> bytes:
    async with db.office(office_id) as conn:
        return await keys.office_key(conn, office_id, ring)


async def test_after_a_rotation_the_new_key_alone_opens_everything(db: Db, clock: HandClock, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        form = await keys.put_secret(conn, office_id, OLD_RING, "form", at=NOON)
    await connected(db, office_id, OLD_RING)
    assert await rotate(db, office_id, BOTH) == (3, 3)
    assert await rotate(db, office_id, BOTH) == (0, 3)
    held = await Accounts(db, NEW_RING, clock).of(office_id)
    assert held is not None
    assert held.accounts["form"].get("secret") == form
    assert held.accounts["brook"].get("token") == "t-1"
    with pytest.raises(CryptoError):
        await Accounts(db, OLD_RING, clock).of(office_id)


@pytest.mark.parametrize("made_before_rotation_existed", [True, False])
async def test_suppressions_still_match_before_during_and_after_a_rotation(
    db: Db, made_before_rotation_existed: bool
) -> None:
    if made_before_rotation_existed:
        office_id = await make_office(db, "harbor")
    else:
        made = await create(
            db, OLD_RING, slug="harbor", name="Harbor", timezone="America/Chicago", mode=Mode.LIVE, at=NOON
        )
        office_id = made.office_id
    dana = Address(Channel.SMS, "+13125550142")
    before = await address_key(db, office_id, OLD_RING)
    async with db.office(office_id) as conn:
        await suppress(
            conn,
            office_id,
            before,
            channels=frozenset({Channel.SMS}),
            address=dana.value,
            reason="STOP",
            rule="said",
            event_id=None,
            at=NOON,
        )
    assert await address_key(db, office_id, BOTH) == before
    await rotate(db, office_id, BOTH)
    for ring in (BOTH, NEW_RING, Keyring(NEWER, (NEW,)), Keyring(NEWER, (NEW, OLD))):
        key = await address_key(db, office_id, ring)
        assert key == before
        async with db.office(office_id) as conn:
            assert await standing(conn, office_id, key, [dana])


async def test_two_rotations_without_the_first_key_keep_the_address_key(db: Db, office_id: UUID) -> None:
    before = await address_key(db, office_id, OLD_RING)
    await rotate(db, office_id, BOTH)
    await rotate(db, office_id, Keyring(NEWER, (NEW,)))
    assert await address_key(db, office_id, Keyring(NEWER)) == before


async def test_two_changes_at_once_keep_the_address_key(db: Db, office_id: UUID) -> None:
    before = await address_key(db, office_id, OLD_RING)
    assert await address_key(db, office_id, Keyring(NEWER, (NEW, OLD))) == before


async def test_a_lost_key_is_an_error_and_never_another_address_key(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        await keys.put_secret(conn, office_id, OLD_RING, "form", at=NOON)
    with pytest.raises(CryptoError):
        await address_key(db, office_id, NEW_RING)
    await rotate(db, office_id, BOTH)
    with pytest.raises(CryptoError):
        await address_key(db, office_id, OLD_RING)


async def test_the_wrong_side_of_the_wall_is_an_error_and_never_another_address_key(db: Db, office_id: UUID) -> None:
    other = await make_office(db, "hillside")
    async with db.office(other) as conn:
        with pytest.raises(UnknownOfficeError):
            await keys.office_key(conn, office_id, OLD_RING)


async def test_a_half_rotated_installation_works_with_both_keys(db: Db, clock: HandClock, office_id: UUID) -> None:
    other = await make_office(db, "hillside")
    for office in (office_id, other):
        await connected(db, office, OLD_RING)
    await rotate(db, office_id, BOTH)
    await connected(db, office_id, OLD_RING, "creek")  # by a process that was not restarted yet
    accounts = Accounts(db, BOTH, clock)
    for office in (office_id, other):
        held = await accounts.of(office)
        assert held is not None
        assert {account.get("token") for account in held.accounts.values() if account.provider != "address"} == {"t-1"}
    vault = StoredVault(db, BOTH, clock)
    await vault.write(other, "brook", {"token": "t-2"})
    assert await rotate(db, other, BOTH) == (1, 2)
    assert await rotate(db, office_id, BOTH) == (1, 3)


def test_an_old_link_opens_while_the_old_key_is_listed() -> None:
    office_id = new_id()
    token = unsubscribe.make(OLD_RING, office_id, "ana@home.example")
    assert unsubscribe.read(BOTH, token).address == "ana@home.example"
    assert unsubscribe.read(NEW_RING, unsubscribe.make(BOTH, office_id, "b@home.example")).address == "b@home.example"
    with pytest.raises(unsubscribe.BadTokenError):
        unsubscribe.read(NEW_RING, token)


def test_no_repr_shows_a_key() -> None:
    chosen = settings.read(
        {"REKINDLE_SECRET_KEY": text(NEW), "REKINDLE_OLD_SECRET_KEYS": f"{text(OLD)}, {text(NEWER)}"}
    )
    assert chosen.old_secret_keys == (text(OLD), text(NEWER))
    for shown in (repr(chosen), repr(BOTH)):
        assert not any(hidden in shown for hidden in (text(NEW), text(OLD), repr(NEW), repr(OLD)))


@pytest.mark.parametrize("old", ["no base64!", text(b"short")])
def test_a_malformed_old_key_is_refused_by_name_and_not_echoed(old: str) -> None:
    with pytest.raises(CryptoError, match="REKINDLE_OLD_SECRET_KEYS") as caught:
        Keyring.from_text(text(NEW), [old])
    assert old not in str(caught.value)


@pytest.mark.parametrize("sealed_value", [b"", b"x", b"x" * 11, b"x" * 12, b"x" * 40])
def test_junk_does_not_open_and_breaks_nothing(sealed_value: bytes) -> None:
    with pytest.raises(CryptoError):
        BOTH.open(sealed_value, purpose="any")
