"""Whatever is handled a second time has no second effect, and reading again says what today's adapters would do."""

from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest

from rekindle.decide.words import Channel, MessageClass, MessageState, Stage
from rekindle.inbox import replay
from rekindle.inbox.kept import store as kept
from rekindle.inbox.kept.types import Wanted
from rekindle.inbox.replay import A_SECOND, Again, Now, Reader, Reread
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row
from rekindle.kit.ids import new_id
from rekindle.providers.ports import (
    Booking,
    Carrier,
    Consequence,
    Enriched,
    Fetch,
    Ignored,
    OptedOut,
    Parsed,
    Receipt,
    SentElsewhere,
    StageMoved,
    Touched,
    Uninstalled,
    UnparsableError,
)
from tests.slices.inbox_world import ANN, CRM, MAIL, World, asks, contact, writes

TABLES = (
    "lead", "contact_point", "lead_source", "message", "consent_event", "consent_state", "suppression", "timeline",
    "enrollment", "signal", "handoff", "notice", "crm_link", "enrichment", "errand", "event", "event_key",
    "consideration",
)  # fmt: skip


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    made = World(db, office_id, clock, keyring)
    await made.connect()
    return made


def reader(world: World) -> Reader:
    return Reader(world.db, world.clock, world.sources, world.accounts)


async def read(world: World, again: Again = Again.NONE, *, limit: int | None = None, **wanted: object) -> list[Reread]:
    asked = replay.reread(reader(world), world.office_id, Wanted(**wanted), again=again, limit=limit)  # type: ignore[arg-type]
    return [one async for one in asked]


async def everything(world: World) -> dict[str, list[Row]]:
    """All rows there are, but for when an event was handled last and what was said of it then."""
    found = {}
    for table in TABLES:
        rows = await world.rows(f"select to_jsonb(t) - 'handled_at' - 'outcome' - 'generation' as row from {table} t")
        found[table] = sorted((row["row"] for row in rows), key=str)
    return found


async def sent(world: World, provider_id: str) -> None:
    """A text of ours that the provider took."""
    await world.rows(
        "insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, body,"
        " created_at, in_flight_at, accepted_at, provider, provider_id)"
        " values (%s, %s, %s, 'out', 'sms', %s, %s, 1, %s, 'Hi Ann', %s, %s, %s, 'brook', %s) returning id",
        world.office_id, new_id(), (await world.lead()).id, ANN, MessageClass.MARKETING.value,
        MessageState.ACCEPTED.value, world.clock.now(), world.clock.now(), world.clock.now(), provider_id,
    )  # fmt: skip


def receipt(external_id: str, provider_id: str, state: MessageState, consequence: str = "") -> Receipt:
    return Receipt(
        external_id, CRM, provider_id, "", state, "30005" if consequence else "", "", permanent=bool(consequence),
        at=None, consequence=consequence,
    )  # fmt: skip


def opted(external_id: str, address: str, *, dead: bool = False) -> OptedOut:
    channels = frozenset({Channel.EMAIL})
    return OptedOut(external_id, channels, address, "brook:unsubscribe", complaint=not dead, at=None, dead=dead)


def moved(external_id: str, stage: Stage) -> StageMoved:
    return StageMoved(external_id, CRM, "c1", "o1", "p1", "s1", "open", None, stage=stage.value)


