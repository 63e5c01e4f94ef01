"""An event has all of its effects or none, once, in order, whatever fails beside it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from rekindle.connections.accounts import Accounts
from rekindle.decide.words import Lane
from rekindle.inbox import dead, settle, store
from rekindle.inbox.failure import RECEIPT_TRIES
from rekindle.inbox.handle import AT_ONCE, URGENT, Handler, handle_batch
from rekindle.inbox.receive import Arrival, receive_many
from rekindle.inbox.settle import Ready
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, LeaseLostError
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.leads import find
from rekindle.leads import store as leads
from rekindle.providers.csv_file import chunk
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Account, Booking, Event, Inbound, Parsed
from rekindle.providers.sandbox.inbound import SandboxInbound
from tests.conftest import NOON, make_office
from tests.slices.test_inbox_receive import rows
from tests.slices.test_leads_upsert import enquiry

ANN = "+13125550142"


class Bookings(Inbound):
    """A calendar's webhook, and one that can be out of order for a while."""

    source = "calendar"
    provider = "calendar"

    def __init__(self) -> None:
        self.broken: set[str] = set()

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the port's
        if event.external_id in self.broken:
            raise RuntimeError("out of order")
        given = orjson.loads(event.body)
        starts = datetime.fromisoformat(given["starts_at"]) if given.get("starts_at") else None
        return (Booking(event.external_id, "", given["phone"], starts, given.get("canceled", False)),)


@pytest.fixture
def calendar() -> Bookings:
    return Bookings()


@pytest.fixture
def handler(db: Db, keyring: Keyring, clock: HandClock, calendar: Bookings) -> Handler:
    sources: list[Inbound] = [FormInbound(), SandboxInbound(), CsvInbound(), calendar]
    wired = {source.source: source for source in sources}
    return Handler(db, keyring, clock, wired, Accounts(db, keyring, clock), lambda: 0.5)


async def arrive(db: Db, office_id: UUID, *events: tuple[str, str, Any], lane: Lane = Lane.FIRST_TOUCH) -> None:
    """(source, external id, body): bytes as they are, anything else as JSON; a second apart."""
    for n, (source, external_id, given) in enumerate(events):
        body = given if isinstance(given, bytes) else orjson.dumps(given)
        async with db.office(office_id) as conn:
            stored = [Arrival(office_id, source, external_id, "application/json", body, lane)]
            await receive_many(conn, office_id, stored, at=NOON - timedelta(seconds=len(events) - n))


def form(external_id: str, **given: Any) -> tuple[str, str, Any]:
    return ("form", external_id, {"phone": "(312) 555-0142", **given})


def texted(external_id: str, body: str, sender: str = ANN) -> tuple[str, str, Any]:
    said = {"type": "reply", "channel": "sms", "from": sender, "to": "", "body": body, "at": NOON.isoformat()}
    return ("sandbox", external_id, said)


async def drain(handler: Handler) -> None:
    while await handle_batch(handler):
        pass


async def lead_of(db: Db, office_id: UUID, phone: str = ANN) -> leads.Lead:
    async with db.office(office_id) as conn:
        found = await find.by_address(conn, office_id, "phone", phone)
        assert found
        return await leads.get(conn, office_id, found)


async def test_a_form_becomes_a_lead_with_consent_and_a_place_in_the_queue(
    db: Db, office_id: UUID, handler: Handler
) -> None:
    consent = {"sms": True, "text": "I agree", "ip": "192.0.2.7"}
    await arrive(db, office_id, form("e1", name="Ann Lee", email="ann@lake.example", message="Hi", consent=consent))
    assert await handle_batch(handler) == 1
    lead = await lead_of(db, office_id)
    assert (lead.name, lead.enquiry, lead.source) == ("Ann Lee", "Hi", "form")
    assert lead.enquired_at == NOON - timedelta(seconds=1)  # when it reached us, not when we came to it
    states = await rows(db, office_id, "select channel, address, granted, basis from consent_state order by channel")
    assert [(s["channel"], s["basis"]) for s in states] == [("email", "inquiry"), ("sms", "written")]
    [asked] = await rows(db, office_id, "select lead_id, lane, causes from consideration")
    assert asked == {"lead_id": lead.id, "lane": Lane.FIRST_TOUCH, "causes": ["enquiry"]}
    [key] = await rows(db, office_id, "select handled_at, outcome, lead_id from event_key")
    assert key == {"handled_at": NOON, "outcome": "new lead", "lead_id": lead.id}
    assert await rows(db, office_id, "select 1 from inbox_job") == []


async def test_without_a_tick_nobody_may_be_texted(db: Db, office_id: UUID, handler: Handler) -> None:
    await arrive(db, office_id, form("e1"), form("e2", phone="773-555-0101", consent={"sms": False}))
    await drain(handler)
    assert await rows(db, office_id, "select 1 from consent_state where granted and channel = 'sms'") == []


