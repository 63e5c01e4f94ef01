"""The way out to providers: who may call when, in all processes together, and nobody else's trouble spreads."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.kit import db as kit_db
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.providers.ports import Fault, Limit
from rekindle.traffic import breaker, rules, store
from rekindle.traffic.traffic import Change, PausedError, Traffic
from rekindle.traffic.types import Breaker, Terms
from tests.conftest import NOON, make_office

TERMS = Terms()


@pytest.fixture
def traffic(db: Db, clock: HandClock) -> Traffic:
    return Traffic(db, DatabaseLimits(db), clock)


@pytest.fixture
async def other(database_url: str, clock: HandClock) -> AsyncIterator[Traffic]:
    """Another process: its own connections, its own memory."""
    async with kit_db.connect(database_url, size=4) as opened:
        yield Traffic(opened, DatabaseLimits(opened), clock)


async def call(traffic: Traffic, office_id: UUID, fault: Fault | None = None, **said: object) -> Change | None:
    await traffic.enter(office_id, "twilio", ())
    return await traffic.leave(office_id, "twilio", fault, **said)


async def opened(traffic: Traffic, office_id: UUID) -> None:
    for _ in range(TERMS.failures):
        await call(traffic, office_id, Fault.AWAY, text="no answer in 10 s")


async def wait(traffic: Traffic, office_id: UUID, provider: str = "twilio") -> timedelta | None:
    """For how long a call would be refused now; None when it is let through."""
    try:
        await traffic.enter(office_id, provider, ())
    except PausedError as paused:
        return paused.until - traffic._clock.now()
    return None


async def test_five_failures_in_a_row_open_it_and_the_caller_learns_so(traffic: Traffic, office_id: UUID) -> None:
    said = [await call(traffic, office_id, Fault.AWAY, text="no answer in 10 s") for _ in range(5)]
    assert said[:4] == [None] * 4
    assert said[4] == Change(opened=True, why="no answer in 10 s", until=NOON + timedelta(seconds=30), fault=Fault.AWAY)
    assert await wait(traffic, office_id) == timedelta(seconds=30)
    assert traffic.paused_until(office_id, "twilio") == NOON + timedelta(seconds=30)


@pytest.mark.parametrize("between", [None, Fault.MESSAGE])
async def test_an_answer_in_between_starts_the_count_again(
    traffic: Traffic, office_id: UUID, between: Fault | None
) -> None:
    for _ in range(3):
        for fault in (*[Fault.AWAY] * 4, between):
            assert await call(traffic, office_id, fault) is None
    assert await wait(traffic, office_id) is None


async def test_an_account_that_is_barred_opens_it_at_once_and_for_longer(traffic: Traffic, office_id: UUID) -> None:
    change = await call(traffic, office_id, Fault.ACCOUNT, text="the account is suspended")
    assert change is not None
    assert (change.opened, change.why) == (True, "the account is suspended")
    assert await wait(traffic, office_id) == timedelta(minutes=5)


async def test_other_offices_and_other_providers_do_not_notice(traffic: Traffic, office_id: UUID, db: Db) -> None:
    neighbour = await make_office(db, "harbor")
    await opened(traffic, office_id)
    assert await wait(traffic, neighbour) is None
    assert await wait(traffic, office_id, "sendgrid") is None
    assert traffic.paused_until(office_id, "sendgrid") is None


async def test_another_process_sees_it_within_a_second(
    traffic: Traffic, other: Traffic, office_id: UUID, clock: HandClock
) -> None:
    assert await wait(other, office_id) is None
    await opened(traffic, office_id)
    clock.advance(timedelta(seconds=1))
    assert await wait(other, office_id) == timedelta(seconds=29)
    assert other.paused_until(office_id, "twilio") == NOON + timedelta(seconds=30)


async def test_failures_of_all_processes_count_together(
    traffic: Traffic, other: Traffic, office_id: UUID
) -> None:  # fmt: skip
    said = [await call(process, office_id, Fault.AWAY) for process in (traffic, other, traffic, other, traffic)]
    assert [change is not None for change in said] == [False, False, False, False, True]


async def test_of_fifty_at_once_in_two_processes_one_probes(
    traffic: Traffic, other: Traffic, office_id: UUID, clock: HandClock
) -> None:
    await opened(traffic, office_id)
    clock.advance(timedelta(seconds=30))
    waits = await asyncio.gather(*(wait(process, office_id) for process in (traffic, other) for _ in range(25)))
    assert waits.count(None) == 1
    assert {w for w in waits if w} == {TERMS.look}


async def test_a_probe_that_succeeds_closes_it_for_everybody(
    traffic: Traffic, other: Traffic, office_id: UUID, clock: HandClock
) -> None:
    await opened(traffic, office_id)
    clock.advance(timedelta(seconds=30))
    change = await call(other, office_id)
    assert change is not None
    assert (change.opened, change.until) == (False, None)
    clock.advance(timedelta(seconds=1))
    assert await wait(traffic, office_id) is None
    assert await wait(other, office_id) is None


async def test_each_probe_that_fails_doubles_the_wait_up_to_a_quarter_of_an_hour(
    traffic: Traffic, office_id: UUID, clock: HandClock
) -> None:
    await opened(traffic, office_id)
    waits = []
    for _ in range(7):
        left = await wait(traffic, office_id)
        assert left is not None
        waits.append(left.total_seconds())
        clock.advance(left)
        assert await call(traffic, office_id, Fault.AWAY) is None
    assert waits == [30, 60, 120, 240, 480, 900, 900]


async def test_an_account_waits_up_to_an_hour(traffic: Traffic, office_id: UUID, clock: HandClock) -> None:
    await call(traffic, office_id, Fault.ACCOUNT)
    waits = []
    for _ in range(6):
        left = await wait(traffic, office_id)
        assert left is not None
        waits.append(left.total_seconds() / 60)
        clock.advance(left)
        await call(traffic, office_id, Fault.ACCOUNT)
    assert waits == [5, 10, 20, 40, 60, 60]


async def test_a_probe_whose_process_died_is_given_up(
    traffic: Traffic, other: Traffic, office_id: UUID, clock: HandClock
) -> None:
    await opened(traffic, office_id)
    clock.advance(timedelta(seconds=30))
    assert await wait(traffic, office_id) is None  # and never leaves
    clock.advance(TERMS.probe - timedelta(seconds=1))
    assert await wait(other, office_id) == TERMS.look
    clock.advance(timedelta(seconds=1))
    assert await wait(other, office_id) is None


async def test_calls_that_were_on_their_way_when_it_opened_neither_lengthen_the_wait_nor_close_it(
    traffic: Traffic, office_id: UUID
) -> None:
    for _ in range(40):
        await traffic.enter(office_id, "twilio", ())
    for _ in range(39):
        await traffic.leave(office_id, "twilio", Fault.AWAY)
    assert await traffic.leave(office_id, "twilio", None) is None
    assert await wait(traffic, office_id) == timedelta(seconds=30)


async def test_too_fast_pauses_every_process_for_as_long_as_was_asked_and_opens_nothing(
    traffic: Traffic, other: Traffic, office_id: UUID, clock: HandClock, db: Db
) -> None:
    assert await call(traffic, office_id, Fault.BUSY, retry_after=17.0) is None
    assert await wait(traffic, office_id) == timedelta(seconds=17)
    assert await wait(other, office_id) == timedelta(seconds=17)
    async with db.office(office_id) as conn:
        (paused,) = await store.troubled(conn, office_id, at=clock.now())
    assert (paused.open, paused.retry_at) == (False, NOON + timedelta(seconds=17))
    clock.advance(timedelta(seconds=17))
    waits = await asyncio.gather(*(wait(process, office_id) for process in (traffic, other) for _ in range(5)))
    assert waits == [None] * 10


async def test_too_fast_without_a_time_pauses_ten_seconds_and_a_success_beside_it_does_not_end_it(
    traffic: Traffic, office_id: UUID
) -> None:
    for _ in range(2):
        await traffic.enter(office_id, "twilio", ())
    await traffic.leave(office_id, "twilio", Fault.AWAY)
    await traffic.leave(office_id, "twilio", Fault.BUSY)
    await traffic.leave(office_id, "twilio", None)
    assert await wait(traffic, office_id) == timedelta(seconds=10)


async def test_plain_success_writes_nothing(traffic: Traffic, office_id: UUID, db: Db) -> None:
    for _ in range(3):
        await call(traffic, office_id)
    async with db.office(office_id) as conn:
        assert await (await conn.execute("select * from breaker")).fetchall() == []


async def test_a_limit_that_is_used_up_refuses_until_its_window_ends(
    traffic: Traffic, office_id: UUID, clock: HandClock
) -> None:
    limits = (Limit("burst", count=3, seconds=10),)
    for _ in range(3):
        await traffic.enter(office_id, "ghl", limits)
    with pytest.raises(PausedError, match="3 calls in 10 s are used up") as paused:
        await traffic.enter(office_id, "ghl", limits)
    assert paused.value.until == traffic.paused_until(office_id, "ghl", limits) == NOON + timedelta(seconds=10)
    clock.advance(timedelta(seconds=10))
    assert traffic.paused_until(office_id, "ghl", limits) is None
    await traffic.enter(office_id, "ghl", limits)


async def test_a_limit_of_the_app_is_shared_by_offices_and_processes_and_one_of_an_office_is_not(
    traffic: Traffic, other: Traffic, office_id: UUID, db: Db
) -> None:
    neighbour = await make_office(db, "harbor")

    async def passed(*, app: bool) -> int:
        limits = (Limit("calls", count=6, seconds=60, app=app),)
        tried = [(process, office) for process in (traffic, other) for office in (office_id, neighbour)] * 6
        ended = await asyncio.gather(
            *(process.enter(office, "x" if app else "y", limits) for process, office in tried), return_exceptions=True
        )
        return ended.count(None)

    assert await passed(app=True) == 6
    assert await passed(app=False) == 12


async def test_a_receipt_can_trip_it_and_a_person_can_mend_it(
    traffic: Traffic, office_id: UUID, clock: HandClock, db: Db
) -> None:
    async with db.office(office_id) as conn:
        assert await breaker.trip(conn, office_id, "twilio", fault=Fault.ACCOUNT, text="30034: unregistered", at=NOON)
        assert not await breaker.trip(conn, office_id, "twilio", fault=Fault.ACCOUNT, text="30034", at=NOON)
    # The provider accepts all the while, so trying again would tell nothing: a person must mend it.
    assert await wait(traffic, office_id) == timedelta(days=1)
    async with db.office(office_id) as conn:
        await breaker.mend(conn, office_id, "twilio", at=clock.now())
    clock.advance(timedelta(seconds=1))
    assert (await call(traffic, office_id)) == Change(opened=False, why="30034: unregistered", until=None, fault=None)


async def test_what_a_person_mended_in_vain_waits_as_at_first(
    traffic: Traffic, office_id: UUID, clock: HandClock, db: Db
) -> None:
    await call(traffic, office_id, Fault.ACCOUNT)
    clock.advance(timedelta(minutes=4))
    async with db.office(office_id) as conn:
        await breaker.mend(conn, office_id, "twilio", at=clock.now())
    clock.advance(timedelta(seconds=1))
    assert await call(traffic, office_id, Fault.ACCOUNT) is None
    assert await wait(traffic, office_id) == timedelta(minutes=5)


async def test_an_account_found_barred_while_the_provider_is_away_waits_as_an_account(
    traffic: Traffic, office_id: UUID, clock: HandClock
) -> None:
    for _ in range(6):
        await traffic.enter(office_id, "twilio", ())
    for fault in (*[Fault.AWAY] * 5, Fault.ACCOUNT):
        await traffic.leave(office_id, "twilio", fault, text=fault.value)
    assert await wait(traffic, office_id) == timedelta(minutes=5)
    clock.advance(timedelta(minutes=5))
    change = await call(traffic, office_id)
    assert change is not None
    assert change.why == "account"


async def test_a_lost_database_does_not_turn_a_call_that_worked_into_one_that_failed(
    database_url: str, clock: HandClock, office_id: UUID
) -> None:
    async with kit_db.connect(database_url, size=1, patience=0.2) as gone:
        traffic = Traffic(gone, DatabaseLimits(gone), clock)
        await traffic.enter(office_id, "twilio", ())
        async with gone.plain():  # the only connection is taken
            assert await traffic.leave(office_id, "twilio", Fault.AWAY) is None


@given(
    ends=st.lists(
        st.tuples(
            st.sampled_from([None, *Fault]),
            st.one_of(st.none(), st.floats(-10, 1e9)),
            st.integers(0, 4000),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_whatever_happens_a_breaker_never_waits_longer_than_an_hour_and_never_without_an_end(
    ends: list[tuple[Fault | None, float | None, int, bool]],
) -> None:
    now, at = Breaker("twilio"), NOON
    for fault, retry_after, seconds, probe in ends:
        at += timedelta(seconds=seconds)
        if now.open and probe:
            now = Breaker(**{**vars(now), "probe_until": at + TERMS.probe})
        now = rules.after(now, fault, retry_after=retry_after, text="why\x00", at=at, terms=TERMS)
        assert (now.closed_until(at) or at) - at <= timedelta(hours=1)
        assert now.retry_at is not None or not now.open
        assert "\x00" not in now.reason
