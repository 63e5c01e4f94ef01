"""Template versions and unsubscribe tokens."""

from uuid import UUID, uuid4

import pytest

from rekindle.content import install, store, unsubscribe
from rekindle.content.types import Template
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db


async def test_builtins_are_installed_once_and_never_overwrite(db: Db, office_id: UUID, clock: HandClock) -> None:
    mine = Template("buyer-hello-sms", 0, Channel.SMS, None, "Our own greeting")
    async with db.office(office_id) as conn:
        await install.publish(conn, office_id, mine, at=clock.now())
        assert await install.install_builtin(conn, office_id, at=clock.now()) == len(install.builtin()) - 1
        assert await install.install_builtin(conn, office_id, at=clock.now()) == 0
        active = await store.active(conn, office_id)
    assert len(active) == len(install.builtin())
    assert active["buyer-hello-sms"].body == "Our own greeting"


async def test_a_changed_text_is_a_new_version_and_the_old_one_stays(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with db.office(office_id) as conn:
        one = await install.publish(conn, office_id, Template("t", 0, Channel.EMAIL, "S", "one"), at=clock.now())
        same = await install.publish(conn, office_id, Template("t", 0, Channel.EMAIL, "S", "one"), at=clock.now())
        two = await install.publish(conn, office_id, Template("t", 0, Channel.EMAIL, "S", "two"), at=clock.now())
        old = await store.of_version(conn, office_id, "t", 1)
        now = await store.active(conn, office_id, ["t"])
    assert (one, same, two) == (1, 1, 2)
    assert old is not None
    assert (old.body, now["t"].body) == ("one", "two")


def test_a_token_names_address_and_office_and_shows_neither(keyring: Keyring) -> None:
    office = uuid4()
    token = unsubscribe.make(keyring, office, "ana@home.example")
    assert "ana" not in token
    assert token.replace("-", "").replace("_", "").isalnum()
    assert unsubscribe.read(keyring, token) == unsubscribe.Subject(office, Channel.EMAIL, "ana@home.example")


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-2], lambda t: t[:10] + ("A" if t[10] != "A" else "B") + t[11:], lambda _: "", lambda _: "no token"],
)
def test_a_forged_token_is_refused(keyring: Keyring, spoil) -> None:  # type: ignore[no-untyped-def]
    token = unsubscribe.make(keyring, uuid4(), "ana@home.example")
    with pytest.raises(unsubscribe.BadTokenError):
        unsubscribe.read(keyring, spoil(token))


def test_a_token_of_another_key_is_refused(keyring: Keyring) -> None:
    token = unsubscribe.make(Keyring(b"x" * 32), uuid4(), "ana@home.example")
    with pytest.raises(unsubscribe.BadTokenError):
        unsubscribe.read(keyring, token)