async def test_fifty_arrivals_of_one_person_through_four_workers(db: Db, office_id: UUID, handler: Handler) -> None:
    formats = ["3125550142", "(312) 555-0142", "+1 312.555.0142", "312-555-0142 x9"]
    people = [form(f"e{n}", phone=formats[n % 4], email=["Ann@lake.example", ""][n % 2]) for n in range(50)]
    await arrive(db, office_id, *people)
    await asyncio.gather(*(drain(handler) for _ in range(4)))
    assert len(await rows(db, office_id, "select 1 from lead")) == 1
    assert len(await rows(db, office_id, "select 1 from lead_source")) == 50
    told = await rows(db, office_id, "select kind, count(*) as n from timeline group by kind order by kind")
    assert {row["kind"]: row["n"] for row in told}["created"] == 1
    assert await rows(db, office_id, "select 1 from inbox_job") == []


async def test_one_bad_event_neither_stops_nor_spoils_its_neighbours(db: Db, office_id: UUID, handler: Handler) -> None:
    good = [form(f"e{n}", phone=f"31255501{n:02d}") for n in range(6)]
    await arrive(
        db, office_id, *good[:3], ("form", "bad", b"<html>"), ("who", "x", b""), form("none", phone=""), *good[3:]
    )
    assert await handle_batch(handler) == 9
    assert len(await rows(db, office_id, "select 1 from lead")) == 6
    async with db.office(office_id) as conn:
        found = {event.external_id: event for event in await dead.list_dead(conn, office_id)}
    assert set(found) == {"bad", "x", "none"}
    assert found["bad"].body == b"<html>"
    assert "who" in found["x"].reason
    assert {row["kind"] for row in await rows(db, office_id, "select kind from notice")} == {"problem"}


async def test_a_failure_is_tried_again_later_and_laid_down_at_last(
    db: Db, office_id: UUID, handler: Handler, calendar: Bookings, clock: HandClock
) -> None:
    calendar.broken = {"b1"}
    await arrive(db, office_id, ("calendar", "b1", {"phone": ANN}))
    assert await handle_batch(handler) == 1
    assert await handle_batch(handler) == 0  # it waits
    [job] = await rows(db, office_id, "select due_at, reason, state from inbox_job")
    assert job["due_at"] > NOON
    assert (job["reason"], job["state"]) == ("RuntimeError: out of order", "due")
    for _ in range(MAX_ATTEMPTS):
        clock.advance(timedelta(hours=1))
        await handle_batch(handler)
    [job] = await rows(db, office_id, "select event_id, attempts, state from inbox_job")
    assert (job["attempts"], job["state"]) == (MAX_ATTEMPTS, "dead")
    calendar.broken = set()
    async with db.office(office_id) as conn:
        await dead.retry(conn, office_id, job["event_id"], at=clock.now())
    assert await handle_batch(handler) == 1
    assert (await lead_of(db, office_id)).stage == "appointment"
    with pytest.raises(dead.NotDeadError):
        async with db.office(office_id) as conn:
            await dead.retry(conn, office_id, job["event_id"], at=clock.now())


async def test_a_receipt_of_somebody_elses_message_dies_early_and_rings_nobody(
    db: Db, office_id: UUID, handler: Handler, clock: HandClock
) -> None:
    """A provider tells us of everything it sends for the office, ours or not."""
    told = {"type": "receipt", "key": "nobody's", "id": "P1", "state": "delivered", "at": NOON.isoformat()}
    await arrive(db, office_id, ("sandbox", "x1", told), lane=Lane.REPLY)
    for _ in range(RECEIPT_TRIES):
        assert await handle_batch(handler) == 1
        clock.advance(timedelta(hours=1))
    [job] = await rows(db, office_id, "select state, attempts from inbox_job")
    assert job == {"state": "dead", "attempts": RECEIPT_TRIES}
    assert await rows(db, office_id, "select 1 from notice") == []


async def test_a_dead_event_is_discarded_with_a_name_and_a_reason(db: Db, office_id: UUID, handler: Handler) -> None:
    await arrive(db, office_id, ("form", "bad", b"<html>"))
    await handle_batch(handler)
    async with db.office(office_id) as conn:
        [event] = await dead.list_dead(conn, office_id)
        await dead.discard(conn, office_id, event.event_id, who="Olga Owner", why="a scanner", at=NOON)
        assert await dead.list_dead(conn, office_id) == []
    [key] = await rows(db, office_id, "select outcome from event_key")
    assert key["outcome"] == "discarded by Olga Owner: a scanner"
    assert len(await rows(db, office_id, "select 1 from event")) == 1


