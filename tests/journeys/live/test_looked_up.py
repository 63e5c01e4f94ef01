"""Apollo is asked who a new lead is: facts where we knew none, once, and never in the way of an answer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.journeys.live import outside
from tests.journeys.live.outside import Twilio
from tests.journeys.live.site import PUBLIC, Office, Site, opened
from tests.providers import fake_apollo, faults
from tests.providers.fake_apollo import FakeApollo
from tests.providers.faults import Wire

ANN = {
    "first_name": "Ann",
    "last_name": "",
    "email": "ann@lee.example",
    "kind": "buyer",
    "message": "What does the flat on Oak Street cost?",
    "attributes": {"company": "Her Own Bakery"},
    "consent": {"sms": True, "text": "I agree to texts from Lakeside Team", "url": "https://lakeside.example/oak"},
}
HER_PHONE = "+13125550177"
CALLBACK = b'{"status":"success","request_id":-8351464734221602675,"people":[],"credits_consumed":8}'


@dataclass(frozen=True)
class Asked:
    """An office that asks Apollo."""

    site: Site
    office: Office
    twilio: Twilio
    fake: FakeApollo
    wire: Wire

    def callback(self) -> str:
        """The one-time address Apollo was given, below the office's hooks."""
        [url] = [
            parse_qs(one.query)["webhook_url"][0]
            for one in self.wire.requests
            if one.path.endswith("/people/match") and "webhook_url" in one.query
        ]
        assert url.startswith(f"{PUBLIC}/hooks/lakeside/apollo/")
        return urlsplit(url).path.removeprefix("/hooks/lakeside/")

    def matches(self) -> int:
        """How often it was asked to look somebody up."""
        return len([one for one in self.wire.requests if one.path.endswith("/people/match")])

    async def phones(self) -> list[str]:
        """Her numbers, as we know them."""
        return [row["value"] for row in await self.office.rows("select value from contact_point where kind = 'phone'")]

    async def enriched(self) -> list[str]:
        """What the story says was filled in, in order."""
        rows = await self.office.rows("select data from timeline where kind = 'enriched' order by at, id")
        return [name for row in rows for name in row["data"]["filled"]]


@pytest.fixture
async def asked(db: Db, clock: HandClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Asked]:
    fake = FakeApollo(numbers=[fake_apollo.number(HER_PHONE)])
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(outside.twilio(clock))
        wire = await stack.enter_async_context(faults.serving(fake))
        environ = {"REKINDLE_APOLLO_URL": wire.url, "REKINDLE_TWILIO_URL": twilio.wire.url}
        site = await stack.enter_async_context(opened(db, clock, keyring, tmp_path, environ))
        office = await site.open_office()
        await office.connect("twilio", outside.TWILIO)
        looked = await office.connect("apollo", {"api_key": fake_apollo.KEY})
        assert looked is not None
        assert looked.now == "ok", looked.note
        yield Asked(site, office, twilio, fake, wire)


async def test_only_what_was_empty_is_filled_in(asked: Asked) -> None:
    await asked.office.form(ANN)
    await asked.site.turn()
    lead = await asked.office.one("select * from lead")
    assert (lead["name"], lead["first_name"], lead["last_name"]) == ("Ann Lee", "Ann", "Lee")
    assert (lead["state"], lead["city"]) == ("IL", "Chicago"), "as we write it: contact hours hang on the state"
    assert lead["attributes"]["company"] == "Her Own Bakery", "her own word stands"
    assert lead["attributes"]["title"] == "Nurse"
    assert asked.matches() == 1
    assert asked.fake.wrong == []


@pytest.mark.parametrize("ways", [("poll",), ("callback", "poll"), ("poll", "callback")])
async def test_a_number_that_comes_later_is_taken_once_whichever_way_it_comes_first(
    asked: Asked, ways: tuple[str, ...]
) -> None:
    asked.fake.polls = 2
    await asked.office.form(ANN)
    await asked.site.turn()
    assert await asked.phones() == []
    for way in ways:
        if way == "poll":
            await asked.site.pass_time(timedelta(minutes=10))
        else:
            asked.fake.polls = 0
            assert (await asked.office.hook(asked.callback(), CALLBACK, {})).status_code == 200
            await asked.site.turn()
        assert await asked.phones() == [HER_PHONE]
    assert (await asked.enriched()).count("phone") == 1
    assert asked.matches() == 1
    assert (await asked.office.one("select credits from enrichment"))["credits"] == 9, (
        "one for her, eight for the number"
    )
    await asked.site.pass_time(timedelta(days=20))
    assert asked.twilio.texts == [], "she never gave us this number, so she agreed to no texts there"


async def test_the_address_for_the_callback_is_good_for_one_event_and_for_nobody_elses(asked: Asked) -> None:
    asked.fake.polls = 1000
    await asked.office.form(ANN)
    await asked.site.turn()
    mine = asked.callback()
    before = len(await asked.office.rows("select 1 from event_key"))
    for forged in ("apollo", "apollo/guess", mine[:-1], mine[:-1] + ("0" if mine[-1] != "0" else "1")):
        assert (await asked.office.hook(forged, CALLBACK, {})).status_code == 401
    other = await asked.site.open_office("harbor")
    await other.connect("apollo", {"api_key": fake_apollo.KEY}, look=False)
    assert (await other.hook(mine, CALLBACK, {})).status_code == 401, "another office's secret made it"
    assert len(await asked.office.rows("select 1 from event_key")) == before
    for _ in range(3):
        assert (await asked.office.hook(mine, CALLBACK, {})).status_code == 200
    assert len(await asked.office.rows("select 1 from event_key where source = 'apollo'")) == 1
    asked.site.clock.at += timedelta(days=8)
    assert (await asked.office.hook(mine, CALLBACK, {})).status_code == 401, "it has run out"
    await asked.site.turn()
    assert await asked.phones() == []


async def test_while_apollo_is_down_leads_are_answered_and_looked_up_when_it_is_back(asked: Asked) -> None:
    asked.wire.then(*[faults.Status(503)] * 4)
    await asked.office.form(ANN | {"phone": "(312) 555-0142"})
    await asked.site.turn()
    assert len(asked.twilio.texts) == 1, "nobody waits for Apollo"
    state = await asked.office.one("select state from enrichment")
    assert state["state"] == "failed"
    await asked.site.pass_time(timedelta(hours=3))
    state = await asked.office.one("select state from enrichment")
    assert state["state"] == "found"
    assert (await asked.office.one("select attributes from lead"))["attributes"]["title"] == "Nurse"
