"""SendGrid's lists of addresses not to be written to: read in whole, read again safely, and ours added to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.providers import calls
from rekindle.providers.ports import (
    CallFailedError,
    Event,
    Fault,
    Fetched,
    Ignored,
    OptedOut,
    RefusedSignatureError,
    Request,
    UnparsableError,
)
from rekindle.providers.sendgrid.cursor import Cursor
from rekindle.providers.sendgrid.listed import SendGridListInbound
from rekindle.providers.sendgrid.lists import PATHS, SendGridLists
from rekindle.providers.sendgrid.requests import SendGridRequests
from rekindle.providers.sendgrid.settings import SendGridSettings
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import account
from tests.providers.described import Description
from tests.providers.fake_sendgrid import KEY, FakeSendGrid
from tests.providers.faults import Wire

SUPPRESSIONS = Description.load("sendgrid/suppressions.json")
ACCOUNT = account("sendgrid", api_key=KEY)
NOW = int(NOON.timestamp())
READER = SendGridListInbound()


@dataclass(frozen=True)
class Line:
    lists: SendGridLists
    fake: FakeSendGrid
    wire: Wire
    clock: HandClock

    async def since(self, cursor: str = "") -> tuple[tuple[Fetched, ...], str]:
        return await self.lists.since(cursor, ACCOUNT, deadline=5)

    async def failed(self, *, deadline: float = 5, **values: str) -> CallFailedError:
        with pytest.raises(CallFailedError) as caught:
            await self.lists.add(
                "ann@lake.example", account("sendgrid", **{"api_key": KEY, **values}), deadline=deadline
            )
        return caught.value


@asynccontextmanager
async def lined() -> AsyncIterator[Line]:
    fake, clock = FakeSendGrid(), HandClock(NOON)
    async with faults.serving(fake.handle) as wire, calls.client() as http:
        yield Line(SendGridLists(SendGridRequests(http, SendGridSettings(wire.url), clock)), fake, wire, clock)


def entry(address: str, created: int = NOW - 60, **more: object) -> dict[str, object]:
    return {"created": created, "email": address, **more}


def words(*events: Fetched) -> list[object]:
    return [
        word
        for event in events
        for word in READER.parse(Event(event.external_id, event.body, NOON, "", event.content_type), ACCOUNT)
    ]


async def test_an_address_is_added_to_the_global_list_as_described() -> None:
    async with lined() as line:
        for _ in range(2):
            await line.lists.add("ann@lake.example", ACCOUNT, deadline=5)
        assert set(line.fake.suppressed) == {"ann@lake.example"}
        SUPPRESSIONS.check(line.wire.requests[0])


async def test_every_list_becomes_our_words_and_blocks_are_not_asked_for() -> None:
    async with lined() as line:
        line.fake.lists = {
            "bounces": [entry("dead@lake.example", reason="550 5.1.1", status="5.1.1")],
            "spam_reports": [entry("angry@lake.example", ip="192.0.2.1")],
            "unsubscribes": [entry("tired@lake.example")],
            "invalid_emails": [entry("typo@lake.example", reason="unknown domain")],
            "blocks": [entry("fine@lake.example")],
        }
        events, _ = await line.since()
        for asked in line.wire.requests:
            SUPPRESSIONS.check(asked)
        said = {word.address: word for word in words(*events) if isinstance(word, OptedOut)}
        email = frozenset({Channel.EMAIL})
        assert {address: (word.rule, word.channels, word.complaint, word.dead) for address, word in said.items()} == {
            "angry@lake.example": ("sendgrid:spamreport", email | {Channel.SMS}, True, False),
            "tired@lake.example": ("sendgrid:unsubscribe", email, False, False),
            "dead@lake.example": ("sendgrid:bounce", email, False, True),
            "typo@lake.example": ("sendgrid:invalid", email, False, True),
        }
        assert said["tired@lake.example"].at == datetime.fromtimestamp(NOW - 60, UTC)


async def test_an_old_complaint_closes_the_address_without_alerting_anybody() -> None:
    async with lined() as line:
        line.fake.lists = {"spam_reports": [entry("angry@lake.example", NOW - 3 * 86400)]}
        events, _ = await line.since()
        (word,) = words(*events)
        assert isinstance(word, OptedOut)
        assert (word.rule, word.complaint) == ("sendgrid:spamreport", False)


async def test_a_long_list_is_read_to_its_end_and_a_page_at_a_time() -> None:
    async with lined() as line:
        line.fake.lists = {"bounces": [entry(f"p{n}@lake.example", NOW - n) for n in range(1234)]}
        events, cursor = await line.since()
        assert len({word.address for word in words(*events) if isinstance(word, OptedOut)}) == 1234
        assert [len(orjson.loads(event.body)["entries"]) for event in events] == [500, 500, 234]
        assert len({event.external_id for event in events}) == 3
        assert len(line.wire.requests) == 6
        assert cursor


async def test_a_very_long_list_goes_on_where_it_stopped() -> None:
    async with lined() as line:
        line.fake.lists = {"unsubscribes": [entry(f"p{n}@lake.example", NOW - 20000 + n) for n in range(11_000)]}
        seen: set[str] = set()
        cursor = ""
        for _ in range(2):
            events, cursor = await line.since(cursor)
            seen |= {word.address for word in words(*events) if isinstance(word, OptedOut)}
            line.fake.lists["unsubscribes"].insert(0, entry("new@lake.example", NOW + 30))
        assert len(seen) == 11_000
        line.clock.advance(timedelta(hours=2))
        events, _ = await line.since(cursor)
        assert {word.address for word in words(*events) if isinstance(word, OptedOut)} >= {"new@lake.example"}


async def test_the_next_reading_starts_an_hour_before_the_last_ended() -> None:
    async with lined() as line:
        _, cursor = await line.since()
        line.clock.advance(timedelta(days=1))
        line.fake.lists = {"bounces": [entry("late@lake.example", NOW - 1800), entry("old@lake.example", NOW - 7200)]}
        events, again = await line.since(cursor)
        assert [word.address for word in words(*events) if isinstance(word, OptedOut)] == ["late@lake.example"]
        assert again != cursor
        for asked in line.wire.requests:
            SUPPRESSIONS.check(asked)


async def test_reading_on_right_after_the_end_asks_nothing_and_stays() -> None:
    async with lined() as line:
        line.fake.lists = {"bounces": [entry("dead@lake.example")]}
        _, cursor = await line.since()
        asked = len(line.wire.requests)
        for _ in range(3):
            line.clock.advance(timedelta(minutes=1))
            assert await line.since(cursor) == ((), cursor)
        assert len(line.wire.requests) == asked
        line.clock.advance(timedelta(minutes=3))
        events, _ = await line.since(cursor)
        assert len(events) == 1


async def test_the_same_entry_read_twice_is_the_same_event() -> None:
    async with lined() as line:
        line.fake.lists = {"bounces": [entry("dead@lake.example")]}
        first, _ = await line.since()
        second, _ = await line.since()
        assert first == second
        assert words(*first) == words(*second)


@pytest.mark.parametrize(
    ("fault", "code", "whose", "wait"),
    [
        (faults.Status(401), "401", Fault.ACCOUNT, None),
        (faults.Status(403), "403", Fault.ACCOUNT, None),
        (faults.Status(400), "400", Fault.MESSAGE, None),
        (faults.Status(429, {"Retry-After": "9"}), "429", Fault.BUSY, 9),
        (faults.Status(429), "429", Fault.BUSY, 30),
        (faults.Status(500), "500", Fault.AWAY, None),
        (faults.StatusAfter(503), "503", Fault.AWAY, None),
        (faults.HangBefore(), "away", Fault.AWAY, None),
        (faults.HangAfter(), "away", Fault.AWAY, None),
        (faults.ResetBefore(), "away", Fault.AWAY, None),
        (faults.ResetAfter(), "away", Fault.AWAY, None),
        (faults.Malformed(), "away", Fault.AWAY, None),
        (faults.Huge(16), "away", Fault.AWAY, None),
        (faults.Drip(), "away", Fault.AWAY, None),
    ],
    ids=lambda given: f"{type(given).__name__}{getattr(given, 'code', '')}",
)
async def test_every_fault_is_one_failed_call(fault: faults.Fault, code: str, whose: Fault, wait: float | None) -> None:
    async with lined() as line:
        line.wire.then(fault)
        failed = await line.failed(deadline=0.5)
        assert (failed.code, failed.fault, failed.retry_after) == (code, whose, wait)
        assert len(line.wire.requests) == 1


async def test_without_a_key_nothing_is_asked() -> None:
    async with lined() as line:
        failed = await line.failed(api_key="")
        assert (failed.code, failed.fault) == ("no-key", Fault.ACCOUNT)
        assert line.wire.requests == []


@pytest.mark.parametrize("fault", [faults.BadJson(), faults.Status(200, body=b"{}"), faults.Status(200)], ids=repr)
async def test_a_list_that_is_none_fails_and_loses_nothing(fault: faults.Fault) -> None:
    async with lined() as line:
        line.wire.then(fault)
        with pytest.raises(CallFailedError) as caught:
            await line.since()
        assert (caught.value.code, caught.value.fault) == ("nonsense", Fault.AWAY)
        events, _ = await line.since()
        assert events == ()


def test_nobody_can_post_to_the_source_of_the_lists() -> None:
    with pytest.raises(RefusedSignatureError):
        READER.verify(Request("POST", "https://x.example", "", {}, b"{}", NOON), ACCOUNT)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"list":"blocks","entries":[]}', b'{"list":["bounces"]}'])
def test_a_page_of_nothing_we_know_is_unparsable(body: bytes) -> None:
    with pytest.raises(UnparsableError):
        READER.parse(Event("e", body, NOON), ACCOUNT)


@pytest.mark.parametrize("entries", [[], {}, None, [7], [{"email": "nobody"}], [{"email": None, "created": "x"}]])
def test_an_entry_without_an_address_is_ignored_with_a_reason(entries: object) -> None:
    body = orjson.dumps({"list": "bounces", "entries": entries})
    assert all(isinstance(word, Ignored) and word.why for word in READER.parse(Event("e", body, NOON), ACCOUNT))


@given(st.text() | st.from_regex(r"[0-9]{1,14}:[0-9]{1,14}:(new|bounces|blocks):[0-9]{1,12}"))
def test_any_cursor_is_read_and_one_of_ours_is_kept(written: str) -> None:
    place = Cursor.read(written, now=NOW, lists=tuple(PATHS))
    assert place.name in PATHS
    again = Cursor.read(place.written(), now=NOW, lists=tuple(PATHS))
    assert again == place
