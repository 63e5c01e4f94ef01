"""One question to a provider: an answer, certainly not asked, or nobody knows; and never longer than the deadline."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers import calls
from rekindle.providers.calls import Answer, AwayError, NeverLeftError, ask
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.faults import Asked, Replied, Wire

SOON = 0.4


def accept(asked: Asked) -> Replied:
    return faults.json({"path": asked.path, "body": asked.body.decode()})


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with faults.serving(accept) as serving:
        yield serving


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with calls.client() as opened:
        yield opened


async def test_an_answer_is_an_answer_whatever_it_says(wire: Wire, http: httpx.AsyncClient) -> None:
    said = await ask(http, "POST", wire.url + "/a%2Fb", deadline=5, json={"x": "ä"}, params={"q": ["1", "2"]})
    assert said.fields() == {"path": "/a%2Fb", "body": '{"x":"ä"}'}
    assert (wire.requests[0].query, wire.requests[0].headers["content-type"]) == ("q=1&q=2", "application/json")
    for fault in (faults.Status(500), faults.StatusAfter(429, {"Retry-After": "3"}), faults.Status(302)):
        wire.then(fault)
        assert (await ask(http, "GET", wire.url, deadline=5)).status == fault.code


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(),
        faults.HangAfter(),
        faults.ResetBefore(),
        faults.ResetAfter(),
        faults.Malformed(),
        faults.Huge(9),
        faults.Huge(200),
        faults.Drip(0.02),
        faults.StatusAfter(200, {"content-length": "10"}, b"short"),
        faults.StatusAfter(200, {"content-encoding": "gzip"}, b"no gzip"),
        faults.StatusAfter(200, {"content-encoding": "gzip"}, gzip.compress(bytes(64 << 20))),
        faults.StatusAfter(200, {"x": "y" * 200_000}),
        faults.StatusAfter(200, {"content-length": "-1"}, b""),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_no_whole_sane_answer_in_time_means_nobody_knows_and_is_asked_once(
    wire: Wire, http: httpx.AsyncClient, fault: faults.Fault
) -> None:
    wire.then(fault)
    with pytest.raises(AwayError) as away:
        await asyncio.wait_for(ask(http, "POST", wire.url, deadline=SOON, content=b"x"), timeout=20)
    assert not isinstance(away.value, NeverLeftError)
    assert len(wire.requests) == 1
    assert (await ask(http, "GET", wire.url, deadline=5)).good, "the next one is not hurt"


async def test_a_body_that_is_no_json_is_an_answer_without_fields(wire: Wire, http: httpx.AsyncClient) -> None:
    wire.then(faults.BadJson(), faults.StatusAfter(200, {}, b"[" * 100_000), faults.StatusAfter(200, {}, b"[1]"))
    for _ in range(3):
        assert (await ask(http, "GET", wire.url, deadline=5)).fields() == {}


async def test_where_nobody_listens_nothing_has_left(http: httpx.AsyncClient) -> None:
    with pytest.raises(NeverLeftError, match="ConnectError"):
        await ask(http, "POST", faults.closed_port(), deadline=5)


async def test_a_handshake_that_never_ends_is_cut_at_the_deadline_and_nothing_has_left(
    http: httpx.AsyncClient,
) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(NeverLeftError, match="ConnectTimeout"):
            await ask(http, "POST", f"https://127.0.0.1:{port}/", deadline=SOON)


async def test_a_server_that_speaks_no_tls_was_asked_nothing(wire: Wire, http: httpx.AsyncClient) -> None:
    with pytest.raises(NeverLeftError):
        await ask(http, "POST", wire.url.replace("http:", "https:"), deadline=5)
    assert wire.requests == []


@pytest.mark.parametrize(
    "what",
    [
        {"headers": {"authorization": "Bearer “key”"}},
        {"headers": {"authorization": "Bearer a\r\nx: y"}},
        {"json": {"text": "\ud800"}},
        {"json": {"big": 1 << 70}},
        {"data": {"text": "\ud800"}},
        {"params": {"text": "\ud800"}},
        {"auth": ("a", "\ud800")},
    ],
    ids=str,
)
async def test_what_cannot_be_put_into_bytes_never_left(
    wire: Wire, http: httpx.AsyncClient, what: dict[str, object]
) -> None:
    with pytest.raises(NeverLeftError):
        await ask(http, "POST", wire.url, deadline=5, **what)
    assert wire.requests == []


@pytest.mark.parametrize(
    "url", ["ftp://provider.example/", "provider.example", "http://[::1", "http://a:99999999/", ""]
)
async def test_an_address_that_is_none_never_left(http: httpx.AsyncClient, url: str) -> None:
    with pytest.raises(NeverLeftError):
        await ask(http, "GET", url, deadline=5)


async def test_a_connection_the_provider_closed_meanwhile_is_replaced(wire: Wire, http: httpx.AsyncClient) -> None:
    def close(_: Asked) -> Replied:
        return Replied(200, b"", {"connection": "close"})

    async with faults.serving(close) as closing:
        for _ in range(3):
            assert (await ask(http, "GET", closing.url, deadline=5)).good
    for _ in range(3):
        assert (await ask(http, "GET", wire.url, deadline=5)).good


async def test_no_room_for_another_connection_is_cut_at_the_deadline_and_never_left() -> None:
    arrived = asyncio.Event()

    def note(_: Asked) -> Replied:
        arrived.set()
        return Replied()

    narrow = httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=None)  # noqa: S113
    async with narrow, faults.serving(note) as wire:
        wire.then(faults.HangAfter())
        first = asyncio.create_task(ask(narrow, "GET", wire.url, deadline=60))
        await arrived.wait()
        with pytest.raises(NeverLeftError):
            await ask(narrow, "GET", wire.url, deadline=SOON)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    assert len(wire.requests) == 1


async def test_no_cookie_of_one_office_reaches_another(http: httpx.AsyncClient) -> None:
    def bake(_: Asked) -> Replied:
        return Replied(200, b"", {"set-cookie": "session=lakeside; Path=/"})

    async with faults.serving(bake) as wire:
        for _ in range(2):
            await ask(http, "GET", wire.url, deadline=5)
    assert "cookie" not in wire.requests[1].headers


async def test_proxies_of_the_environment_are_not_used(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("HTTP_PROXY", faults.closed_port())
    async with calls.client() as http:
        assert (await ask(http, "GET", wire.url, deadline=5)).good


def wait(at: datetime = NOON, **headers: str) -> float | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(429, named, b"").retry_after(at)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 1.0),
        ("0", 1.0),
        ("86400", 3600.0),
        ("9" * 400, 3600.0),
        (format_datetime(NOON + timedelta(seconds=20), usegmt=True), 20.0),
        ("Tuesday, 24-Nov-26 18:00:20 GMT", 20.0),
        (format_datetime(NOON - timedelta(hours=2), usegmt=True), 1.0),
        (format_datetime(NOON + timedelta(days=2), usegmt=True), 3600.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("1e3", None),
        ("Tue, 99 Nov 2026 18:00:20 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(said: str, seconds: float | None) -> None:
    assert wait(retry_after=said) == seconds


@pytest.mark.parametrize("skew", [timedelta(hours=-3), timedelta(0), timedelta(days=400)])
def test_a_date_is_measured_against_the_providers_own_clock(skew: timedelta) -> None:
    theirs = NOON + skew
    headers = {
        "date": format_datetime(theirs, usegmt=True),
        "retry_after": format_datetime(theirs + timedelta(seconds=45), usegmt=True),
    }
    assert wait(NOON, **headers) == 45.0


@given(said=st.text(max_size=60), date=st.text(max_size=60))
def test_no_header_breaks_the_reading_of_it(said: str, date: str) -> None:
    read = wait(retry_after=said, date=date)
    assert read is None or 1.0 <= read <= 3600.0