async def live_through(world: World) -> set[type]:
    """One of every kind of event, some of them overtaken by later ones; which kinds."""
    tour = world.clock.now() + timedelta(days=2)
    steps: list[tuple[str, Parsed]] = [
        ("form", asks("e1")),
        ("brook-contact", contact("c1", added_at=world.clock.now())),
        ("brook-contact", contact("c1", tags=("hot",), dnd=frozenset({Channel.EMAIL}))),
        ("brook-contact", contact("c1", tags=("hot", "buyer"), name="Ann B. Lee")),
        ("brook", writes("r1")),
        ("brook", Booking("b1", "", ANN, tour, canceled=False)),
        ("brook", Booking("b2", "", ANN, None, canceled=True)),
        ("brook", moved("m1", Stage.QUALIFIED)),
        ("brook", moved("m2", Stage.NURTURE)),
        ("brook", SentElsewhere("s1", CRM, "c1", "brook-9", Channel.SMS, ANN, "Ann, it is Tom", "user-1", None)),
        ("brook", writes("r2", "STOP")),
        ("brook", writes("r3", "START", handled=Carrier.START)),
        ("brook", opted("o1", MAIL)),
        ("brook", opted("o2", MAIL)),
        ("brook", opted("o3", "stranger@lake.example", dead=True)),
        ("brook", writes("r4", "Hello, it is Bob", sender="+13125550177")),
        ("brook", Fetch("f1", "brook-contact", "c1", None)),
        ("brook", Ignored("an echo")),
        ("brook", Uninstalled("u1", CRM)),
        ("brook-contact", contact("c1", deleted=True)),
    ]
    for number, (source, words) in enumerate(steps):
        world.clock.advance(timedelta(minutes=5))
        await world.say(f"x{number}", words, source=source)
    await sent(world, "out-1")
    await sent(world, "out-2")
    for number, receipts in enumerate(
        [
            (receipt("t1", "out-1", MessageState.SENT), receipt("t2", "out-1", MessageState.DELIVERED)),
            (receipt("t3", "out-2", MessageState.UNDELIVERED, Consequence.ALERT),),
            (Touched("k1", CRM, "out-1", "", "click", "https://lake.example", human=True, at=None),),
        ]
    ):
        world.clock.advance(timedelta(minutes=5))
        await world.say(f"y{number}", *receipts)
    return {type(words) for _, words in steps} | {Receipt, Touched}


async def test_every_kind_of_event_may_be_handled_again_without_a_trace(world: World) -> None:
    kinds = await live_through(world)
    assert kinds | {Enriched} == set(get_args(Parsed))  # a look-up has a test of its own below
    assert await world.rows("select event_id from inbox_job") == []
    await world.connect()  # the office has connected its CRM again: an old farewell must not undo that
    before = await everything(world)
    world.clock.advance(timedelta(hours=1))
    put_back = await read(world, Again.ALL)
    assert len(put_back) == 23
    assert all(one.queued for one in put_back)
    world.clock.advance(timedelta(minutes=1))
    assert await world.handle() == len(put_back)
    assert await world.rows("select event_id, reason from inbox_job") == []
    after = await everything(world)
    for table in TABLES:
        assert after[table] == before[table], table


async def test_a_look_up_that_is_told_again_is_neither_paid_nor_kept_twice(world: World) -> None:
    await world.say("e1", asks("e1"), source="form")
    lead = await world.lead()
    await world.rows(
        "insert into enrichment (office_id, lead_id, provider, state, asked_at) values (%s, %s, 'brook', 'asked', %s)"
        " returning lead_id",
        world.office_id, lead.id, world.clock.now(),
    )  # fmt: skip
    known = Enriched("n1", CRM, str(lead.id), "q1", True, (("title", "Chef"),), (), ("+13125550188",), (), 2.0, None)
    assert await world.say("n1", known) == "enriched"
    before = await everything(world)
    await read(world, Again.ALL)
    await world.handle()
    assert await everything(world) == before


async def test_an_appointment_that_was_misread_is_put_right_by_handling_it_again(world: World) -> None:
    await world.say("e1", asks("e1"), source="form")
    wrong, right = (world.clock.now() + timedelta(days=days) for days in (1, 2))
    await world.say("b1", Booking("b1", "", ANN, wrong, canceled=False))
    world.source("brook").words["b1"] = (Booking("b1", "", ANN, right, canceled=False),)
    await read(world, Again.ALL, source="brook")
    await world.handle()
    [row] = await world.rows("select attributes->>'appointment_at' as at from lead")
    assert row["at"] == right.isoformat()


