"""A mailbox that is dead said no to nobody: it is put on no list of those who did, to come back as a no."""

from uuid import UUID

import pytest

from rekindle.consent.suppress import suppress
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.slices.inbox_world import MAIL, World


@pytest.fixture
def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return World(db, office_id, clock, keyring)


@pytest.mark.parametrize(("reason", "listed"), [("unreachable", 0), ("unsubscribed", 1), ("asked to stop", 1)])
async def test_only_who_asked_to_be_left_alone_is_put_on_the_list(w: World, reason: str, listed: int) -> None:
    key, here = await w.key(), frozenset({Channel.EMAIL})
    async with w.db.office(w.office_id) as conn:
        await suppress(
            conn, w.office_id, key, channels=here, address=MAIL, reason=reason, rule="test", event_id=None,
            at=w.clock.now(),
        )  # fmt: skip
    assert await w.blocked() == {("email", reason)}
    assert [row["kind"] for row in await w.errands()] == ["list"] * listed
