"""Free times and appointments of a HighLevel calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from rekindle.kit.clock import HandClock
from rekindle.providers.ghl.crm import GhlCrm
from rekindle.providers.ports import CallFailedError, Fault, Slot
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.ghl_side import Side, connected

TEN = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
SLOT = Slot(TEN, TEN + timedelta(minutes=45))


async def slots(side: Side, *, days: int = 7) -> tuple[Slot, ...]:
    account = side.with_values(calendar_id="calendar1")
    return await GhlCrm(side.client).slots(account, first=NOON, last=NOON + timedelta(days=days), deadline=2)


async def book(side: Side, *, slot: Slot = SLOT, contact_id: str = "contact1", deadline: float = 2.0) -> str:
    account = side.with_values(calendar_id="calendar1")
    return await GhlCrm(side.client).book(account, contact_id, slot, title="Showing", deadline=deadline)


async def test_free_times_are_told_in_order_with_the_calendars_own_length(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.free = [TEN + timedelta(days=1), TEN, NOON - timedelta(days=1), NOON + timedelta(days=8)]
        found = await slots(side)
        assert found == (SLOT, Slot(TEN + timedelta(days=1), TEN + timedelta(days=1, minutes=45)))


async def test_more_than_31_days_are_never_asked_for(clock: HandClock) -> None:
    async with connected(clock) as side:
        await slots(side, days=90)
        asked = side.asked("GET", "free-slots")[0].params()
        assert int(asked["endDate"][0]) - int(asked["startDate"][0]) == 31 * 86_400_000


async def test_a_free_time_is_booked_and_is_free_no_more(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.free = [TEN]
        named = await book(side)
        (made,) = side.fake.appointments
        assert (made["id"], made["contactId"], made["title"]) == (named, "contact1", "Showing")
        assert await slots(side) == ()


async def test_a_time_just_taken_says_so(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.free = [TEN]
        await book(side, contact_id="somebody-else")
        with pytest.raises(CallFailedError) as taken:
            await book(side)
        assert (taken.value.code, taken.value.fault) == ("taken", Fault.MESSAGE)


async def test_a_booking_whose_answer_was_lost_is_found_by_the_repeat(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.free = [TEN]
        side.wire.then(faults.ResetAfter())
        with pytest.raises(CallFailedError) as lost:
            await book(side)
        assert lost.value.fault is Fault.AWAY
        assert await book(side) == side.fake.appointments[0]["id"]
        assert len(side.fake.appointments) == 1


async def test_without_a_calendar_a_person_is_asked(clock: HandClock) -> None:
    async with connected(clock) as side:
        with pytest.raises(CallFailedError) as refused:
            await GhlCrm(side.client).slots(side.account, first=NOON, last=NOON, deadline=2)
        assert (refused.value.code, refused.value.fault, side.wire.requests) == ("no_calendar", Fault.ACCOUNT, [])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.HangAfter(), Fault.AWAY),
        (faults.Malformed(), Fault.AWAY),
        (faults.BadJson(), Fault.AWAY),
        (faults.Status(200, body=b'{"id": 7}'), Fault.AWAY),
        (faults.Status(401), Fault.ACCOUNT),
        (faults.Status(422), Fault.MESSAGE),
        (faults.Status(429), Fault.BUSY),
        (faults.Status(503), Fault.AWAY),
    ],
)
async def test_a_booking_that_fails_says_whose_fault_it_is(
    clock: HandClock, fault: faults.Fault, expected: Fault
) -> None:
    async with connected(clock) as side:
        side.wire.then(fault)
        with pytest.raises(CallFailedError) as failed:
            await book(side, deadline=0.5)
        assert failed.value.fault is expected
        assert len(side.asked("POST")) == 1


@pytest.mark.parametrize("duration", ["null", "-1", "true", '"x"', "1e9"])
async def test_a_nonsensical_length_counts_as_half_an_hour(clock: HandClock, duration: str) -> None:
    async with connected(clock) as side:
        side.fake.free = [TEN]
        side.wire.then(faults.Status(200, body=b'{"calendar": {"slotDuration": %s}}' % duration.encode()))
        assert await slots(side) == (Slot(TEN, TEN + timedelta(minutes=30)),)


async def test_hours_are_hours(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.free = [TEN]
        side.wire.then(faults.Status(200, body=b'{"calendar": {"slotDuration": 2, "slotDurationUnit": "hours"}}'))
        assert await slots(side) == (Slot(TEN, TEN + timedelta(hours=2)),)


async def test_a_free_time_that_is_none_is_an_error(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fail_at(2, faults.Status(200, body=b'{"2026-11-25": {"slots": ["noon"]}}'))
        with pytest.raises(CallFailedError) as failed:
            await slots(side)
        assert failed.value.fault is Fault.AWAY
