"""The longer comparison finds what no webhook told, goes on where it was stopped, and doubles nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
import pytest

from rekindle import timers
from rekindle.errands import ask
from rekindle.errands.types import Kind
from rekindle.inbox import deep
from rekindle.inbox.poll import Poller
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import (
    Account,
    CallFailedError,
    Contact,
    CrmPage,
    Event,
    Fault,
    Fetched,
    Limit,
    Parsed,
    Providers,
)
from tests.slices.inbox_world import CRM, Words, World, contact

PAGE = 50


class Listed(Words):
    """Contacts as the CRM's list has them."""

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the port's
        number = orjson.loads(event.body)["number"]
        return (of(number),)


def of(number: int) -> Contact:
    return contact(f"c{number}", phones=(f"312555{number:04d}",), emails=(), name=f"Lead {number}", activated=False)


@dataclass
class Lists:
    """A CRM with so many contacts; `trouble` comes, in turn, before answers: exceptions are raised."""

    people: int
    trouble: list[Exception | None] = field(default_factory=list)
    asked: list[tuple[str, str, datetime]] = field(default_factory=list)
    provider: str = CRM

    def limits(self, account: Account) -> Sequence[Limit]:  # noqa: ARG002 the port's
        return ()

    async def contacts(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        self._asked("contacts", cursor, since)
        first = int(cursor or 0)
        numbers = range(first, min(first + PAGE, self.people))
        found = tuple(Fetched(f"c{n}:v1", "application/json", orjson.dumps({"number": n})) for n in numbers)
        return CrmPage(found, str(first + PAGE) if first + PAGE < self.people else "")

    async def messages(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        self._asked("messages", cursor, since)
        return CrmPage((), "")

    def _asked(self, what: str, cursor: str, since: datetime) -> None:
        self.asked.append((what, cursor, since))
        said = self.trouble.pop(0) if self.trouble else None
        if said is not None:
            raise said


@pytest.fixture
async def world(db: Db, office_id: object, clock: HandClock, keyring: Keyring) -> World:
    made = World(db, office_id, clock, keyring)  # type: ignore[arg-type]
    made.sources["brook-contact"] = Listed("brook-contact")
    await made.connect(at=clock.now() - timedelta(days=30))
    return made


def poller(world: World, crm: Lists) -> Poller:
    made = Poller(world.db, world.clock, world.line, {CRM: crm}, world.sources)  # type: ignore[dict-item]
    world.handlers = {Kind.COMPARE: deep.handler(made)}
    return made


async def known(world: World, people: int, *, lost: set[int]) -> None:
    """All but the lost came by webhook."""
    for number in range(people):
        if number not in lost:
            await world.arrive(f"w{number}", of(number), source="brook")
    await world.handle()


async def nightly(world: World) -> None:
    async with world.db.office(world.office_id) as conn:
        await ask.ask(conn, world.office_id, Kind.COMPARE, CRM, {"provider": CRM}, at=world.clock.now())


def busy(seconds: float | None) -> CallFailedError:
    return CallFailedError("429", "slow down", fault=Fault.BUSY, retry_after=seconds)


async def leads(world: World) -> int:
    return len(await world.rows("select id from lead"))


async def test_three_lost_among_three_hundred_are_found_and_nobody_is_doubled(world: World) -> None:
    await known(world, 300, lost={7, 120, 299})
    assert await leads(world) == 297
    done = await deep.compare_since(poller(world, Lists(300)), world.office_id, CRM, world.clock.now())
    assert [(what, one.looked_at, one.found, one.note) for what, one in done.items()] == [
        ("contacts", 300, 3, ""),
        ("messages", 0, 0, ""),
    ]
    await world.handle()
    assert await leads(world) == 300
    again = await deep.compare_since(poller(world, Lists(300)), world.office_id, CRM, world.clock.now())
    assert (again["contacts"].looked_at, again["contacts"].found) == (300, 0)
    await world.handle()
    assert await leads(world) == 300
    assert len(await world.rows("select lead_id from timeline where kind = 'created'")) == 300


async def test_it_leaves_the_place_of_the_other_comparison_alone(world: World) -> None:
    await deep.compare_since(poller(world, Lists(120)), world.office_id, CRM, world.clock.now())
    assert await world.rows("select what from crm_poll") == []


async def test_a_short_wait_is_waited_and_a_long_one_is_told(world: World) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        world.clock.advance(timedelta(seconds=seconds))

    crm = Lists(120, trouble=[None, busy(30), None, None, busy(600)])
    done = await deep.compare_since(poller(world, crm), world.office_id, CRM, world.clock.now(), sleep=sleep)
    assert slept == [30.0]
    assert (done["contacts"].looked_at, done["contacts"].note) == (120, "")
    assert done["messages"].note.startswith("slow down: not before ")


async def test_waits_without_end_are_given_up(world: World) -> None:
    async def sleep(_: float) -> None:
        return None

    crm = Lists(10, trouble=[busy(1)] * 100)
    done = await deep.compare_since(poller(world, crm), world.office_id, CRM, world.clock.now(), sleep=sleep)
    assert done["contacts"].note
    assert len(crm.asked) <= 2 * (deep.WAITS + 1)


async def test_a_list_without_end_is_cut_short_and_says_so(world: World) -> None:
    endless = Lists(PAGE * (deep.PAGES_BY_HAND + 5))
    done = await deep.compare_since(poller(world, endless), world.office_id, CRM, world.clock.now())
    assert done["contacts"].note == f"stopped after {deep.PAGES_BY_HAND} pages: ask for a shorter time"


async def test_an_office_that_is_not_connected_hears_so(world: World) -> None:
    await world.disconnect()
    done = await deep.compare_since(poller(world, Lists(3)), world.office_id, CRM, world.clock.now())
    assert done["contacts"].note == "brook is not connected"


async def test_the_nightly_run_goes_on_page_by_page_and_ends(world: World) -> None:
    await known(world, 300, lost={3, 260})
    crm = Lists(300)
    poller(world, crm)
    began = world.clock.now()
    await nightly(world)
    assert await world.run() > 1
    assert await world.errands() == []
    assert [cursor for what, cursor, _ in crm.asked if what == "contacts"] == ["", "50", "100", "150", "200", "250"]
    assert {since for _, _, since in crm.asked} == {began - timedelta(hours=36)}
    await world.handle()
    assert await leads(world) == 300
    [told] = await world.notices()
    assert told == (
        "Last night's comparison with brook found 2 entries that had never reached us by webhook; "
        "they are taken in now."
    )


async def test_a_night_that_is_interrupted_goes_on_where_it_was(world: World) -> None:
    await known(world, 300, lost={3, 260})
    crm = Lists(300, trouble=[None, None, busy(90), None, CallFailedError("500", "away", fault=Fault.AWAY)])
    poller(world, crm)
    await nightly(world)
    for _ in range(6):
        await world.run()
        world.clock.advance(timedelta(minutes=31))
    assert await world.errands() == []
    asked = [cursor for what, cursor, _ in crm.asked if what == "contacts"]
    assert asked == ["", "50", "100", "100", "150", "150", "200", "250"]
    assert len({since for _, _, since in crm.asked}) == 1
    await world.handle()
    assert await leads(world) == 300


async def test_a_worker_that_dies_at_night_loses_at_most_one_run(world: World) -> None:
    crm = Lists(300)
    poller(world, crm)
    await nightly(world)
    await world.rows(
        "update errand set lease_token = gen_random_uuid(), lease_until = %s, due_at = %s returning id",
        world.clock.now() + timedelta(minutes=2), world.clock.now() + timedelta(minutes=2),
    )  # fmt: skip
    assert await world.run() == 0
    world.clock.advance(timedelta(minutes=2))
    await world.run()
    assert await world.errands() == []
    await world.handle()
    assert await leads(world) == 300


async def test_every_night_each_connected_crm_is_asked_for(world: World) -> None:
    shop = timers.Shop(world.db, world.clock, Providers(crms={CRM: Lists(0)}))  # type: ignore[dict-item]
    await timers.run_due(shop)
    [first] = [row for row in await world.errands() if row["kind"] == "compare"]
    assert first["payload"] == {"provider": CRM}
    [timer] = [timer for timer in timers.TIMERS if "day and a half" in timer.name]
    assert timer.every == timedelta(hours=24)
