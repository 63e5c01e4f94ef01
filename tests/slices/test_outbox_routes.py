"""Which provider carries an office's messages: the one it chose and that is connected; in the sandbox, the sandbox."""

from pathlib import Path
from uuid import UUID

import pytest

from rekindle.connections import store
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.outbox.routes import Connected
from tests.carrier import Carrier
from tests.outboxes import KEYRING
from tests.slices.inbox_world import World

SMS, EMAIL = Channel.SMS, Channel.EMAIL


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock) -> World:
    """A live office that texts through brook; creek is wired in as well."""
    made = World(db, office_id, clock, KEYRING)
    await made.connect("brook")
    await choose(made, SMS, "brook")
    return made


@pytest.fixture
def routes(w: World, tmp_path: Path) -> Connected:
    brook = Carrier(tmp_path / "brook.db", "brook", frozenset({SMS}))
    creek = Carrier(tmp_path / "creek.db", "creek")
    return Connected(w.accounts, {"brook": brook, "creek": creek}, Carrier(tmp_path / "box.db", "sandbox"))


async def choose(w: World, channel: Channel, provider: str) -> None:
    async with w.db.office(w.office_id) as conn:
        await store.put_route(conn, w.office_id, channel, provider)


async def into_the_sandbox(w: World) -> None:
    await w.rows("update office set mode = 'sandbox' returning 1")


async def carried(routes: Connected, w: World) -> dict[Channel, str]:
    return {channel: route.sender.name for channel, route in (await routes.of(w.office_id)).items()}


async def test_a_channel_goes_through_whom_the_office_chose_with_its_own_account(w: World, routes: Connected) -> None:
    found = await routes.of(w.office_id)
    assert await carried(routes, w) == {SMS: "brook"}
    assert (found[SMS].account.provider, found[SMS].account.get("token")) == ("brook", "t")


async def test_a_channel_nobody_was_chosen_for_goes_nowhere_least_of_all_into_the_sandbox(
    w: World, routes: Connected
) -> None:
    assert EMAIL not in await routes.of(w.office_id)
    await w.connect("creek")
    assert EMAIL not in await routes.of(w.office_id)
    await choose(w, EMAIL, "creek")
    assert await carried(routes, w) == {SMS: "brook", EMAIL: "creek"}


async def test_a_provider_that_cannot_carry_the_channel_carries_it_not(w: World, routes: Connected) -> None:
    await choose(w, EMAIL, "brook")
    assert await carried(routes, w) == {SMS: "brook"}


async def test_what_is_disconnected_carries_nothing_more(w: World, routes: Connected) -> None:
    await w.disconnect("brook")
    assert await carried(routes, w) == {}
    assert await routes.named(w.office_id, "brook") is None


async def test_an_office_in_the_sandbox_sends_there_whatever_it_has_connected(w: World, routes: Connected) -> None:
    await into_the_sandbox(w)
    assert await carried(routes, w) == {SMS: "sandbox", EMAIL: "sandbox"}


async def test_an_office_in_the_sandbox_sends_nothing_where_there_is_none(w: World, routes: Connected) -> None:
    await into_the_sandbox(w)
    assert await carried(Connected(routes.accounts, routes.senders, None), w) == {}


async def test_whoever_was_handed_a_message_can_be_asked_about_it_after_another_was_chosen(
    w: World, routes: Connected
) -> None:
    await w.connect("creek")
    await choose(w, SMS, "creek")
    assert await carried(routes, w) == {SMS: "creek"}
    named = await routes.named(w.office_id, "brook")
    assert named is not None
    assert (named.sender.name, named.account.get("token")) == ("brook", "t")
    assert await routes.named(w.office_id, "nobody") is None
