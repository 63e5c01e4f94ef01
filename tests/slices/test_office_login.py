"""Signing in: who may, how often one may guess, and how long it lasts."""

import asyncio
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import login, people, sessions
from rekindle.office.password import WeakPasswordError
from rekindle.office.types import Role

PASSWORD = "a long enough password"


@pytest.fixture
async def ana(db: Db, office_id: UUID, clock: HandClock) -> UUID:
    async with db.office(office_id) as conn:
        return await people.add(
            conn,
            office_id,
            email="Ana@lakeside.example",
            name="Ana",
            role=Role.AGENT,
            password=PASSWORD,
            at=clock.now(),
        )


class Door:
    """One address knocking."""

    def __init__(self, db: Db, keyring: Keyring, clock: HandClock) -> None:
        self.db, self.keyring, self.clock = db, keyring, clock

    async def knock(
        self, password: str, who: str = "ana@lakeside.example", source: str = "192.0.2.1", old: str | None = None
    ) -> str:
        return await login.sign_in(
            self.db, self.keyring, login=who, password=password, source=source, at=self.clock.now(), old_token=old
        )


@pytest.fixture
def door(db: Db, keyring: Keyring, clock: HandClock) -> Door:
    return Door(db, keyring, clock)


async def test_the_right_password_in_any_case_of_login(door: Door, db: Db, ana: UUID, clock: HandClock) -> None:
    token = await door.knock(PASSWORD, " ANA@Lakeside.example ")
    who = await sessions.find(db, token, at=clock.now())
    assert who is not None
    assert (who.person_id, who.name, who.role) == (ana, "Ana", Role.AGENT)


@pytest.mark.usefixtures("ana")
async def test_wrong_and_unknown_sound_the_same(door: Door) -> None:
    with pytest.raises(login.WrongLoginError) as wrong:
        await door.knock("not the password")
    with pytest.raises(login.WrongLoginError) as unknown:
        await door.knock(PASSWORD, "nobody@lakeside.example")
    assert str(wrong.value) == str(unknown.value)


async def test_a_person_without_a_password_cannot_sign_in(
    door: Door, db: Db, office_id: UUID, clock: HandClock
) -> None:
    async with db.office(office_id) as conn:
        await people.add(conn, office_id, email="b@lakeside.example", name="B", role=Role.AGENT, at=clock.now())
    with pytest.raises(login.WrongLoginError):
        await door.knock("", "b@lakeside.example")


@pytest.mark.usefixtures("ana")
async def test_guessing_is_stopped_and_opens_again(door: Door, clock: HandClock) -> None:
    for _ in range(login.PER_LOGIN):
        with pytest.raises(login.WrongLoginError):
            await door.knock("guess")
        clock.advance(timedelta(seconds=10))
    with pytest.raises(login.ThrottledError) as braked:
        await door.knock(PASSWORD, source="198.51.100.9")
    assert braked.value.retry_after == 850
    clock.advance(timedelta(seconds=850))
    assert await door.knock(PASSWORD)


@pytest.mark.usefixtures("ana")
async def test_guesses_made_at_once_are_all_counted(door: Door) -> None:
    results = await asyncio.gather(*(door.knock("guess") for _ in range(20)), return_exceptions=True)
    kinds = [type(r) for r in results]
    assert kinds.count(login.WrongLoginError) == login.PER_LOGIN
    assert kinds.count(login.ThrottledError) == 20 - login.PER_LOGIN


@pytest.mark.usefixtures("ana")
async def test_one_source_cannot_try_everybody(door: Door) -> None:
    for number in range(login.PER_SOURCE):
        with pytest.raises(login.WrongLoginError):
            await door.knock("guess", f"person{number}@lakeside.example")
    with pytest.raises(login.ThrottledError):
        await door.knock(PASSWORD)
    assert await door.knock(PASSWORD, source="192.0.2.77")


@pytest.mark.usefixtures("ana")
async def test_signing_in_rightly_forgets_the_typos(door: Door) -> None:
    for _ in range(3):
        for _ in range(login.PER_LOGIN - 1):
            with pytest.raises(login.WrongLoginError):
                await door.knock("typo")
        assert await door.knock(PASSWORD)


@pytest.mark.usefixtures("ana")
async def test_a_new_login_ends_the_old_session(door: Door, db: Db, clock: HandClock) -> None:
    first = await door.knock(PASSWORD)
    second = await door.knock(PASSWORD, old=first)
    assert first != second
    assert await sessions.find(db, first, at=clock.now()) is None
    assert await sessions.find(db, second, at=clock.now()) is not None
    await sessions.end(db, second)
    await sessions.end(db, second)
    assert await sessions.find(db, second, at=clock.now()) is None


@pytest.mark.usefixtures("ana")
async def test_a_session_dies_of_idleness_and_of_age(door: Door, db: Db, clock: HandClock) -> None:
    idle = await door.knock(PASSWORD)
    clock.advance(timedelta(hours=12))
    assert await sessions.find(db, idle, at=clock.now()) is None
    busy = await door.knock(PASSWORD)
    for _ in range(14 * 4 - 1):
        clock.advance(timedelta(hours=6))
        assert await sessions.find(db, busy, at=clock.now()) is not None
    clock.advance(timedelta(hours=6))
    assert await sessions.find(db, busy, at=clock.now()) is None


async def test_a_barred_person_is_out_at_once(door: Door, db: Db, office_id: UUID, ana: UUID, clock: HandClock) -> None:
    token = await door.knock(PASSWORD)
    async with db.office(office_id) as conn:
        await people.deactivate(conn, office_id, ana)
    assert await sessions.find(db, token, at=clock.now()) is None
    with pytest.raises(login.WrongLoginError):
        await door.knock(PASSWORD)


@pytest.mark.usefixtures("ana")
async def test_tables_hold_neither_token_nor_address(door: Door, database_url: str) -> None:
    token = await door.knock(PASSWORD)
    with pytest.raises(login.WrongLoginError):
        await door.knock("guess")
    with psycopg.connect(database_url) as conn:
        text = str(
            conn.execute("select t::text from session t union all select a::text from login_attempt a").fetchall()
        )
    assert token not in text
    assert "192.0.2.1" not in text
    assert b"lakeside".hex() not in text


@pytest.mark.usefixtures("ana")
async def test_old_attempts_are_swept(door: Door, db: Db, clock: HandClock) -> None:
    with pytest.raises(login.WrongLoginError):
        await door.knock("guess")
    assert await login.prune(db, at=clock.now()) == 0
    clock.advance(login.WINDOW + timedelta(seconds=1))
    assert await login.prune(db, at=clock.now()) == 2


@pytest.mark.usefixtures("ana")
async def test_ended_sessions_are_swept_and_no_others(door: Door, db: Db, office_id: UUID, clock: HandClock) -> None:
    await door.knock(PASSWORD)
    clock.advance(timedelta(hours=11))
    fresh = await door.knock(PASSWORD)
    clock.advance(timedelta(hours=1))
    assert await sessions.sweep(db, office_id, at=clock.now()) == 1
    assert await sessions.find(db, fresh, at=clock.now()) is not None


async def test_short_passwords_are_refused(db: Db, office_id: UUID, clock: HandClock) -> None:
    async with db.office(office_id) as conn:
        with pytest.raises(WeakPasswordError):
            await people.add(
                conn, office_id, email="c@x.example", name="C", role=Role.AGENT, password="short", at=clock.now()
            )
