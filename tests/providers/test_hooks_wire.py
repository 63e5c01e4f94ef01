"""Every source through the real web side: genuine is stored once and answered as expected, all else leaves no row."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

import httpx
import psycopg
import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, Request
from tests.conftest import make_office
from tests.providers import adapters_ghl, adapters_meta, contract
from tests.providers.contract import Adapter
from tests.providers.hook_site import BASE, HookSite, rows, running
from tests.providers.test_inbound_contract import ADAPTERS

OFFICE = contract.HOOKS.rpartition("/")[2]

every_adapter = pytest.mark.parametrize("name", ADAPTERS)


@pytest.fixture
async def office(db: Db) -> UUID:
    return await make_office(db, OFFICE)


@pytest.fixture
async def site(database_url: str, office: UUID, keyring: Keyring, clock: HandClock) -> AsyncIterator[HookSite]:  # noqa: ARG001 there before the site
    async with running(database_url, keyring, clock) as opened:
        yield opened


def knocks(adapter: Adapter) -> list[Request]:
    return [adapter.genuine(sample) for sample in adapter.samples]


def forgeries(adapter: Adapter) -> Iterator[Request]:
    """Altered, unsigned, signed with another key, and rightly signed by somebody else for somebody else."""
    for sample, genuine in zip(adapter.samples, knocks(adapter), strict=True):
        if adapter.covers_body:
            for body in (b"", genuine.body + b" ", genuine.body[:-1], genuine.body.replace(*sample.changes[0], 1)):
                if body != genuine.body:
                    yield replace(genuine, body=body)
        if adapter.by_url:
            yield replace(genuine, url=genuine.url + "x", tail=genuine.tail + "x")
            yield replace(genuine, url=genuine.url.removesuffix(genuine.tail), tail="")
            continue
        yield replace(genuine, headers={"content-type": sample.content_type})
        for signature in genuine.headers.keys() - {"content-type"} - adapter.optional_headers:
            for value in ("", "N/A", "v1,", "sha256=", "\xff\xfe", "a" * 5000):
                yield replace(genuine, headers={**genuine.headers, signature: value})
    mine = adapter.request(adapter.samples[0])
    for other in ADAPTERS.values():
        if other.by_url or (other.sign is adapter.sign and other.account.values == adapter.account.values):
            continue
        theirs = other.genuine(other.samples[0])
        yield replace(theirs, url=adapter.request(adapter.samples[0]).url if not adapter.by_url else mine.url + "x")


@every_adapter
async def test_a_genuine_event_counts_once_however_often_it_comes(
    name: str, database_url: str, db: Db, keyring: Keyring, clock: HandClock
) -> None:
    office_id = await make_office(db, OFFICE)
    before = rows(database_url)
    async with running(database_url, keyring, clock) as site:
        adapter = site.wired(ADAPTERS[name])
        await site.connect(office_id, adapter.account)
        answers = await asyncio.gather(*(site.send(request) for request in knocks(adapter) for _ in range(5)))
        assert all(is_what_the_provider_accepts(adapter, answer) for answer in answers)
    events = {adapter.inbound.verify(request, adapter.account).external_id for request in knocks(adapter)}
    once = rows(database_url)
    assert gained(before, once) == {"connection": 1, "event": len(events), "event_key": len(events)} | {
        "inbox_job": len(events)
    }
    async with running(database_url, keyring, clock) as restarted:
        again = [await restarted.send(request) for request in knocks(adapter)]
    assert all(answer.is_success for answer in again)
    assert rows(database_url) == once


def is_what_the_provider_accepts(adapter: Adapter, answer: httpx.Response) -> bool:
    expected = adapter.inbound.answer
    if expected is None:
        return answer.status_code == 200 and set(answer.json()) == {"id", "duplicate"}
    kind = answer.headers["content-type"]
    return (answer.status_code, kind, answer.content) == (expected.status, expected.content_type, expected.body)


def gained(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """By table, partitions under the name of what they are parts of."""
    found: dict[str, int] = {}
    for table, count in after.items():
        if (more := count - before.get(table, 0)) != 0:
            whole = re.sub(r"_\d{4}_\d\d$|_default$", "", table)
            found[whole] = found.get(whole, 0) + more
    return found


async def test_twilio_hears_an_empty_twiml_document_so_that_it_answers_the_lead_nothing(
    site: HookSite, office: UUID
) -> None:
    adapter = next(one for one in ADAPTERS.values() if one.inbound.source == "twilio")
    await site.connect(office, adapter.account)
    answer = await site.send(knocks(adapter)[0])
    said = ET.fromstring(answer.content)  # noqa: S314 our own answer
    assert (answer.headers["content-type"].split(";")[0], said.tag, len(said)) == ("text/xml", "Response", 0)


@every_adapter
async def test_what_is_not_genuine_is_refused_and_leaves_no_row(
    name: str, site: HookSite, office: UUID, database_url: str
) -> None:
    adapter = site.wired(ADAPTERS[name])
    await site.connect(office, adapter.account)
    before = rows(database_url)
    for forged in forgeries(adapter):
        answer = await site.send(forged)
        assert answer.status_code == 401, (answer.text, forged.headers, forged.body)
    for wrong in adapter.wrong:
        await site.connect(office, wrong)
        answers = [await site.send(genuine) for genuine in knocks(adapter)]
        assert {answer.status_code for answer in answers} == {401}
    assert rows(database_url) == before


@every_adapter
async def test_no_account_too_much_and_too_slow_leave_no_row(
    name: str, site: HookSite, office: UUID, database_url: str
) -> None:
    adapter = site.wired(ADAPTERS[name])
    genuine = knocks(adapter)[0]
    assert (await site.send(genuine)).status_code == 404
    await site.connect(office, adapter.account)
    before = rows(database_url)
    limit = adapter.inbound.limit
    declared = await raw(site, head(genuine, f"Content-Length: {limit + 1}"))
    assert declared.startswith(b"HTTP/1.1 413 ")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    undeclared = await raw(site, head(genuine, "Transfer-Encoding: chunked"), *[chunk] * (limit // 65536 + 1))
    assert undeclared == b"" or undeclared.startswith(b"HTTP/1.1 413 ")
    slow = await raw(site, head(genuine, f"Content-Length: {len(genuine.body)}"), genuine.body[:3])
    assert slow.startswith(b"HTTP/1.1 408 ")
    assert rows(database_url) == before
    assert (await site.send(genuine)).is_success


def head(request: Request, length: str) -> bytes:
    given = {name: value for name, value in request.headers.items() if value}
    lines = [f"POST {request.url.removeprefix(BASE)} HTTP/1.1", "Host: rekindle.example", length]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in given.items()), "", ""]).encode("latin-1")


async def raw(site: HookSite, *parts: bytes) -> bytes:
    """Bytes as they are; all that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 20)
    except (ConnectionResetError, BrokenPipeError):
        return b""
    finally:
        writer.close()


