"""Mail out through SendGrid: the wire fits the official description, and every answer is told apart rightly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import orjson
import pytest

from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.providers import calls
from rekindle.providers.ports import Accepted, Account, Fault, Outgoing, SendRefusedError, SendUncertainError
from rekindle.providers.sendgrid.sender import SendGridSender
from rekindle.providers.sendgrid.settings import SendGridSettings
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import OFFICE, account
from tests.providers.described import Description
from tests.providers.fake_sendgrid import KEY, FakeSendGrid, error
from tests.providers.faults import Wire

MAIL = Description.load("sendgrid/mail.json")
ACCOUNT = account("sendgrid", api_key=KEY)
OUTGOING = Outgoing(
    office_id=OFFICE,
    message_id=UUID(int=1),
    key="k:1:email",
    channel=Channel.EMAIL,
    to="ann@lake.example",
    sender="hello@lakeside.example",
    subject="Your question",
    body="Hi Ann, it is Lakeside Team.",
    headers=(
        ("List-Unsubscribe", "<https://rekindle.example/u/t>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Reply-To", '"Lakeside, Team" <r.tok123@parse.lakeside.example>'),
    ),
    expires_at=None,
    attempted_at=NOON,
    sender_name="Lakeside Team",
)


@dataclass(frozen=True)
class Line:
    """A sender and the SendGrid it talks to."""

    sender: SendGridSender
    fake: FakeSendGrid
    wire: Wire
    clock: HandClock

    async def send(self, outgoing: Outgoing = OUTGOING, by: Account = ACCOUNT, *, deadline: float = 5) -> Accepted:
        return await self.sender.send(outgoing, by, deadline=deadline)

    async def refused(self, **changes: object) -> SendRefusedError:
        with pytest.raises(SendRefusedError) as caught:
            await self.send(**changes)  # type: ignore[arg-type]
        return caught.value

    async def uncertain(self, **changes: object) -> None:
        with pytest.raises(SendUncertainError):
            await self.send(**changes)  # type: ignore[arg-type]


@asynccontextmanager
async def lined(fake: FakeSendGrid | None = None, *, url: str = "") -> AsyncIterator[Line]:
    fake, clock = fake or FakeSendGrid(), HandClock(NOON)
    async with faults.serving(fake.handle) as wire, calls.client() as http:
        yield Line(SendGridSender(http, SendGridSettings(url or wire.url), clock), fake, wire, clock)


async def test_a_mail_goes_out_as_the_official_description_says() -> None:
    async with lined() as line:
        assert await line.send() == Accepted("msg0")
        (asked,) = line.wire.requests
        MAIL.check(asked)
        assert asked.json() == {
            "personalizations": [{"to": [{"email": "ann@lake.example"}]}],
            "from": {"email": "hello@lakeside.example", "name": "Lakeside Team"},
            "reply_to": {"email": "r.tok123@parse.lakeside.example", "name": "Lakeside, Team"},
            "subject": "Your question",
            "content": [{"type": "text/plain", "value": "Hi Ann, it is Lakeside Team."}],
            "headers": {
                "List-Unsubscribe": "<https://rekindle.example/u/t>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            "custom_args": {"send_id": str(UUID(int=1))},
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
            },
        }


async def test_a_bare_mail_fits_the_description_too() -> None:
    async with lined() as line:
        await line.send(replace(OUTGOING, headers=(), sender_name=""))
        (asked,) = line.wire.requests
        MAIL.check(asked)
        said = asked.json()
        assert isinstance(said, dict)
        assert said["from"] == {"email": "hello@lakeside.example"}
        assert not {"headers", "reply_to", "mail_settings", "asm", "categories"} & said.keys()


@pytest.mark.parametrize(("field", "setting"), [("track_clicks", "click_tracking"), ("track_opens", "open_tracking")])
async def test_tracking_is_on_only_when_the_office_says_so(field: str, setting: str) -> None:
    async with lined() as line:
        await line.send(by=account("sendgrid", api_key=KEY, **{field: "on"}))
        MAIL.check(line.wire.requests[0])
        settings = orjson.loads(line.wire.requests[0].body)["tracking_settings"]
        assert [name for name, said in settings.items() if said["enable"]] == [setting]


async def test_nothing_about_the_person_stands_where_sendgrid_keeps_it_as_not_personal() -> None:
    async with lined() as line:
        await line.send()
        said = orjson.loads(line.wire.requests[0].body)
        assert said["custom_args"] == {"send_id": str(OUTGOING.message_id)}
        assert "custom_args" not in said["personalizations"][0]


async def test_accepted_without_a_name_is_accepted_under_ours() -> None:
    """Uncertain would be looked up and, if the records were late, perhaps sent again."""
    async with lined() as line:
        line.wire.then(faults.StatusAfter(202))
        assert await line.send() == Accepted(str(OUTGOING.message_id))


@pytest.mark.parametrize(
    ("status", "fault", "permanent"),
    [
        (400, Fault.MESSAGE, True),
        (401, Fault.ACCOUNT, False),
        (403, Fault.ACCOUNT, False),
        (404, Fault.ACCOUNT, False),
        (405, Fault.ACCOUNT, False),
        (413, Fault.MESSAGE, True),
        (422, Fault.MESSAGE, True),
    ],
)
async def test_a_refusal_is_told_apart_by_whose_fault_it_is(status: int, fault: Fault, permanent: bool) -> None:
    async with lined() as line:
        line.wire.then(faults.Status(status, body=error(status, "The subject is required.").body))
        refused = await line.refused()
        assert (refused.code, refused.text) == (str(status), "The subject is required.")
        assert (refused.fault, refused.permanent, refused.retry_after) == (fault, permanent, None)
        assert len(line.wire.requests) == 1


@pytest.mark.parametrize("body", [b"<html><h1>413 Request Entity Too Large</h1></html>", b"", b"{}", b'{"errors":[7]}'])
async def test_a_refusal_in_another_form_is_a_refusal_all_the_same(body: bytes) -> None:
    async with lined() as line:
        line.wire.then(faults.Status(413, {"content-type": "text/html"}, body))
        refused = await line.refused()
        assert (refused.code, refused.text, refused.permanent) == ("413", "SendGrid answered 413", True)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "Tue, 24 Nov 2026 18:00:20 GMT"}, 20),
        ({"X-RateLimit-Reset": str(int(NOON.timestamp()) + 12)}, 12),
        ({"X-RateLimit-Reset": str(int(NOON.timestamp()) - 500)}, 1),
        ({"X-RateLimit-Reset": "99999999999"}, 3600),
        ({"Retry-After": "3", "X-RateLimit-Reset": str(int(NOON.timestamp()) + 12)}, 3),
        ({"X-RateLimit-Reset": "soon"}, 30),
        ({}, 30),
    ],
)
async def test_too_fast_waits_as_long_as_sendgrid_says(headers: dict[str, str], wait: float) -> None:
    async with lined() as line:
        line.wire.then(faults.Status(429, headers, error(429, "too many requests").body))
        refused = await line.refused()
        assert (refused.fault, refused.permanent) == (Fault.BUSY, False)
        assert refused.retry_after == pytest.approx(wait)
        assert len(line.wire.requests) == 1
        assert await line.send() == Accepted("msg0")


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(),
        faults.HangAfter(),
        faults.ResetBefore(),
        faults.ResetAfter(),
        faults.Malformed(),
        faults.Huge(16),
        faults.Drip(),
        faults.BadJson(),
        faults.Status(500),
        faults.StatusAfter(502, body=b"<html>"),
        faults.StatusAfter(503),
        faults.Status(408),
        faults.StatusAfter(200, body=b"{}"),
        faults.Status(302, {"Location": "https://elsewhere.example"}),
    ],
    ids=lambda fault: f"{type(fault).__name__}{getattr(fault, 'code', '')}",
)
async def test_whatever_may_have_been_taken_is_uncertain_and_asked_once(fault: faults.Fault) -> None:
    async with lined() as line:
        line.wire.then(fault)
        await line.uncertain(deadline=0.5)
        assert len(line.wire.requests) == 1
        assert len(line.fake.messages) <= 1


async def test_nobody_listening_is_a_refusal_that_may_be_tried_again() -> None:
    async with lined(url=faults.closed_port()) as line:
        refused = await line.refused()
        assert (refused.code, refused.fault, refused.permanent) == ("unreachable", Fault.AWAY, False)


@pytest.mark.parametrize("key", ["", " ", "SG.\r\nX-Evil: 1", "SG.ü", "two words"])
async def test_a_key_no_header_can_carry_is_the_accounts_fault_and_nothing_is_asked(key: str) -> None:
    async with lined() as line:
        refused = await line.refused(by=account("sendgrid", api_key=key))
        assert (refused.code, refused.fault, refused.permanent) == ("no-key", Fault.ACCOUNT, False)
        assert line.wire.requests == []


async def test_a_key_of_another_account_is_refused() -> None:
    async with lined() as line:
        refused = await line.refused(by=account("sendgrid", api_key="SG.other"))
        assert (refused.code, refused.fault) == ("401", Fault.ACCOUNT)
        assert line.fake.messages == []


async def test_a_clock_that_runs_fast_does_not_wait_a_day() -> None:
    async with lined() as line:
        line.clock.advance(timedelta(days=-1))
        line.wire.then(faults.Status(429, {"X-RateLimit-Reset": str(int(NOON.timestamp()))}))
        assert (await line.refused()).retry_after == 3600
