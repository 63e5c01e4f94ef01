"""Installing our app: the way there, the code's exchange, an agency's token, and a reconnect."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from rekindle.kit.clock import HandClock
from rekindle.providers.ports import CallFailedError, Fault
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.fake_ghl import CLIENT, COMPANY, LOCATION
from tests.providers.ghl_side import connected

BACK = "https://rekindle.example/connect/ghl/callback"


async def test_the_way_to_the_install_carries_our_state_and_asks_for_no_more_than_we_use(clock: HandClock) -> None:
    async with connected(clock) as side:
        url = urlsplit(side.oauth().authorize_url("state-1", BACK))
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        assert (url.netloc, url.path) == ("marketplace.gohighlevel.com", "/v2/oauth/chooselocation")
        assert (asked["state"], asked["redirect_uri"], asked["client_id"]) == ("state-1", BACK, CLIENT[0])
        assert asked["response_type"] == "code"
        assert "conversations/message.write" in asked["scope"].split()
        assert CLIENT[1] not in url.geturl()


async def test_a_code_becomes_the_values_of_the_sub_account(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.codes["code-1"] = "Location"
        values = await side.oauth().exchange("code-1", BACK, deadline=5)
        assert values["access_token"] in side.fake.access
        assert values["refresh_token"] in side.fake.refresh
        assert (values["location_id"], values["company_id"], values["user_type"]) == (LOCATION, COMPANY, "Location")
        assert values["expires_at"] == (NOON + timedelta(seconds=86399)).isoformat()
        assert side.wire.requests[0].form()["redirectUri"] == BACK


async def test_an_agencys_code_becomes_the_values_of_its_sub_account(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.codes["code-1"] = "Company"
        values = await side.oauth().exchange("code-1", BACK, deadline=5, location_id=LOCATION)
        assert values["location_id"] == LOCATION
        assert values["access_token"] in side.fake.access
        assert side.asked("POST", "location-token")[0].form() == {"companyId": COMPANY, "locationId": LOCATION}


async def test_an_agencys_only_sub_account_needs_no_naming_and_several_do(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.codes["code-1"] = "Company"
        assert (await side.oauth().exchange("code-1", BACK, deadline=5))["location_id"] == LOCATION
        side.wire.then(
            faults.Status(
                200,
                body=b'{"accessToken":"a","refreshToken":"r","companyId":"c","approvedLocations":["one","two"]}',
            )
        )
        with pytest.raises(CallFailedError) as refused:
            await side.oauth().exchange("code-2", BACK, deadline=5)
        assert (refused.value.code, refused.value.fault) == ("no_location", Fault.ACCOUNT)


async def test_a_code_works_once(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.codes["code-1"] = "Location"
        await side.oauth().exchange("code-1", BACK, deadline=5)
        with pytest.raises(CallFailedError) as refused:
            await side.oauth().exchange("code-1", BACK, deadline=5)
        assert refused.value.fault is Fault.ACCOUNT


async def test_a_reconnect_gives_new_values_while_the_app_is_installed(clock: HandClock) -> None:
    async with connected(clock) as side:
        with pytest.raises(CallFailedError) as refused:
            await side.oauth().reconnect(LOCATION, deadline=5)
        assert refused.value.fault is Fault.ACCOUNT
        side.fake.reconnects = True
        assert (await side.oauth().reconnect(LOCATION, deadline=5))["access_token"] in side.fake.access


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.Status(429), Fault.BUSY),
        (faults.Status(401), Fault.ACCOUNT),
        (faults.Status(422), Fault.ACCOUNT),
        (faults.Status(500), Fault.AWAY),
        (faults.Status(200, body=b'{"accessToken": "", "refreshToken": 7}'), Fault.AWAY),
        (faults.Status(200, body=b"[]"), Fault.AWAY),
        (faults.BadJson(), Fault.AWAY),
        (faults.Malformed(), Fault.AWAY),
        (faults.ResetBefore(), Fault.AWAY),
        (faults.HangAfter(), Fault.AWAY),
    ],
)
async def test_an_exchange_that_fails_says_whose_fault_it_is_and_is_asked_once(
    clock: HandClock, fault: faults.Fault, expected: Fault
) -> None:
    async with connected(clock) as side:
        side.fake.codes["code-1"] = "Location"
        side.wire.then(fault)
        with pytest.raises(CallFailedError) as failed:
            await side.oauth().exchange("code-1", BACK, deadline=0.5)
        assert failed.value.fault is expected
        assert len(side.wire.requests) == 1
        assert CLIENT[1] not in str(failed.value)


@pytest.mark.parametrize("seconds", ["0", "-5", "1e300", '"soon"', "true", "null"])
async def test_a_nonsensical_lifetime_counts_as_the_usual_day(clock: HandClock, seconds: str) -> None:
    async with connected(clock) as side:
        body = f'{{"accessToken":"a","refreshToken":"r","locationId":"l","expiresIn":{seconds}}}'
        side.wire.then(faults.Status(200, body=body.encode()))
        values = await side.oauth().exchange("code-1", BACK, deadline=5)
        assert values["expires_at"] == (NOON + timedelta(seconds=86399)).isoformat()
