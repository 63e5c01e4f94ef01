"""A text leaves once: what Twilio certainly refused, certainly took, and what nobody knows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.providers import calls
from rekindle.providers.ports import Account, Fault, Outgoing, SendRefusedError, SendUncertainError
from rekindle.providers.twilio.sender import TwilioSender
from rekindle.providers.twilio.settings import TwilioSettings
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import OFFICE, account
from tests.providers.described import Description
from tests.providers.fake_twilio import (
    KEY_SECRET,
    KEY_SID,
    LANDLINE,
    NUMBER,
    OPTED_OUT,
    SERVICE,
    SID,
    TOKEN,
    FakeTwilio,
    patience,
)

SPEC = Description.load("twilio/api.json")
ACCOUNT = account("twilio", account_sid=SID, auth_token=TOKEN, from_number=NUMBER)
OUTGOING = Outgoing(
    office_id=OFFICE,
    message_id=UUID("11111111-2222-3333-4444-555555555555"),
    key="k:1:sms",
    channel=Channel.SMS,
    to="+13125550142",
    sender="+13125550177",
    subject=None,
    body="Hi Ann, it’s Lakeside Team & friends.\nReply STOP to opt out.",
    headers=(),
    expires_at=None,
    hooks="https://rekindle.example/hooks/lakeside",
    not_after=NOON + timedelta(hours=2),
    attempted_at=NOON,
)


@dataclass
class Line:
    """A sender and the stand-in at the other end."""

    twilio: FakeTwilio
    wire: faults.Wire
    sender: TwilioSender
    clock: HandClock
    http: httpx.AsyncClient

    async def send(self, signer: Account = ACCOUNT, deadline: float = 10.0, **changes: Any) -> str:
        accepted = await self.sender.send(replace(OUTGOING, **changes), signer, deadline=deadline)
        return accepted.provider_id

    async def refused(self, signer: Account = ACCOUNT, **changes: Any) -> SendRefusedError:
        with pytest.raises(SendRefusedError) as error:
            await self.send(signer, **changes)
        return error.value


@pytest.fixture
async def line(clock: HandClock) -> AsyncIterator[Line]:
    twilio = FakeTwilio()
    async with faults.serving(twilio) as wire, calls.client() as http:
        yield Line(twilio, wire, TwilioSender(http, TwilioSettings(api_url=wire.url), clock), clock, http)


async def test_the_request_is_as_twilio_describes_it(line: Line) -> None:
    sid = await line.send()
    assert sid == line.twilio.messages[0]["sid"]
    (asked,) = line.wire.requests
    SPEC.check(asked)
    assert asked.form() == {
        "To": "+13125550142",
        "From": NUMBER,
        "Body": OUTGOING.body,
        "SmartEncoded": "true",
        "StatusCallback": (f"https://rekindle.example/hooks/lakeside/twilio/status/{OUTGOING.message_id}#rc=5&rp=all"),
        "ValidityPeriod": str(2 * 3600 - 10),
    }


async def test_a_messaging_service_and_an_api_key_are_used_when_there_are_any(line: Line) -> None:
    signer = account(
        "twilio",
        account_sid=SID,
        auth_token="webhooks only",
        api_key_sid=KEY_SID,
        api_key_secret=KEY_SECRET,
        messaging_service_sid=SERVICE,
        from_number=NUMBER,
    )
    await line.send(signer, hooks="", not_after=None)
    (asked,) = line.wire.requests
    SPEC.check(asked)
    assert asked.form() == {
        "To": OUTGOING.to,
        "MessagingServiceSid": SERVICE,
        "Body": OUTGOING.body,
        "SmartEncoded": "true",
    }


@pytest.mark.parametrize(
    ("left", "seconds"), [(60, 50), (61.9, 51), (3600, 3590), (36_010, 36_000), (36_020, 36_000), (90_000, 36_000)]
)
async def test_the_validity_ends_with_the_window(line: Line, left: float, seconds: int) -> None:
    await line.send(not_after=NOON + timedelta(seconds=left))
    (asked,) = line.wire.requests
    SPEC.check(asked)
    assert asked.form()["ValidityPeriod"] == str(seconds)


@pytest.mark.parametrize(("left", "wait"), [(59.5, 60.5), (1, 2), (0, 1), (-600, 1)])
async def test_less_than_a_minute_is_not_worth_sending(line: Line, left: float, wait: float) -> None:
    error = await line.refused(not_after=NOON + timedelta(seconds=left))
    assert (error.code, error.permanent, error.retry_after, error.fault) == ("WINDOW", False, wait, Fault.MESSAGE)
    assert line.wire.requests == []


async def test_a_text_of_more_than_1600_characters_is_not_sent(line: Line) -> None:
    error = await line.refused(body="a" * 1601)
    assert (error.code, error.permanent, error.fault) == ("21617", True, Fault.MESSAGE)
    assert line.wire.requests == []
    await line.send(body="a" * 1600)


@pytest.mark.parametrize(
    "signer",
    [
        account("twilio", account_sid=SID, auth_token=TOKEN),
        account("twilio", account_sid="AC/../x", auth_token=TOKEN, from_number=NUMBER),
    ],
)
async def test_an_account_without_a_sender_or_sid_asks_nobody(line: Line, signer: Account) -> None:
    error = await line.refused(signer)
    assert (error.permanent, error.fault) == (False, Fault.ACCOUNT)
    assert line.wire.requests == []


async def test_an_opt_out_we_missed_is_final(line: Line) -> None:
    error = await line.refused(to=OPTED_OUT)
    assert (error.code, error.permanent, error.fault) == ("21610", True, Fault.MESSAGE)


async def test_a_landline_is_final_and_its_number_is_not_in_the_words(line: Line) -> None:
    error = await line.refused(to=LANDLINE)
    assert (error.code, error.permanent) == ("21614", True)
    assert LANDLINE not in error.text


async def test_wrong_credentials_are_for_a_person(line: Line) -> None:
    error = await line.refused(account("twilio", account_sid=SID, auth_token="wrong", from_number=NUMBER))
    assert (error.code, error.permanent, error.fault) == ("20003", False, Fault.ACCOUNT)


def said(code: int, message: str = "no") -> bytes:
    return orjson.dumps({"code": code, "message": message})


@pytest.mark.parametrize(
    ("status", "code", "permanent", "fault"),
    [
        (400, 21211, True, Fault.MESSAGE),
        (400, 21408, True, Fault.MESSAGE),
        (400, 21612, True, Fault.MESSAGE),
        (400, 21606, False, Fault.ACCOUNT),
        (400, 21608, False, Fault.ACCOUNT),
        (400, 21660, False, Fault.ACCOUNT),
        (400, 99999, True, Fault.MESSAGE),
        (402, 99999, False, Fault.ACCOUNT),
        (403, 20403, False, Fault.ACCOUNT),
        (404, 20404, False, Fault.ACCOUNT),
        (400, 20429, False, Fault.BUSY),
    ],
)
async def test_a_refusal_in_twilios_own_words_is_certain(
    line: Line, status: int, code: int, permanent: bool, fault: Fault
) -> None:
    line.wire.then(faults.Status(status, body=said(code)))
    error = await line.refused()
    assert (error.code, error.permanent, error.fault) == (str(code), permanent, fault)
    assert (error.retry_after is None) is permanent
    assert len(line.wire.requests) == 1


async def test_a_code_nobody_knows_keeps_twilios_words_without_the_number(line: Line) -> None:
    line.wire.then(faults.Status(400, body=said(99999, "The number +1 (312) 555-0142 is odd\x00")))
    error = await line.refused()
    assert error.text == "The number (number) is odd"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 1.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Tue, 24 Nov 2026 18:00:30 GMT"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2020 18:00:30 GMT"}, 1.0),
        ({"retry-after": "999999999"}, 3600.0),
        ({"retry-after": "soon"}, 1.0),
    ],
)
@pytest.mark.parametrize("body", [said(20429), b"<html>slow down</html>"])
async def test_too_fast_waits_as_told(line: Line, headers: dict[str, str], wait: float, body: bytes) -> None:
    line.wire.then(faults.Status(429, headers, body))
    error = await line.refused()
    assert (error.permanent, error.fault, error.retry_after) == (False, Fault.BUSY, wait)
    assert line.twilio.messages == []
    assert len(line.wire.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(),
        faults.HangAfter(),
        faults.ResetBefore(),
        faults.ResetAfter(),
        faults.Malformed(),
        faults.BadJson(),
        faults.Huge(16),
        faults.Drip(0.05),
        faults.Status(500, body=said(20500)),
        faults.StatusAfter(500, body=said(20500)),
        faults.StatusAfter(502, body=b"<html>"),
        faults.StatusAfter(503, body=said(20503)),
        faults.StatusAfter(408, body=said(20408)),
        faults.StatusAfter(400, body=b"<html>proxy</html>"),
        faults.StatusAfter(403, body=b"<html>proxy</html>"),
        faults.StatusAfter(302, {"location": "https://elsewhere.example/"}),
        faults.StatusAfter(200, body=orjson.dumps({"sid": "SM" + "1" * 32})),
        faults.StatusAfter(201, body=b"{}"),
        faults.StatusAfter(201, body=orjson.dumps({"sid": 5})),
        faults.StatusAfter(201, body=orjson.dumps(["SM"])),
        faults.StatusAfter(400, body=orjson.dumps({"code": True})),
        faults.StatusAfter(400, body=b"[" * 100_000),
    ],
    ids=repr,
)
async def test_what_nobody_knows_is_uncertain_and_asked_once(line: Line, fault: faults.Fault) -> None:
    line.wire.then(fault)
    with pytest.raises(SendUncertainError):
        await line.send(deadline=patience(fault))
    assert len(line.wire.requests) == 1


async def test_a_closed_door_is_a_certain_refusal(line: Line) -> None:
    sender = TwilioSender(line.http, TwilioSettings(api_url=faults.closed_port()), line.clock)
    with pytest.raises(SendRefusedError) as error:
        await sender.send(OUTGOING, ACCOUNT, deadline=5)
    assert (error.value.code, error.value.permanent, error.value.fault) == ("unreachable", False, Fault.AWAY)
    assert error.value.retry_after


@pytest.mark.parametrize(
    ("given", "count"), [("", 1), ("3", 3), ("100", 100), ("0", 1), ("-5", 1), ("many", 1), ("²", 1)]
)
async def test_the_office_says_how_many_texts_a_second(line: Line, given: str, count: int) -> None:
    (limit,) = line.sender.limits(account("twilio", per_second=given))
    assert (limit.count, limit.seconds, limit.app) == (count, 1, False)
