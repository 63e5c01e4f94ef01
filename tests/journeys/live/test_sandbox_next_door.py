"""Next to a live office stands one in the sandbox, connected to the very same providers: it reaches none of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import store as offices
from rekindle.office.types import Mode
from tests.journeys.live import outside
from tests.journeys.live.outside import DANAS_MAIL, SendGrid, Twilio
from tests.journeys.live.site import DANA, Office, Site, opened
from tests.providers import fake_apollo, fake_sendgrid, faults
from tests.providers.fake_apollo import FakeApollo
from tests.providers.faults import Replied, Wire
from tests.providers.framing import Asked

ANN = DANA | {"first_name": "Ann", "email": "ann@lee.example", "phone": "(312) 555-0177"}


@dataclass(frozen=True)
class Neighbours:
    """Two offices, one account with everybody."""

    site: Site
    live: Office
    sandbox: Office
    twilio: Twilio
    sendgrid: SendGrid
    wires: tuple[Wire, ...]

    def asked(self) -> list[str]:
        """Every call that may change something or costs something: all that do more than read."""
        return [
            f"{asked.method} {asked.path}"
            for wire in self.wires
            for asked in wire.requests
            if asked.method not in ("GET", "HEAD")
        ]

    def forget(self) -> None:
        """Begin to listen anew."""
        for wire in self.wires:
            wire.requests.clear()


@pytest.fixture
async def neighbours(db: Db, clock: HandClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Neighbours]:
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(outside.twilio(clock))
        sendgrid = await stack.enter_async_context(outside.sendgrid(clock))
        apollo = await stack.enter_async_context(faults.serving(FakeApollo()))
        slack = await stack.enter_async_context(faults.serving(_takes))
        environ = {
            "REKINDLE_TWILIO_URL": twilio.wire.url,
            "REKINDLE_SENDGRID_URL": sendgrid.wire.url,
            "REKINDLE_APOLLO_URL": apollo.url,
            "REKINDLE_SLACK_HOSTS": slack.url.removeprefix("http://"),
        }
        site = await stack.enter_async_context(opened(db, clock, keyring, tmp_path, environ))
        live, sandbox = await site.open_office(), await site.open_office("harbor", mode=Mode.SANDBOX)
        accounts = {
            "twilio": outside.TWILIO | {"lookup": "on"},
            "sendgrid": outside.SENDGRID,
            "apollo": {"api_key": fake_apollo.KEY},
            "slack": {"url": slack.url + "/services/T000/B000/made-up-for-tests"},
        }
        for office in (live, sandbox):
            for provider, values in accounts.items():
                looked = await office.connect(provider, values)
                assert looked is not None
                assert looked.now == "ok", f"{provider}: {looked.note}"
        both = Neighbours(site, live, sandbox, twilio, sendgrid, (twilio.wire, sendgrid.wire, apollo, slack))
        both.forget()
        yield both


def _takes(_: Asked) -> Replied:
    return Replied(200, b"ok")


async def test_whatever_happens_in_the_sandbox_no_provider_is_asked_for_anything(neighbours: Neighbours) -> None:
    await neighbours.sandbox.form(ANN)
    await neighbours.site.turn()
    await neighbours.site.tick()
    await neighbours.twilio.text(neighbours.sandbox, "Can we see it Saturday at 10?", sender="+13125550177")
    await neighbours.site.turn()
    await neighbours.twilio.text(neighbours.sandbox, "STOP", sender="+13125550177")
    await neighbours.site.turn()
    await neighbours.site.pass_time(timedelta(days=30))
    await neighbours.site.tick()
    assert {channel for channel, _ in await neighbours.sandbox.blocked()} == {"sms", "email"}, "our side works"
    assert neighbours.asked() == []
    assert [
        asked.path for wire in neighbours.wires for asked in wire.requests if "lee" in asked.path + asked.query
    ] == []
    assert neighbours.sendgrid.fake.suppressed == []


async def test_the_live_office_beside_it_is_served_all_the_while(neighbours: Neighbours) -> None:
    await neighbours.sandbox.form(ANN)
    await neighbours.live.form(DANA)
    await neighbours.site.pass_time(timedelta(minutes=6))
    assert [text["to"] for text in neighbours.twilio.texts] == ["+13125550142"]
    assert [letter["personalizations"][0]["to"][0]["email"] for letter in neighbours.sendgrid.letters] == [DANAS_MAIL]
    for asked in neighbours.wires[1].requests:
        assert asked.headers["authorization"] == f"Bearer {fake_sendgrid.KEY}"
    assert await neighbours.live.rows("select 1 from message where address = 'ann@lee.example'") == []


async def test_an_office_that_goes_live_is_served_from_then_on(neighbours: Neighbours) -> None:
    await neighbours.sandbox.form(ANN)
    await neighbours.site.pass_time(timedelta(minutes=6))
    assert neighbours.asked() == []
    async with neighbours.site.db.office(neighbours.sandbox.made.office_id) as conn:
        await offices.set_mode(conn, neighbours.sandbox.made.office_id, Mode.LIVE)
    await neighbours.site.pass_time(timedelta(minutes=1))
    await neighbours.sandbox.form(DANA)
    await neighbours.site.pass_time(timedelta(minutes=6))
    assert "+13125550142" in [text["to"] for text in neighbours.twilio.texts]
