"""Whatever comes: never a 5xx, never a row without a valid signature; nonsense rightly signed ends with a reason.

`FUZZ=20 pytest tests/providers/test_hooks_fuzz.py` makes twenty times as many; `FUZZ_SEED` begins elsewhere.
"""

import asyncio
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rekindle.inbox.handle import Handler, handle_batch
from rekindle.inbox.store import due_offices
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Booking, Contact, Enquiry, Event, Reply, UnparsableError
from tests.conftest import make_office
from tests.providers import mess
from tests.providers.hook_site import HookSite, rows, running
from tests.providers.test_hooks_wire import with_all_fields
from tests.providers.test_inbound_contract import ADAPTERS

TIMES = int(os.environ.get("FUZZ", "1"))
SEED = int(os.environ.get("FUZZ_SEED", "2026"))
RAW = 1500 * TIMES
AT_ONCE = 16
GENERATED = 150 * TIMES
SIGNED = 30 * TIMES  # of each source

# What the logs say when an exception got further than it may.
BROKEN = re.compile(r"request broke|event not stored|a parser broke|Traceback|Exception in ASGI")
# Of the adapters with equal accounts one suffices: an office has one secret or one public key for its form.
KNOWN = tuple(adapter for name, adapter in ADAPTERS.items() if name != "own-form-1")
MAKES_A_LEAD = (Enquiry, Contact, Reply, Booking)


@pytest.fixture
async def office(db: Db) -> UUID:
    return await make_office(db, "lakeside")


@pytest.fixture
async def site(database_url: str, office: UUID, keyring: Keyring, clock: HandClock) -> AsyncIterator[HookSite]:
    plenty = {"REKINDLE_HOOK_REFUSED_PER_MINUTE": "1000000"}
    async with running(database_url, keyring, clock, patience=0.3, **plenty) as opened:
        for adapter in KNOWN:
            await opened.connect(office, with_all_fields(adapter.account))
        yield opened


def assert_nothing_broke(capfd: pytest.CaptureFixture[str]) -> None:
    said = "\n".join(capfd.readouterr())
    assert not BROKEN.search(said), said[-3000:]


