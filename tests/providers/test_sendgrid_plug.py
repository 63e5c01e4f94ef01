"""Connecting SendGrid: what the check says, what staff are sent, and which settings are refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.settings import SettingsError
from rekindle.providers import calls
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, StaffNotice
from rekindle.providers.sendgrid import settings
from rekindle.providers.sendgrid.notifier import SendGridNotifier
from rekindle.providers.sendgrid.plug import SendGridPlug
from rekindle.providers.sendgrid.requests import SendGridRequests
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.adapters_sendgrid import public
from tests.providers.contract import account
from tests.providers.described import Description
from tests.providers.fake_sendgrid import KEY, FakeSendGrid
from tests.providers.faults import Wire

DOMAINS = Description.load("sendgrid/domains.json")
MAIL = Description.load("sendgrid/mail.json")
NOTICE = StaffNotice(
    office="Lakeside Team",
    title="A lead waits for you",
    text="Take it within ten minutes.",
    url="https://rekindle.example/today",
    emails=("agent1@lakeside.example", "agent2@lakeside.example", "agent1@lakeside.example"),
    key="offer:1",
)


@asynccontextmanager
async def lined(fake: FakeSendGrid) -> AsyncIterator[tuple[SendGridRequests, Wire]]:
    async with faults.serving(fake.handle) as wire, calls.client() as http:
        yield SendGridRequests(http, settings.SendGridSettings(wire.url), HandClock(NOON)), wire


def entered(**values: str) -> Account:
    usual = {"api_key": KEY, "from_email": "hello@lakeside.example", "event_public_key": public()}
    return account("sendgrid", **{**usual, **values})


def lakeside(*, valid: object = True, domain: str = "lakeside.example") -> list[dict[str, object]]:
    return [{"id": 1, "domain": domain, "subdomain": "em1", "valid": valid}]


async def checked(fake: FakeSendGrid, account: Account, *then: faults.Fault) -> Checked:
    async with lined(fake) as (requests, wire):
        wire.then(*then)
        said = await SendGridPlug(requests).check(account, deadline=0.5)
        for asked in wire.requests:
            assert asked.method == "GET"
            if asked.path != "/v3/scopes":
                DOMAINS.check(asked)
    assert said.text.endswith(".")
    assert KEY not in said.text
    return said


async def test_a_working_account_says_so() -> None:
    said = await checked(FakeSendGrid(domains=lakeside()), entered())
    assert (said.ok, said.found) == (True, (("domain", "lakeside.example"),))
    assert said.text == "The API key works, may send mail, and lakeside.example is authenticated."


@pytest.mark.parametrize(
    ("fake", "changes", "ok", "text"),
    [
        (FakeSendGrid(), {"api_key": "SG.other"}, False, "refuses the API key"),
        (FakeSendGrid(), {"api_key": ""}, False, "refuses the API key"),
        (FakeSendGrid(scopes=["stats.read"]), {}, False, "may not send mail"),
        (FakeSendGrid(), {}, False, "lakeside.example is not authenticated"),
        (FakeSendGrid(domains=lakeside(domain="other.example")), {}, False, "is not authenticated"),
        (FakeSendGrid(domains=lakeside(valid=False)), {}, False, "DNS records are not verified"),
        (FakeSendGrid(domains=lakeside(valid="true")), {}, False, "DNS records are not verified"),
        (FakeSendGrid(), {"from_email": ""}, True, "works and may send mail."),
        (FakeSendGrid(domains=lakeside()), {"event_public_key": ""}, True, "we hear nothing of bounces"),
        (FakeSendGrid(), {"event_public_key": "MFkw"}, False, "event verification key is not what SendGrid shows"),
        (FakeSendGrid(), {"parse_public_key": "x"}, False, "inbound mail verification key is not what"),
        (FakeSendGrid(), {"track_clicks": "yes"}, False, "Track clicks must be on or off"),
    ],
)
async def test_the_check_names_what_is_wrong(fake: FakeSendGrid, changes: dict[str, str], ok: bool, text: str) -> None:
    said = await checked(fake, entered(**changes))
    assert said.ok == ok
    assert text in said.text


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (faults.HangBefore(), "does not answer"),
        (faults.ResetAfter(), "does not answer"),
        (faults.Status(500), "does not answer"),
        (faults.Malformed(), "does not answer"),
        (faults.Status(429), "slow down"),
        (faults.Status(403), "refuses the API key"),
        (faults.BadJson(), "may not send mail"),
        (faults.Status(200, body=b'{"scopes":"mail.send"}'), "may not send mail"),
    ],
    ids=repr,
)
async def test_a_check_that_fails_raises_nothing(fault: faults.Fault, text: str) -> None:
    said = await checked(FakeSendGrid(), entered(), fault)
    assert not said.ok
    assert text in said.text


async def test_a_key_that_may_not_see_domains_still_works() -> None:
    async with lined(FakeSendGrid()) as (requests, wire):
        wire.then(faults.Status(200, body=orjson.dumps({"scopes": ["mail.send"]})), faults.Status(403))
        said = await SendGridPlug(requests).check(entered(), deadline=5)
    assert said.ok
    assert "could not see" in said.text


def test_the_form_keeps_the_key_secret_and_makes_the_path() -> None:
    plug = {field.name: field for field in SendGridPlug.fields}
    assert [name for name, field in plug.items() if field.secret] == ["api_key"]
    assert [name for name, field in plug.items() if field.make] == ["parse_path"]
    assert all(field.label and field.help.endswith(".") for field in plug.values())


async def test_staff_are_told_each_alone_and_untracked() -> None:
    fake = FakeSendGrid()
    async with lined(fake) as (requests, wire):
        account = entered(track_clicks="on", track_opens="on")
        await SendGridNotifier(requests).tell(NOTICE, account, deadline=5)
        (asked,) = wire.requests
        MAIL.check(asked)
        said = orjson.loads(asked.body)
        assert [one["to"] for one in said["personalizations"]] == [
            [{"email": "agent1@lakeside.example"}],
            [{"email": "agent2@lakeside.example"}],
        ]
        assert said["from"] == {"email": "hello@lakeside.example", "name": "Lakeside Team"}
        assert said["content"][0]["value"] == "Take it within ten minutes.\n\nhttps://rekindle.example/today\n"
        assert not any(setting["enable"] for setting in said["tracking_settings"].values())


@pytest.mark.parametrize(
    ("changes", "fault", "code", "whose"),
    [
        ({"from_email": ""}, None, "no-sender", Fault.ACCOUNT),
        ({"api_key": ""}, None, "no-key", Fault.ACCOUNT),
        ({}, faults.Status(403), "403", Fault.ACCOUNT),
        ({}, faults.HangAfter(), "away", Fault.AWAY),
        ({}, faults.Status(429, {"Retry-After": "4"}), "429", Fault.BUSY),
    ],
)
async def test_staff_that_cannot_be_told_is_one_failed_call(
    changes: dict[str, str], fault: faults.Fault | None, code: str, whose: Fault
) -> None:
    async with lined(FakeSendGrid()) as (requests, wire):
        wire.then(*([fault] if fault else []))
        with pytest.raises(CallFailedError) as caught:
            await SendGridNotifier(requests).tell(NOTICE, entered(**changes), deadline=0.5)
        assert (caught.value.code, caught.value.fault) == (code, whose)
        assert len(wire.requests) <= 1


async def test_a_notice_for_nobody_asks_nothing() -> None:
    async with lined(FakeSendGrid()) as (requests, wire):
        nobody = StaffNotice("Lakeside Team", "t", "x", "https://rekindle.example", (), "k")
        await SendGridNotifier(requests).tell(nobody, entered(), deadline=5)
        assert wire.requests == []


def test_the_url_can_point_elsewhere() -> None:
    assert settings.read({}) == settings.SendGridSettings("https://api.sendgrid.com")
    assert settings.read({"REKINDLE_SENDGRID_URL": "https://api.eu.sendgrid.com/"}).url == "https://api.eu.sendgrid.com"
    assert settings.read({"REKINDLE_SENDGRID_URL": " "}).url == "https://api.sendgrid.com"


@pytest.mark.parametrize("url", ["api.sendgrid.com", "ftp://x.example", "https://", "http://[::1", "x"])
def test_a_url_that_is_none_is_refused_by_name(url: str) -> None:
    with pytest.raises(SettingsError, match="REKINDLE_SENDGRID_URL"):
        settings.read({"REKINDLE_SENDGRID_URL": url})
