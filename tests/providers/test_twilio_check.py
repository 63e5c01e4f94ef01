"""Connecting Twilio, and asking it what kind of line a number is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.settings import SettingsError
from rekindle.providers import calls
from rekindle.providers.ports import CallFailedError, Fault
from rekindle.providers.twilio import settings
from rekindle.providers.twilio.lookup import TwilioLookup
from rekindle.providers.twilio.plug import TwilioPlug
from rekindle.providers.twilio.settings import TwilioSettings
from tests.providers import faults
from tests.providers.contract import account
from tests.providers.described import Description
from tests.providers.fake_twilio import KEY_SECRET, KEY_SID, NUMBER, SERVICE, SID, TOKEN, FakeTwilio, error, patience

API, LOOKUPS, MESSAGING = (Description.load(f"twilio/{name}.json") for name in ("api", "lookups", "messaging"))
GOOD = {"account_sid": SID, "auth_token": TOKEN, "from_number": NUMBER}
ON = account("twilio", **GOOD, lookup="on")
PHONE = "+13125550142"


@dataclass
class Line:
    twilio: FakeTwilio
    wire: faults.Wire
    plug: TwilioPlug
    lookup: TwilioLookup

    async def check(self, **changes: str) -> tuple[bool, str]:
        checked = await self.plug.check(account("twilio", **{**GOOD, **changes}), deadline=5)
        return checked.ok, checked.text


@pytest.fixture
async def line(clock: HandClock) -> AsyncIterator[Line]:
    twilio = FakeTwilio()
    async with faults.serving(twilio) as wire, calls.client() as http:
        where = settings.read({"REKINDLE_TWILIO_URL": wire.url + "/"})
        yield Line(twilio, wire, TwilioPlug(http, where, clock), TwilioLookup(http, where, clock))


async def test_a_working_account_says_so_and_is_only_read(line: Line) -> None:
    checked = await line.plug.check(account("twilio", **GOOD), deadline=5)
    assert (checked.ok, checked.text) == (True, f"Twilio works: Lakeside sends from {NUMBER}.")
    assert checked.found == (("account", "Lakeside"), ("sender", NUMBER))
    assert {asked.method for asked in line.wire.requests} == {"GET"}
    for asked in line.wire.requests:
        API.check(asked)


async def test_a_service_is_read_with_the_key_and_the_account_with_the_token(line: Line) -> None:
    ok, text = await line.check(messaging_service_sid=SERVICE, api_key_sid=KEY_SID, api_key_secret=KEY_SECRET)
    assert (ok, text) == (True, "Twilio works: Lakeside sends from the Messaging Service Leads.")
    first, second = line.wire.requests
    API.check(first)
    MESSAGING.check(second)
    assert first.headers["authorization"] != second.headers["authorization"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"account_sid": "AC12"}, "Account SID"),
        ({"account_sid": "AC/../../x"}, "Account SID"),
        ({"auth_token": ""}, "auth token"),
        ({"auth_token": "wrong"}, "credentials"),
        ({"api_key_sid": KEY_SID}, "secret"),
        ({"api_key_sid": KEY_SID, "api_key_secret": "wrong"}, "credentials"),
        ({"messaging_service_sid": "MG1"}, "Messaging Service SID"),
        ({"messaging_service_sid": "MG" + "0" * 32}, "20404"),
        ({"from_number": "312-555-0100"}, "number"),
        ({"from_number": "+13125550101"}, "does not belong"),
    ],
)
async def test_what_is_wrong_is_said_in_one_sentence(line: Line, changes: dict[str, str], says: str) -> None:
    ok, text = await line.check(**changes)
    assert not ok
    assert says in text
    assert text.endswith(".")
    assert "\n" not in text


async def test_a_suspended_account_does_not_work_and_a_trial_one_half(line: Line) -> None:
    line.twilio.account["status"] = "suspended"
    assert (await line.check())[0] is False
    line.twilio.account |= {"status": "active", "type": "Trial"}
    ok, text = await line.check()
    assert ok
    assert "trial" in text


FAULTS = [
    faults.HangBefore(),
    faults.ResetBefore(),
    faults.Malformed(),
    faults.BadJson(),
    faults.Huge(16),
    faults.Drip(0.05),
    faults.Status(500),
    faults.Status(429, {"retry-after": "9"}),
    faults.Status(302),
    faults.Status(200, body=b"[]"),
    faults.Status(401, body=b"no"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
async def test_a_check_never_raises(line: Line, fault: faults.Fault) -> None:
    line.wire.then(fault)
    checked = await line.plug.check(account("twilio", **GOOD), deadline=patience(fault))
    assert not checked.ok
    assert checked.text.endswith(".")


@pytest.mark.parametrize("row", [{}, {"incoming_phone_numbers": 5}, {"incoming_phone_numbers": [5]}])
async def test_an_odd_list_of_numbers_holds_none_of_ours(line: Line, row: dict[str, Any]) -> None:
    line.wire.then(
        faults.Status(200, body=orjson.dumps({"status": "active"})),
        faults.Status(200, body=orjson.dumps({**row, "x": 1})),
    )
    checked = await line.plug.check(account("twilio", **GOOD), deadline=5)
    assert not checked.ok


async def test_nobody_listening_is_said_so(line: Line) -> None:
    async with calls.client() as http:
        plug = TwilioPlug(http, TwilioSettings(api_url=faults.closed_port()), line.plug._clock)
        checked = await plug.check(account("twilio", **GOOD), deadline=5)
    assert (checked.ok, "reached" in checked.text) == (False, True)


async def test_a_line_type_is_looked_up_as_described(line: Line) -> None:
    assert await line.lookup.line_type(PHONE, ON, deadline=5) == "mobile"
    (asked,) = line.wire.requests
    LOOKUPS.check(asked)
    assert asked.params() == {"Fields": ["line_type_intelligence"]}


async def test_nothing_is_asked_unless_switched_on(line: Line) -> None:
    assert await line.lookup.line_type(PHONE, account("twilio", **GOOD), deadline=5) is None
    assert line.wire.requests == []


async def test_what_is_no_number_is_invalid(line: Line) -> None:
    assert await line.lookup.line_type("+131255501", ON, deadline=5) == "invalid"
    assert len(line.wire.requests) == 1
    assert await line.lookup.line_type("+1/../../x", ON, deadline=5) == "invalid"
    assert len(line.wire.requests) == 1


@pytest.mark.parametrize("told", [None, {}, {"type": None}, {"type": "mobile", "error_code": 60600}, {"type": 5}])
async def test_no_answer_about_the_line_is_none(line: Line, told: dict[str, Any] | None) -> None:
    line.twilio.line = told
    assert await line.lookup.line_type(PHONE, ON, deadline=5) is None


async def test_a_package_not_enabled_is_for_a_person(line: Line) -> None:
    line.twilio.line = {"type": None, "error_code": 60606}
    with pytest.raises(CallFailedError) as failed:
        await line.lookup.line_type(PHONE, ON, deadline=5)
    assert failed.value.fault is Fault.ACCOUNT


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
async def test_a_lookup_that_fails_says_whose_fault_it_is(line: Line, fault: faults.Fault) -> None:
    line.wire.then(fault)
    with pytest.raises(CallFailedError) as failed:
        await line.lookup.line_type(PHONE, ON, deadline=patience(fault))
    expected = {401: Fault.ACCOUNT, 429: Fault.BUSY}.get(getattr(fault, "code", 0), Fault.AWAY)
    assert failed.value.fault is expected
    assert failed.value.retry_after == (9.0 if expected is Fault.BUSY else None)
    assert len(line.wire.requests) == 1


async def test_a_refused_lookup_is_this_numbers_fault(line: Line) -> None:
    replied = error(400, 60200, "Invalid parameter")
    line.wire.then(faults.Status(replied.status, body=replied.body))
    with pytest.raises(CallFailedError) as failed:
        await line.lookup.line_type(PHONE, ON, deadline=5)
    assert (failed.value.code, failed.value.fault) == ("60200", Fault.MESSAGE)


def test_one_setting_points_all_three_hosts_elsewhere() -> None:
    assert settings.read({}) == TwilioSettings()
    assert settings.read({"REKINDLE_TWILIO_URL": "http://127.0.0.1:9/"}) == TwilioSettings(*["http://127.0.0.1:9"] * 3)
    apart = {"REKINDLE_TWILIO_LOOKUPS_URL": "http://a.example", "REKINDLE_TWILIO_MESSAGING_URL": "http://b.example"}
    assert settings.read(apart) == TwilioSettings(settings.API, "http://a.example", "http://b.example")


@pytest.mark.parametrize(
    "url", ["api.example", "ftp://api.example", "https://", "https://api.example?x=1", "http://[", "http://a:b"]
)
def test_a_malformed_url_is_refused_by_name(url: str) -> None:
    with pytest.raises(SettingsError, match="REKINDLE_TWILIO_LOOKUPS_URL"):
        settings.read({"REKINDLE_TWILIO_LOOKUPS_URL": url})
