"""What kind of line a new lead's number is: asked once, where the office wants it; a landline is never texted."""

from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.errands.types import Kind
from rekindle.inbox import lookup
from rekindle.inbox.desk import Asks
from rekindle.inbox.handle import Handler
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Fault
from tests.slices.inbox_world import ANN, Outside, World, asks


class Lines(Outside):
    """A provider that knows lines."""

    async def line_type(self, phone: str, account: Account, *, deadline: float) -> str | None:
        assert deadline > 0
        assert account.get("token") == "t"
        return self.answer(phone)  # type: ignore[no-any-return]


class Asking(World):
    """A world whose new leads' numbers are asked about."""

    def handler(self) -> Handler:
        made = super().handler()
        return Handler(
            made.db, made.keyring, made.clock, made.inbound, made.accounts, made.chance, asks=Asks(tellers=("brook",))
        )


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, lines: Lines) -> Asking:
    made = Asking(db, office_id, clock, keyring)
    made.handlers = {Kind.LOOKUP: lookup.handler(db, keyring, clock, made.line, {"brook": lines})}
    await made.connect()
    return made


async def lead_with(w: World, lines: Lines, *answers: object) -> None:
    lines.then(*answers)
    await w.say("e1", asks("e1", phones=(ANN,)), source="form")
    await w.run()


async def kept(w: World) -> tuple[str | None, list[str]]:
    [point] = await w.rows("select line_type from contact_point where value = %s", ANN)
    blocks = await w.rows("select rule from suppression where channel = 'sms'")
    return point["line_type"], [row["rule"] for row in blocks]


@pytest.mark.parametrize("kind", ["landline", "invalid"])
async def test_what_takes_no_text_is_blocked_for_texts(w: Asking, lines: Lines, kind: str) -> None:
    await lead_with(w, lines, kind)
    assert await kept(w) == (kind, [f"brook:{kind}"])


async def test_a_mobile_is_known_as_one_and_asked_about_once(w: Asking, lines: Lines) -> None:
    await lead_with(w, lines, "mobile")
    await w.say("e2", asks("e2", phones=(ANN,)), source="form")
    await w.run()
    assert await kept(w) == ("mobile", [])
    assert lines.calls == [ANN]


async def test_who_does_not_pay_for_it_learns_nothing_and_blocks_nobody(w: Asking, lines: Lines) -> None:
    await lead_with(w, lines, None)
    assert await kept(w) == (None, [])


async def test_an_outage_is_outlasted(w: Asking, lines: Lines) -> None:
    await lead_with(w, lines, CallFailedError("500", "down", fault=Fault.AWAY), "landline")
    assert await kept(w) == (None, [])
    w.clock.advance(timedelta(minutes=1))
    await w.run()
    assert await kept(w) == ("landline", ["brook:landline"])


async def test_without_a_connection_nobody_is_asked(w: Asking, lines: Lines) -> None:
    await w.disconnect()
    await lead_with(w, lines, "landline")
    assert lines.calls == []
    assert await kept(w) == (None, [])
