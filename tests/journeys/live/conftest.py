"""The office most stories play in: live, texts by Twilio, mail by SendGrid."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.journeys.live import outside
from tests.journeys.live.outside import SendGrid, Twilio
from tests.journeys.live.site import Office, Site, opened


@dataclass(frozen=True)
class Town:
    """An office and the two providers it is connected to."""

    site: Site
    office: Office
    twilio: Twilio
    sendgrid: SendGrid


@pytest.fixture
async def town(db: Db, clock: HandClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(outside.twilio(clock))
        sendgrid = await stack.enter_async_context(outside.sendgrid(clock))
        environ = {"REKINDLE_TWILIO_URL": twilio.wire.url, "REKINDLE_SENDGRID_URL": sendgrid.wire.url}
        site = await stack.enter_async_context(opened(db, clock, keyring, tmp_path, environ, workers=2))
        office = await site.open_office()
        for provider, values in (("twilio", outside.TWILIO), ("sendgrid", outside.SENDGRID)):
            looked = await office.connect(provider, values)
            assert looked is not None
            assert looked.now == "ok", looked.note
        yield Town(site, office, twilio, sendgrid)
