"""Did an unsure mail leave? SendGrid's records answer only when they are sure; otherwise nobody sends again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rekindle.decide.words import MessageState
from rekindle.providers.ports import CannotTell, Found, Missing, SendUncertainError
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import account
from tests.providers.described import Description
from tests.providers.fake_sendgrid import KEY, FakeSendGrid
from tests.providers.test_sendgrid_sender import ACCOUNT, OUTGOING, Line, lined

ACTIVITY = Description.load("sendgrid/activity.json")
LOGS = Description.load("sendgrid/logs.json")
OTHER = replace(OUTGOING, message_id=OUTGOING.office_id, to="bob@lake.example")
BOTH = pytest.mark.parametrize("activity", [True, False], ids=["activity", "logs"])


async def find(line: Line) -> object:
    return await line.sender.find(OUTGOING, ACCOUNT, deadline=5)


async def after(line: Line, minutes: float) -> object:
    line.clock.at = NOON + timedelta(minutes=minutes)
    return await find(line)


@BOTH
async def test_a_mail_that_left_unheard_is_found_by_our_own_id(activity: bool) -> None:
    async with lined(FakeSendGrid(activity=activity)) as line:
        line.wire.then(faults.ResetAfter())
        await line.uncertain()
        assert await find(line) == Found("msg0", MessageState.ACCEPTED)
        for asked in line.wire.requests[1:]:
            (LOGS if "/logs" in asked.path else ACTIVITY).check(asked)


@BOTH
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("delivered", MessageState.DELIVERED),
        ("not_delivered", MessageState.UNDELIVERED),
        ("deferred", MessageState.SENT),
        ("dropped", MessageState.FAILED),
        ("bounced", MessageState.UNDELIVERED),
        ("blocked", MessageState.UNDELIVERED),
        ("something new", MessageState.ACCEPTED),
    ],
)
async def test_what_became_of_it_comes_along(activity: bool, status: str, state: MessageState) -> None:
    async with lined(FakeSendGrid(activity=activity)) as line:
        await line.send()
        line.fake.messages[0]["status"] = status
        assert await find(line) == Found("msg0", state)


@BOTH
async def test_a_mail_that_never_left_is_missing_only_after_the_grace_hour(activity: bool) -> None:
    async with lined(FakeSendGrid(activity=activity)) as line:
        await line.send(OTHER)
        for minutes in (0, 30, 59):
            assert isinstance(await after(line, minutes), CannotTell)
        assert isinstance(await after(line, 60), Missing)


@BOTH
async def test_records_that_know_no_mail_at_all_since_then_are_not_believed(activity: bool) -> None:
    async with lined(FakeSendGrid(activity=activity, indexed=False)) as line:
        await line.send()
        assert isinstance(await after(line, 90), CannotTell)


@BOTH
async def test_what_may_have_fallen_out_of_the_records_is_not_missing(activity: bool) -> None:
    async with lined(FakeSendGrid(activity=activity)) as line:
        await line.send(OTHER)
        assert isinstance(await after(line, 60 * 24 * 4), CannotTell)


async def test_without_either_add_on_nobody_can_tell() -> None:
    async with lined(FakeSendGrid(activity=False, logs=False)) as line:
        await line.send()
        assert isinstance(await after(line, 90), CannotTell)


async def test_in_the_logs_another_mail_to_the_same_person_is_not_ours() -> None:
    async with lined(FakeSendGrid(activity=False)) as line:
        await line.send(replace(OTHER, to=OUTGOING.to))
        assert isinstance(await after(line, 30), CannotTell)
        assert isinstance(await after(line, 61), Missing)
        await line.send()
        assert await after(line, 61) == Found("msg1", MessageState.ACCEPTED)


async def test_a_log_that_cannot_be_opened_may_be_ours() -> None:
    async with lined(FakeSendGrid(activity=False)) as line:
        await line.send(replace(OTHER, to=OUTGOING.to))
        line.clock.at = NOON + timedelta(minutes=90)
        line.wire.then(faults.Status(403), faults.StatusAfter(200, body=_one_unopenable()))
        assert isinstance(await find(line), CannotTell)


def _one_unopenable() -> bytes:
    return b'{"messages":[{"sg_message_id":"gone","to_email":"ann@lake.example","status":"processed"}]}'


async def test_an_address_that_would_change_the_question_is_not_asked_for() -> None:
    async with lined(FakeSendGrid(activity=False)) as line:
        outgoing = replace(OUTGOING, to="o'neil@lake.example")
        assert isinstance(await line.sender.find(outgoing, ACCOUNT, deadline=5), CannotTell)
        assert [asked.path for asked in line.wire.requests] == ["/v3/messages"]


async def test_an_attempt_of_unknown_time_is_never_missing() -> None:
    async with lined() as line:
        await line.send(OTHER)
        line.clock.advance(timedelta(hours=5))
        found = await line.sender.find(replace(OUTGOING, attempted_at=None), ACCOUNT, deadline=5)
        assert isinstance(found, CannotTell)


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(),
        faults.ResetBefore(),
        faults.Malformed(),
        faults.Huge(16),
        faults.Drip(),
        faults.Status(500),
        faults.Status(503),
        faults.Status(429, {"Retry-After": "5"}),
    ],
    ids=lambda fault: f"{type(fault).__name__}{getattr(fault, 'code', '')}",
)
async def test_records_that_cannot_be_asked_leave_it_uncertain(fault: faults.Fault) -> None:
    async with lined() as line:
        await line.send()
        line.wire.then(fault)
        with pytest.raises(SendUncertainError):
            await line.sender.find(OUTGOING, ACCOUNT, deadline=0.5)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"messages":{}}', b'{"messages":[{}]}', b'{"messages":[7]}', b"{"]
)
async def test_an_answer_that_makes_no_sense_proves_nothing(body: bytes) -> None:
    async with lined(FakeSendGrid(logs=False)) as line:
        line.clock.advance(timedelta(minutes=90))
        line.wire.then(faults.Status(200, body=body))
        assert isinstance(await find(line), CannotTell)


async def test_a_key_that_does_not_open_cannot_tell() -> None:
    async with lined() as line:
        for key in ("", "SG.other"):
            found = await line.sender.find(OUTGOING, account("sendgrid", api_key=key), deadline=5)
            assert isinstance(found, CannotTell)
        assert KEY not in repr(account("sendgrid", api_key=KEY))
