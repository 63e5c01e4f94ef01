"""Whoever must know is told where they look, in Slack and by mail: once a cause, neither waiting for the other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.journeys.live import outside
from tests.journeys.live.outside import SendGrid, Twilio
from tests.journeys.live.site import DANA, PUBLIC, Office, Site, opened
from tests.providers import faults
from tests.providers.faults import Replied, Wire
from tests.providers.framing import Asked

PATH = "/services/T000/B000/made-up-for-tests"


@dataclass(frozen=True)
class Team:
    """An office whose people look into Slack and their mail."""

    site: Site
    office: Office
    twilio: Twilio
    sendgrid: SendGrid
    slack: Wire

    def in_slack(self) -> list[str]:
        """What stands in the channel, and what was tried in vain."""
        return [
            str(orjson.loads(asked.body)["text"]) for asked in self.slack.requests if asked.body
        ]  # a look posts nothing

    def by_mail(self) -> list[str]:
        """The words of the mails to staff."""
        return [letter["content"][0]["value"] for letter in self.sendgrid.notices]


@pytest.fixture
async def team(db: Db, clock: HandClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Team]:
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(outside.twilio(clock))
        sendgrid = await stack.enter_async_context(outside.sendgrid(clock))
        slack = await stack.enter_async_context(faults.serving(_takes))
        environ = {
            "REKINDLE_TWILIO_URL": twilio.wire.url,
            "REKINDLE_SENDGRID_URL": sendgrid.wire.url,
            "REKINDLE_SLACK_HOSTS": slack.url.removeprefix("http://"),
        }
        site = await stack.enter_async_context(opened(db, clock, keyring, tmp_path, environ, workers=2))
        office = await site.open_office()
        await office.connect("twilio", outside.TWILIO)
        await office.connect("sendgrid", outside.SENDGRID)
        await office.connect("slack", {"url": slack.url + PATH})
        yield Team(site, office, twilio, sendgrid, slack)


def _takes(_: Asked) -> Replied:
    return Replied(200, b"ok")


async def _lead_writes(team: Team) -> None:
    await team.office.form()
    await team.site.turn()
    await team.twilio.text(team.office, "Yes! Can we see it Saturday at 10?")
    await team.site.turn()


async def test_an_agent_hears_of_a_lead_in_slack_and_by_mail_once_each(team: Team) -> None:
    await _lead_writes(team)
    lead = await team.office.one("select id from lead")
    [said] = team.in_slack()
    assert said.startswith("*A lead wants you* (Lakeside Team)")
    assert f"{PUBLIC}/leads/{lead['id']}" in said
    [mail] = team.sendgrid.notices
    assert [to["to"][0]["email"] for to in mail["personalizations"]] == ["priya@lakeside.example"]
    assert "+1312555" not in said + orjson.dumps(mail).decode(), "a lead's number stays on our pages"
    await team.site.pass_time(timedelta(hours=2))
    assert (len(team.in_slack()), len(team.by_mail())) == (1, 1)


async def test_slack_being_down_holds_up_no_mail_and_catches_up_later(team: Team) -> None:
    team.slack.then(*[faults.Status(503)] * 3)
    await _lead_writes(team)
    assert len(team.by_mail()) == 1
    assert len(team.in_slack()) == 1, "tried, and refused"
    await team.site.pass_time(timedelta(hours=2))
    assert len(team.in_slack()) == 4
    assert len(set(team.in_slack())) == 1, "the same notice, until it was taken"
    assert len(team.by_mail()) == 1


async def test_a_lasting_trouble_is_told_once_and_not_for_every_lead(team: Team) -> None:
    team.twilio.fake.account["status"] = "suspended"
    refused = faults.Status(401, {}, b'{"code": 20003, "message": "Authenticate", "status": 401}')
    team.twilio.wire.then(*[refused] * 50)
    for number in range(5):
        await team.office.form(DANA | {"email": f"lead{number}@mail.example", "phone": f"(312) 555-01{number + 60}"})
        await team.site.pass_time(timedelta(minutes=1))
    told = [said for said in team.in_slack() if "does not let us in" in said]
    assert len(told) == 1
    assert len([said for said in team.by_mail() if "does not let us in" in said]) == 1
    await team.site.pass_time(timedelta(minutes=20))
    assert len([said for said in team.in_slack() if "does not let us in" in said]) == 1
    assert team.twilio.texts == []
    assert len(team.sendgrid.letters) == 5, "each got the mail"


async def test_when_it_works_again_the_notice_goes_away_and_the_texts_leave(team: Team) -> None:
    refused = faults.Status(401, {}, b'{"code": 20003, "message": "Authenticate", "status": 401}')
    team.twilio.wire.then(refused)
    await team.office.form()
    await team.site.pass_time(timedelta(minutes=1))
    assert [text for text in await team.office.notices() if "does not let us in" in text]
    await team.site.pass_time(timedelta(minutes=30))
    assert len(team.twilio.texts) == 1
    assert not [text for text in await team.office.notices() if "does not let us in" in text]