async def test_no_bytes_of_strangers_break_it_or_leave_a_row(
    site: HookSite, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(SEED)  # noqa: S311 nothing is kept secret by it
    before = rows(database_url)
    gate = asyncio.Semaphore(AT_ONCE)

    async def knock(request: bytes) -> tuple[bytes, bytes]:
        async with gate:
            return request, await answered(site.port, request)

    said = await asyncio.gather(*(knock(mess.request(rng, KNOWN)) for _ in range(RAW)))
    statuses = [(int(answer[9:12]), request) for request, answer in said if answer]
    assert len(statuses) > RAW / 2
    assert [request for status, request in statuses if status >= 500] == []
    counted = Counter(status for status, _ in statuses)
    assert counted.keys() >= {400, 401, 404, 405}
    assert counted[401] > RAW / 4  # most of it got as far as the signature
    assert rows(database_url) == before
    assert_nothing_broke(capfd)


async def answered(port: int, request: bytes) -> bytes:
    """The answer's first bytes; none when the server hung up, as it may on what is no HTTP."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        writer.write_eof()
        return await asyncio.wait_for(reader.read(200), 20)
    except (ConnectionResetError, BrokenPipeError):
        return b""
    finally:
        writer.close()


HEADER_NAMES = sorted({name for one in KNOWN for sample in one.samples for name in one.genuine(sample).headers})
LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(
    source=st.sampled_from(sorted({adapter.inbound.source for adapter in KNOWN})),
    where=st.sampled_from(["lakeside", "-"]),
    tail=st.text(max_size=20),
    headers=st.dictionaries(st.sampled_from(HEADER_NAMES), LATIN, max_size=4),
    body=st.binary(max_size=300) | JSON.map(lambda value: repr(value).encode("utf-8", "surrogatepass")),
)
@settings(
    max_examples=GENERATED, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def post_anything(  # noqa: PLR0917 hypothesis fills them in by name
    port: int, statuses: set[int], source: str, where: str, tail: str, headers: dict[str, str], body: bytes
) -> None:
    path = f"/hooks/{where}/{source}" + (f"/{quote(tail, errors='surrogatepass')}" if tail else "")
    client = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        client.request("POST", path, body, {name: value.encode("latin-1") for name, value in headers.items()})
        statuses.add(client.getresponse().status)
    except HTTPException:
        statuses.add(0)  # the server found it to be no HTTP and hung up
    finally:
        client.close()
    assert max(statuses) < 500


async def test_no_generated_post_breaks_it_or_leaves_a_row(
    site: HookSite, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = rows(database_url)
    statuses: set[int] = set()
    await asyncio.to_thread(post_anything, site.port, statuses)
    assert {401, 404} <= statuses
    assert rows(database_url) == before
    assert_nothing_broke(capfd)


async def test_nonsense_rightly_signed_is_handled_or_dead_with_a_reason(
    site: HookSite, office: UUID, database_url: str, clock: HandClock, capfd: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(SEED)  # noqa: S311 nothing is kept secret by it
    sent = [
        (adapter, mess.nonsense(rng, replace(adapter, account=with_all_fields(adapter.account))))
        for adapter in KNOWN
        for _ in range(SIGNED)
    ]
    answers = [await site.send(request) for _, request in sent]
    assert {answer.status_code for answer in answers} <= {200, 401}
    taken = {adapter.inbound.source for (adapter, _), answer in zip(sent, answers, strict=True) if answer.is_success}
    assert taken == {adapter.inbound.source for adapter in KNOWN}
    await handle_all(site, clock, database_url)
    assert_nothing_broke(capfd)
    ended = await endings(site, office)
    assert len(ended) == rows(database_url)["event_key"] > 0
    assert [end for end in ended if not end] == []
    assert {end.split(":")[0] for end in ended if end.startswith("dead: ")} <= {"dead"}
    assert not [end for end in ended if re.match(r"dead: (?!UnknownMessageError)\w*(Error|Exception)\b", end)]
    assert 0 < await leads(site, office) <= await meant(site, office)


async def handle_all(site: HookSite, clock: HandClock, database_url: str) -> None:
    """Until nothing waits any more; what is put off is waited for."""
    engine = site.engine
    handler = Handler(engine.db, engine.keyring, clock, engine.providers.inbound, engine.accounts, lambda: 0.5)
    for _ in range(60):
        while await handle_batch(handler):
            pass
        if not await waiting(site):
            return
        give_up_fetching(database_url)
        clock.advance(timedelta(hours=12))
    raise AssertionError("some events wait for ever")


def give_up_fetching(database_url: str) -> None:
    """No provider answers here: what waits for a contact to be fetched would otherwise wait for ever, rightly."""
    with psycopg.connect(database_url) as conn:
        conn.execute("delete from errand")


async def waiting(site: HookSite) -> list[UUID]:
    async with site.engine.db.plain() as conn:
        return await due_offices(conn, site.engine.clock.now() + timedelta(days=3650))


async def endings(site: HookSite, office: UUID) -> list[str]:
    async with site.engine.db.office(office) as conn:
        cursor = await conn.execute(
            "select coalesce(k.outcome, j.state || ': ' || j.reason, '') as said from event_key k"
            " left join inbox_job j using (office_id, event_id)"
        )
        return [row["said"] async for row in cursor]


async def leads(site: HookSite, office: UUID) -> int:
    async with site.engine.db.office(office) as conn:
        row = await (await conn.execute("select count(*) as n from lead")).fetchone()
    return int(row["n"]) if row else -1


async def meant(site: HookSite, office: UUID) -> int:
    """How many words that can make a lead the kept events say, read once more."""
    held = await site.engine.accounts.of(office)
    assert held
    found = 0
    async with site.engine.db.office(office) as conn:
        cursor = await conn.execute("select source, external_id, content_type, tail, body, received_at from event")
        kept = await cursor.fetchall()
    for row in kept:
        inbound = site.engine.providers.inbound[row["source"]]
        event = Event(row["external_id"], bytes(row["body"]), row["received_at"], row["tail"], row["content_type"])
        try:
            words = inbound.parse(event, held.accounts[inbound.provider])
        except UnparsableError:
            continue
        found += sum(isinstance(word, MAKES_A_LEAD) for word in words)
    return found
