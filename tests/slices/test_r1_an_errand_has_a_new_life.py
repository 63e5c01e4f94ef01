"""Who asks again is not answered by what was before: not by an old age, not by the end of an earlier run."""

from datetime import timedelta

import pytest

from rekindle.errands import store
from rekindle.errands.ask import ask
from rekindle.errands.run import PATIENCE
from rekindle.errands.types import Errand, Kind
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import CallFailedError, Fault
from tests.slices.inbox_world import World

AWAY = CallFailedError("503", "brook is away", fault=Fault.AWAY)
USELESS = CallFailedError("400", "no such number", fault=Fault.MESSAGE)


@pytest.fixture
async def w(db: Db, office_id: object, clock: HandClock, keyring: Keyring) -> World:
    return World(db, office_id, clock, keyring)  # type: ignore[arg-type]


async def want(w: World, **payload: object) -> None:
    async with w.db.office(w.office_id) as conn:
        await ask(conn, w.office_id, Kind.FETCH, "k", payload, at=w.clock.now())


def ends(w: World, *errors: Exception) -> list[object]:
    """The handler of the errands ends as told, then well; the payloads it was given."""
    given: list[object] = []

    async def run(errand: Errand) -> str:
        given.append(dict(errand.payload))
        if len(given) <= len(errors):
            raise errors[len(given) - 1]
        return "done"

    w.handlers = {Kind.FETCH: run}
    return given


@pytest.mark.parametrize("by_hand", [True, False])
async def test_one_that_died_long_ago_and_is_wanted_again_outlasts_an_outage_too(w: World, by_hand: bool) -> None:
    given = ends(w, USELESS, AWAY)
    await want(w)
    await w.run()
    w.clock.advance(PATIENCE + timedelta(hours=1))
    [dead] = await w.rows("select id from errand where state = 'dead'")
    if by_hand:
        async with w.db.office(w.office_id) as conn:
            assert await store.revive(conn, w.office_id, dead["id"], at=w.clock.now())
    else:
        await want(w)
    await w.run()
    assert [row["state"] for row in await w.errands()] == ["due"]
    w.clock.advance(timedelta(minutes=1))
    await w.run()
    assert (len(given), await w.errands()) == (3, [])


async def test_one_asked_for_anew_while_it_fails_for_good_is_run_with_the_new_words(w: World) -> None:
    given: list[object] = []

    async def run(errand: Errand) -> str:
        given.append(dict(errand.payload))
        if len(given) == 1:
            await want(w, number="corrected")
            raise USELESS
        return "done"

    w.handlers = {Kind.FETCH: run}
    await want(w, number="wrong")
    await w.run()
    assert given == [{"number": "wrong"}, {"number": "corrected"}]
    assert await w.errands() == []
    assert await w.notices() == []