async def test_reading_again_says_what_differs_and_changes_nothing(world: World) -> None:
    await world.say("good", asks("good"), source="form")
    await world.say("spoilt", asks("spoilt", phones=("773-555-0101",), emails=()), source="form")
    await world.say("mended", UnparsableError("no idea"), source="form")
    await world.say("hopeless", UnparsableError("no idea at all"), source="form")
    await world.say("broken", asks("broken", phones=("773-555-0102",), emails=()), source="form")
    words = world.source("form").words
    words["spoilt"] = UnparsableError("the field moved")
    words["broken"] = ZeroDivisionError("a mistake in the adapter")
    words["mended"] = (asks("mended", phones=("773-555-0103",), emails=()),)
    before = await everything(world)
    found = {one.event.external_id: (one.now, one.words, one.queued) for one in await read(world)}
    assert found == {
        "good": (Now.SAME, "enquiry", False),
        "spoilt": (Now.UNREADABLE, "the field moved", False),
        "mended": (Now.READABLE, "enquiry", False),
        "hopeless": (Now.SAME, "no idea at all", False),
        "broken": (Now.UNREADABLE, "its adapter broke: ZeroDivisionError", False),
    }
    assert await everything(world) == before
    assert [one.event.external_id for one in await read(world, Again.MENDED) if one.queued] == ["mended"]
    await world.handle()
    assert (await world.lead("773-555-0103")).name == "Ann Lee"
    dead = await world.rows("select external_id from inbox_job where state = 'dead'")
    assert [row["external_id"] for row in dead] == ["hopeless"]


async def test_what_a_person_let_go_stays_gone(world: World) -> None:
    event_id = await world.arrive("junk", UnparsableError("spam"), source="form")
    await world.handle()
    async with world.db.office(world.office_id) as conn:
        await replay.store.discard(
            conn, world.office_id, event_id, outcome="discarded by Ruth: spam", at=world.clock.at
        )
    world.source("form").words["junk"] = (asks("junk"),)
    [one] = await read(world, Again.ALL)
    assert (one.now, one.queued) == (Now.SAME, False)
    assert await world.rows("select event_id from inbox_job") == []


async def test_a_window_a_source_and_a_limit_choose_what_is_read(world: World) -> None:
    start = world.clock.now()
    for hour in range(6):
        at = start + timedelta(hours=hour)
        await world.arrive(f"e{hour}", asks(f"e{hour}"), source=("form", "brook")[hour % 2], at=at)

    def named(found: list[Reread]) -> list[str]:
        return [one.event.external_id for one in found]

    assert named(await read(world, source="form")) == ["e0", "e2", "e4"]
    window = {"since": start + timedelta(hours=1), "until": start + timedelta(hours=4)}
    assert named(await read(world, **window)) == ["e1", "e2", "e3"]
    assert named(await read(world, limit=2)) == ["e0", "e1"]
    async with world.db.office(world.office_id) as conn:
        assert await kept.count(conn, world.office_id, Wanted(**window)) == 3


async def test_large_bodies_come_a_few_at_a_time_and_none_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 5)  # each body here has two bytes
    names = [f"e{number:02d}" for number in range(9)]
    for name in names:
        await world.arrive(name, asks(name), source="form")
    async with world.db.office(world.office_id) as conn:
        assert len(await kept.page(conn, world.office_id, Wanted(), after=None, limit=100)) == 2
    assert [one.event.external_id for one in await read(world)] == names
    monkeypatch.setattr(kept, "MOST_BYTES", 1)
    assert [one.event.external_id for one in await read(world)] == names


async def test_what_is_put_back_comes_at_a_pace_that_leaves_room_for_what_is_new(world: World) -> None:
    for number in range(A_SECOND + 1):
        await world.arrive(f"e{number}", Ignored("an echo"))
    await world.handle()
    began = world.clock.now()
    await read(world, Again.ALL)
    due = [row["due_at"] - began for row in await world.rows("select due_at from inbox_job order by due_at")]
    assert due[0] == timedelta(0)
    assert due[-1] == timedelta(seconds=1)