async def test_a_worker_that_died_with_events_in_hand_is_followed_by_another(
    db: Db, office_id: UUID, handler: Handler, clock: HandClock
) -> None:
    await arrive(db, office_id, form("e1"))
    async with db.office(office_id) as conn:  # claimed, and then killed
        [held] = await store.claim(conn, office_id, Lease.take(NOON, 60), lanes=URGENT, limit=AT_ONCE, at=NOON)
    assert await handle_batch(handler) == 0
    clock.advance(timedelta(seconds=61))
    assert await handle_batch(handler) == 1
    before = await rows(db, office_id, "select * from timeline order by id")
    # The first worker was not dead but slow: what it does under the old lease is rolled back whole.
    said = Event("e1-late", b'{"phone": "7735550101"}', NOON)
    late = Ready(held, FormInbound().parse(said, Account(office_id, "form", {})))
    with pytest.raises(LeaseLostError):
        await settle.together(handler.db, handler.keyring, clock, office_id, [late])
    assert len(await rows(db, office_id, "select 1 from lead")) == 1
    assert await rows(db, office_id, "select * from timeline order by id") == before


async def test_an_event_that_kills_every_worker_is_laid_down(
    db: Db, office_id: UUID, handler: Handler, clock: HandClock
) -> None:
    await arrive(db, office_id, form("e1"))
    for _ in range(MAX_ATTEMPTS):
        async with db.office(office_id) as conn:
            lease = Lease.take(clock.now(), 60)
            assert await store.claim(conn, office_id, lease, lanes=URGENT, limit=1, at=clock.now())
        clock.advance(timedelta(seconds=61))
    await handle_batch(handler)
    [job] = await rows(db, office_id, "select state, reason from inbox_job")
    assert job == {"state": "dead", "reason": "every worker that took it died"}


async def test_an_import_twice_changes_nothing(db: Db, office_id: UUID, handler: Handler, clock: HandClock) -> None:
    people = [
        enquiry("", source="crm", phones=(f"31255501{n:02d}",), name=f"Ann {n}", enroll="none") for n in range(40)
    ]
    body = chunk.body([chunk.line(person) for person in people])
    await arrive(db, office_id, ("import", "c1", body), lane=Lane.BULK)
    await drain(handler)
    tables = ["lead", "contact_point", "lead_source", "timeline", "consent_event", "consent_state", "consideration"]
    before = [await rows(db, office_id, f"select * from {table} order by 1, 2, 3") for table in tables]
    assert len(before[0]) == 40
    assert {(row["lane"], tuple(row["causes"])) for row in before[-1]} == {(Lane.BULK, ("import",))}
    clock.advance(timedelta(days=1))
    await arrive(db, office_id, ("import", "c2", body), lane=Lane.BULK)
    await drain(handler)
    assert [await rows(db, office_id, f"select * from {table} order by 1, 2, 3") for table in tables] == before
    outcomes = await rows(db, office_id, "select outcome from event_key order by external_id")
    assert [row["outcome"] for row in outcomes] == [
        "40 rows: 40 new, 0 known, 0 unchanged, 0 refused",
        "40 rows: 0 new, 0 known, 40 unchanged, 0 refused",
    ]


async def test_a_first_touch_overtakes_a_queue_of_bulk(db: Db, office_id: UUID, handler: Handler) -> None:
    bulk = [("import", f"c{n}", chunk.body([chunk.line(enquiry("", emails=(f"a{n}@x.example",)))])) for n in range(20)]
    await arrive(db, office_id, *bulk, lane=Lane.BULK)
    await arrive(db, office_id, form("e1"))
    await handle_batch(handler)
    assert (await lead_of(db, office_id)).source == "form"
    assert len(await rows(db, office_id, "select 1 from inbox_job")) >= 18


async def test_a_booking_ends_automation_and_is_remembered(
    db: Db, office_id: UUID, handler: Handler, calendar: Bookings
) -> None:
    assert calendar.source == "calendar"
    starts = (NOON + timedelta(days=2)).isoformat()
    await arrive(db, office_id, form("e1"), ("calendar", "b1", {"phone": "312-555-0142", "starts_at": starts}))
    await drain(handler)
    lead = await lead_of(db, office_id)
    assert (lead.stage, lead.attributes["appointment_at"]) == ("appointment", starts)
    await arrive(db, office_id, ("calendar", "b2", {"phone": ANN, "starts_at": starts, "canceled": True}))
    await drain(handler)
    assert "appointment_at" not in (await lead_of(db, office_id)).attributes


async def test_another_offices_events_stay_there(db: Db, office_id: UUID, handler: Handler) -> None:
    stranger = await make_office(db, "stranger")
    await arrive(db, office_id, form("e1"))
    await arrive(db, stranger, form("e1"), texted("r1", "Hello"))
    assert await handle_batch(handler) == 3
    assert len(await rows(db, office_id, "select 1 from lead")) == 1
    assert len(await rows(db, office_id, "select 1 from message")) == 0
    assert [row["channel"] for row in await rows(db, stranger, "select channel from message")] == ["sms"]
