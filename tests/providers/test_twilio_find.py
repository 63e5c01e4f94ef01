"""Whether a send nobody knows the end of happened, by Twilio's own list: found, surely missing, or not told yet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from rekindle.decide.words import MessageState
from rekindle.kit.clock import HandClock
from rekindle.providers.ports import Account, CannotTell, Found, Missing, SendUncertainError
from tests.conftest import NOON
from tests.providers import faults, test_twilio_send
from tests.providers.contract import account
from tests.providers.fake_twilio import NUMBER, ROOT, SERVICE, SID, TOKEN, patience
from tests.providers.test_twilio_send import ACCOUNT, OUTGOING, SPEC, Line

line = test_twilio_send.line
SERVICED = account("twilio", account_sid=SID, auth_token=TOKEN, messaging_service_sid=SERVICE)


async def find(line: Line, signer: Account = ACCOUNT, *, deadline: float = 5.0) -> Found | Missing | CannotTell:
    return await line.sender.find(OUTGOING, signer, deadline=deadline)


def settled(clock: HandClock) -> None:
    clock.advance(timedelta(minutes=3))


async def lost(line: Line, signer: Account = ACCOUNT, **changes: Any) -> None:
    """Sent, and the answer never came."""
    line.wire.then(faults.ResetAfter())
    with pytest.raises(SendUncertainError):
        await line.send(signer, **changes)
    line.wire.requests.clear()


async def test_a_send_whose_answer_was_lost_is_found(line: Line) -> None:
    await lost(line)
    assert await find(line) == Found(line.twilio.messages[0]["sid"], MessageState.ACCEPTED)
    for asked in line.wire.requests:
        SPEC.check(asked)


async def test_a_queued_one_is_found_past_the_filter_by_day(line: Line) -> None:
    line.twilio.queue = True
    await lost(line)
    assert isinstance(await find(line), Found)
    assert [("DateSent>" in asked.params()) for asked in line.wire.requests] == [True, False]
    for asked in line.wire.requests:
        SPEC.check(asked)


async def test_a_service_has_no_number_yet_and_is_found(line: Line) -> None:
    await lost(line, SERVICED)
    assert isinstance(await find(line, SERVICED), Found)


async def test_a_trial_accounts_own_words_do_not_hide_it(line: Line) -> None:
    line.twilio.prefix = "Sent from your Twilio trial account - "
    await lost(line)
    assert isinstance(await find(line), Found)


@pytest.mark.parametrize(
    ("status", "state"),
    [("delivered", MessageState.DELIVERED), ("failed", MessageState.FAILED), ("new", MessageState.ACCEPTED)],
)
async def test_how_far_it_came_is_told(line: Line, status: str, state: MessageState) -> None:
    await lost(line)
    line.twilio.messages[0]["status"] = status
    assert await find(line) == Found(line.twilio.messages[0]["sid"], state)


async def test_it_is_surely_missing_only_two_minutes_later(line: Line, clock: HandClock) -> None:
    assert isinstance(await find(line), CannotTell)
    clock.advance(timedelta(minutes=2))
    assert isinstance(await find(line), CannotTell)
    clock.advance(timedelta(seconds=1))
    assert isinstance(await find(line), Missing)


@pytest.mark.parametrize(
    "change",
    [
        {"to": "+13125550143"},
        {"from": "+13125550101"},
        {"body": "Hi Bob."},
        {"direction": "inbound"},
        {"date_created": "Tue, 24 Nov 2026 17:58:59 +0000"},
        {"date_created": "Tue, 24 Nov 2026 18:15:01 +0000"},
        {"date_created": "Tue, 24 Nov 2026 18:00:00 -0600"},
    ],
)
async def test_another_message_is_not_taken_for_it(line: Line, clock: HandClock, change: dict[str, str]) -> None:
    await lost(line)
    line.twilio.messages[0] |= change
    settled(clock)
    assert isinstance(await find(line), Missing)


async def test_a_list_that_ignores_the_filter_is_not_taken_at_its_word(line: Line, clock: HandClock) -> None:
    await lost(line)
    row = {**line.twilio.messages.pop(), "to": "+13125550143"}
    settled(clock)
    both = faults.Status(200, body=orjson.dumps({"messages": [row], "next_page_uri": None}))
    line.wire.then(both, both)
    assert isinstance(await find(line), Missing)


async def test_another_services_message_is_not_taken_for_it(line: Line, clock: HandClock) -> None:
    await lost(line)
    settled(clock)
    assert isinstance(await find(line, SERVICED), Missing)


@pytest.mark.parametrize("skew", [-59, 14 * 60])
async def test_clocks_may_differ(line: Line, skew: int) -> None:
    line.twilio.later(seconds=skew)
    await lost(line)
    assert isinstance(await find(line), Found)


async def test_it_is_found_on_a_later_page(line: Line) -> None:
    await lost(line)
    line.twilio.page = 2
    for number in range(5):
        await line.send(body=f"Another {number}")
    assert isinstance(await find(line), Found)
    assert len(line.wire.requests) > 6


async def test_reading_stops_where_all_is_older_than_the_attempt(line: Line, clock: HandClock) -> None:
    line.twilio.page = 2
    line.twilio.later(days=-3)
    for number in range(8):
        await line.send(body=f"Older {number}")
    line.wire.requests.clear()
    settled(clock)
    assert isinstance(await find(line), Missing)
    assert len(line.wire.requests) == 2


async def test_a_list_longer_than_we_read_proves_nothing(line: Line, clock: HandClock) -> None:
    line.twilio.page = 1
    for number in range(12):
        await line.send(body=f"Another {number}")
    line.wire.requests.clear()
    settled(clock)
    assert isinstance(await find(line), CannotTell)
    assert len(line.wire.requests) == 20


@pytest.mark.parametrize(
    "said",
    [
        b"{}",
        b"[]",
        b"nonsense",
        b'{"messages": {}}',
        orjson.dumps({"messages": [5]}),
        orjson.dumps({"messages": [{"date_created": "soon"}]}),
        orjson.dumps({"messages": [{"date_created": 5}]}),
        orjson.dumps({"messages": [], "next_page_uri": 7}),
        orjson.dumps({"messages": [], "next_page_uri": "https://elsewhere.example/2010-04-01"}),
        orjson.dumps({"messages": [], "next_page_uri": "/2010-04-01/Accounts/AC2/Messages.json?Page=1"}),
        orjson.dumps({"messages": [], "next_page_uri": f"@elsewhere.example{ROOT}/Messages.json?Page=1"}),
    ],
)
async def test_a_list_that_cannot_be_read_whole_proves_nothing(line: Line, clock: HandClock, said: bytes) -> None:
    settled(clock)
    line.wire.then(faults.Status(200, body=said))
    assert isinstance(await find(line), CannotTell)
    assert len(line.wire.requests) == 2


async def test_a_found_row_without_a_sid_is_neither_found_nor_missing(line: Line, clock: HandClock) -> None:
    await lost(line)
    line.twilio.messages[0]["sid"] = None
    settled(clock)
    assert isinstance(await find(line), CannotTell)


async def test_odd_types_in_a_row_are_no_match_and_raise_nothing(line: Line, clock: HandClock) -> None:
    await lost(line)
    line.twilio.messages[0]["from"] = {"a": 1}
    line.twilio.messages[0]["body"] = ["x"]
    settled(clock)
    assert isinstance(await find(line), Missing)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404])
async def test_a_refused_question_proves_nothing(line: Line, clock: HandClock, status: int) -> None:
    settled(clock)
    line.wire.then(faults.Status(status), faults.Status(status))
    assert isinstance(await find(line), CannotTell)


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(),
        faults.ResetBefore(),
        faults.ResetAfter(),
        faults.Malformed(),
        faults.Huge(16),
        faults.Drip(0.05),
        faults.Status(500),
        faults.Status(503),
        faults.Status(429, {"retry-after": "3"}),
    ],
    ids=repr,
)
async def test_a_provider_that_is_away_is_asked_again_later(line: Line, fault: faults.Fault) -> None:
    line.wire.then(fault)
    with pytest.raises(SendUncertainError):
        await find(line, deadline=patience(fault))
    assert len(line.wire.requests) == 1


async def test_without_the_time_of_the_attempt_nothing_can_be_told(line: Line) -> None:
    unknown = replace(OUTGOING, attempted_at=None)
    assert isinstance(await line.sender.find(unknown, ACCOUNT, deadline=5), CannotTell)
    odd = account("twilio", account_sid="AC/..", auth_token=TOKEN, from_number=NUMBER)
    assert isinstance(await line.sender.find(OUTGOING, odd, deadline=5), CannotTell)
    assert line.wire.requests == []
    assert OUTGOING.attempted_at == NOON