async def test_while_the_database_is_away_every_source_is_told_to_come_again_and_then_all_is_taken(
    site: HookSite, office: UUID, database_url: str
) -> None:
    known = {adapter.inbound.source: site.wired(adapter) for adapter in ADAPTERS.values()}
    for adapter in known.values():
        await site.connect(office, with_all_fields(adapter.account))
    before = rows(database_url)
    with away(database_url):
        answers = await asyncio.gather(*(site.send(knocks(adapter)[0]) for adapter in known.values()))
        assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [(429, "5")] * len(
            known
        )
    assert rows(database_url) == before
    for adapter in known.values():
        assert (await until_taken(site, knocks(adapter)[0])).is_success
    assert rows(database_url)["event_key"] == len(known)


def with_all_fields(account: Account) -> Account:
    """The credentials of all of this provider's webhooks together, as one office has them."""
    same = [one.account.values for one in ADAPTERS.values() if one.account.provider == account.provider]
    return replace(account, values={name: value for values in same for name, value in values.items()})


class away:  # noqa: N801 reads as a word where it is used
    """The database hangs up on everybody and lets nobody in until the block ends."""

    def __init__(self, url: str) -> None:
        self.server = url.replace(f"/{self._name(url)}?", "/postgres?")
        self.database = self._name(url)

    @staticmethod
    def _name(url: str) -> str:
        return url.rpartition("?")[0].rpartition("/")[2]

    def __enter__(self) -> None:
        self._allow("false")
        with psycopg.connect(self.server, autocommit=True) as conn:
            conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (self.database,))

    def __exit__(self, *_: object) -> None:
        self._allow("true")

    def _allow(self, word: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as conn:
            conn.execute(f"alter database {self.database} with allow_connections {word}")  # type: ignore[arg-type]


async def until_taken(site: HookSite, request: Request) -> httpx.Response:
    """Sent again for as long as a provider would; the process itself is never started anew."""
    for _ in range(100):
        answer = await site.send(request)
        if answer.status_code != 429:
            break
        await asyncio.sleep(0.2)
    return answer


# ---------------------------------------------------------------- one URL of a platform's app for all offices


def on_the_platform(adapter: Adapter, body: bytes) -> Request:
    request = adapter.genuine(contract.Sample(body))
    return replace(request, url=f"{BASE}/hooks/-/{adapter.inbound.source}")


async def events(db: Db, office_id: UUID) -> int:
    async with db.office(office_id) as conn:
        row = await (await conn.execute("select count(*) as n from event_key")).fetchone()
    return int(row["n"]) if row else -1


async def test_a_platforms_event_finds_the_office_it_names_and_no_other(
    site: HookSite, office: UUID, db: Db, database_url: str
) -> None:
    ghl = adapters_ghl.ADAPTERS[0]
    other = await make_office(db, "harbor")
    await site.connect(office, ghl.account)
    await site.connect(other, contract.account("ghl", location_id="another-location"))
    named = [
        b'{"type":"ContactCreate","locationId":"%b","id":"c1","webhookId":"w%d"}' % pair
        for pair in (
            (adapters_ghl.OURS.encode(), 1),
            (b"another-location", 2),
            (b"another-location", 3),
            (b"nobodys", 4),
        )
    ]
    before = rows(database_url)
    forged = replace(on_the_platform(ghl, named[0]), body=named[1])
    assert (await site.send(forged)).status_code == 401
    assert (await site.send(replace(on_the_platform(ghl, named[3]), headers={}))).status_code == 401
    assert rows(database_url) == before
    answers = [await site.send(on_the_platform(ghl, body)) for body in named]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert "ignored" in answers[3].json()
    assert (await events(db, office), await events(db, other)) == (1, 2)


async def test_one_request_of_meta_about_two_offices_reaches_both(site: HookSite, office: UUID, db: Db) -> None:
    meta = adapters_meta.ADAPTERS[0]
    other = await make_office(db, "harbor")
    await site.connect(office, meta.account)
    await site.connect(other, contract.account("meta", page_id="555", page_token="t"))
    body = adapters_meta.body(
        adapters_meta.update("668"), adapters_meta.update("777", page="555"), adapters_meta.update("9", page="404")
    )
    for _ in range(2):
        assert (await site.send(on_the_platform(meta, body))).status_code == 200
    assert (await events(db, office), await events(db, other)) == (1, 1)


async def test_meta_is_told_by_get_that_the_url_is_ours_and_nobody_else_is(site: HookSite, office: UUID) -> None:
    meta = adapters_meta.ADAPTERS[0]
    await site.connect(office, meta.account)
    token = adapters_meta.SETTINGS.verify_token
    for where in (OFFICE, "-"):
        url = f"{BASE}/hooks/{where}/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
        right = await site.send(Request("GET", url + token, "", {}, b"", meta.genuine(meta.samples[0]).at))
        assert (right.status_code, right.text) == (200, "1158201444")
        assert right.headers["content-type"].startswith("text/plain")
        wrong = await site.send(Request("GET", url + "guessed", "", {}, b"", meta.genuine(meta.samples[0]).at))
        assert wrong.status_code == 401
    for adapter in ADAPTERS.values():
        if adapter.inbound.source != "meta":
            await site.connect(office, adapter.account)
            asked = await site.send(replace(knocks(adapter)[0], method="GET", body=b""))
            assert asked.status_code == 405


# ---------------------------------------------------------------- how much may come


FEW = {"REKINDLE_HOOK_REFUSED_PER_MINUTE": "3"}


def forged_calcom() -> Request:
    adapter = next(one for one in ADAPTERS.values() if one.inbound.source == "calcom")
    return replace(knocks(adapter)[0], headers={})


async def test_who_forged_too_much_is_told_the_same_by_every_process_whatever_headers_they_make_up(
    database_url: str, office: UUID, keyring: Keyring, clock: HandClock
) -> None:
    async with running(database_url, keyring, clock, **FEW) as one, running(database_url, keyring, clock, **FEW) as two:
        calcom = next(adapter for adapter in ADAPTERS.values() if adapter.inbound.source == "calcom")
        await one.connect(office, calcom.account)
        clock.advance(timedelta(seconds=6))
        for number in range(3):
            made_up = f"198.51.100.{number}"
            said = await (one, two)[number % 2].send(
                forged_calcom(), **{"x-forwarded-for": made_up, "forwarded": f"for={made_up}", "x-real-ip": made_up}
            )
            assert said.status_code == 401
        over = [
            await site.send(forged_calcom(), **{header: f"198.51.100.{number}"})
            for number, header in enumerate(("x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip"))
            for site in (one, two)
        ]
        assert [(answer.status_code, answer.headers.get("retry-after")) for answer in over] == [(429, "54")] * 8
        clock.advance(timedelta(seconds=54))
        assert (await two.send(forged_calcom())).status_code == 401


async def test_senders_behind_a_trusted_proxy_are_told_apart_and_the_proxys_word_counts_alone(
    database_url: str, office: UUID, keyring: Keyring, clock: HandClock
) -> None:
    async with running(database_url, keyring, clock, REKINDLE_TRUSTED_PROXIES="127.0.0.1", **FEW) as site:
        calcom = next(adapter for adapter in ADAPTERS.values() if adapter.inbound.source == "calcom")
        await site.connect(office, calcom.account)
        apart = [await site.send(forged_calcom(), **{"x-forwarded-for": f"203.0.113.{n}"}) for n in range(8)]
        assert {answer.status_code for answer in apart} == {401}
        # What stands left of the proxy's own entry was written by the sender.
        same = [await site.send(forged_calcom(), **{"x-forwarded-for": f"10.1.1.{n}, 203.0.113.99"}) for n in range(5)]
        assert [answer.status_code for answer in same] == [401, 401, 401, 429, 429]


async def test_the_genuine_of_one_endpoint_have_a_limit_that_processes_share_and_the_next_minute_opens(
    database_url: str, office: UUID, keyring: Keyring, clock: HandClock
) -> None:
    few = {"REKINDLE_HOOK_PER_MINUTE": "4"}
    async with running(database_url, keyring, clock, **few) as one, running(database_url, keyring, clock, **few) as two:
        zillow = next(adapter for adapter in ADAPTERS.values() if adapter.inbound.source == "zillow")
        await one.connect(office, zillow.account)
        answers = [await site.send(knocks(zillow)[0]) for site in (one, two) * 4]
        assert [answer.status_code for answer in answers].count(200) == 4
        assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 429} == {"60"}
        clock.advance(timedelta(seconds=60))
        assert (await two.send(knocks(zillow)[0])).status_code == 200
