"""Calls to HighLevel: versions, what failures mean, and tokens renewed by one at a time."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.connections.vault import StoredVault
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Unavailable
from rekindle.providers.calls import NeverLeftError
from rekindle.providers.ghl.client import LOCATIONS, Call, GhlClient
from rekindle.providers.ghl.fetch import GhlContactFetcher
from rekindle.providers.ghl.plug import GhlPlug
from rekindle.providers.ghl.until import Until
from rekindle.providers.ports import Account, CallFailedError, Fault, GoneError
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.fake_ghl import LOCATION
from tests.providers.ghl_side import Side, Untouched, connected, installed, read_settings

WHERE = Call("GET", f"/locations/{LOCATION}", version=LOCATIONS)


async def failure(side: Side, *, deadline: float = 5.0) -> CallFailedError:
    with pytest.raises(CallFailedError) as refused:
        await side.client.call(side.account, WHERE, Until(deadline))
    return refused.value


async def test_a_call_carries_the_token_and_the_version_of_its_product(clock: HandClock) -> None:
    async with connected(clock) as side:
        assert (await side.client.call(side.account, WHERE, Until(5)))["location"]["name"] == "Lakeside Team"
        asked = side.wire.requests[0]
        assert (asked.headers["authorization"], asked.headers["version"]) == ("Bearer pit-1", "2021-07-28")


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, Fault.MESSAGE), (401, Fault.ACCOUNT), (402, Fault.ACCOUNT), (403, Fault.ACCOUNT), (404, Fault.MESSAGE),
        (408, Fault.AWAY), (422, Fault.MESSAGE), (429, Fault.BUSY), (301, Fault.AWAY), (500, Fault.AWAY),
        (503, Fault.AWAY),
    ],
)  # fmt: skip
async def test_a_failed_answer_says_whose_fault_it_is_and_keeps_the_trace(
    clock: HandClock, status: int, fault: Fault
) -> None:
    async with connected(clock) as side:
        side.wire.then(faults.Status(status, body=b'{"message": ["one", "two"], "traceId": "trace-9"}'))
        error = await failure(side)
        assert (error.code, error.fault) == (str(status), fault)
        assert error.text == f"GoHighLevel answered {status}: one; two (trace trace-9)"
        assert len(side.wire.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Tue, 24 Nov 2026 18:00:30 GMT"}, 30.0),
        ({"X-RateLimit-Interval-Milliseconds": "4000"}, 4.0),
        ({"X-RateLimit-Daily-Remaining": "0", "X-RateLimit-Interval-Milliseconds": "10000"}, 3600.0),
        ({"X-RateLimit-Interval-Milliseconds": "9" * 400}, 10.0),
        ({"X-RateLimit-Interval-Milliseconds": "soon"}, 10.0),
        ({}, 10.0),
    ],
)
async def test_too_many_requests_wait_as_long_as_the_headers_say(
    clock: HandClock, headers: dict[str, str], seconds: float
) -> None:
    async with connected(clock) as side:
        side.wire.then(faults.Status(429, headers))
        error = await failure(side)
        assert (error.fault, error.retry_after) == (Fault.BUSY, seconds)


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(), faults.HangAfter(), faults.ResetBefore(), faults.ResetAfter(), faults.Malformed(),
        faults.BadJson(), faults.Huge(9), faults.Drip(),
    ],
    ids=lambda fault: type(fault).__name__,
)  # fmt: skip
async def test_silence_and_nonsense_count_as_away_and_are_asked_once(clock: HandClock, fault: faults.Fault) -> None:
    async with connected(clock) as side:
        side.wire.then(fault)
        assert (await failure(side, deadline=0.5 if isinstance(fault, faults.HangBefore) else 2.0)).fault is Fault.AWAY
        assert len(side.wire.requests) == 1


async def test_a_call_after_its_deadline_never_leaves(clock: HandClock) -> None:
    async with connected(clock) as side:
        with pytest.raises(NeverLeftError):
            await side.client.ask(side.account, WHERE, Until(0))
        assert side.wire.requests == []


async def test_an_expired_token_is_renewed_once_by_twenty_calls_at_the_same_time(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.grant(until=NOON)
        answers = await asyncio.gather(*(side.client.call(account, WHERE, Until(20)) for _ in range(20)))
        assert [answer["location"]["id"] for answer in answers] == [LOCATION] * 20
        assert side.fake.refreshes == 1
    kept = await vault.read(office_id, "ghl")
    assert kept is not None
    assert kept.get("refresh_token") in side.fake.refresh
    assert kept.get("previous_refresh_token") == "refresh-0"
    assert kept.get("expires_at") == (NOON + timedelta(seconds=86399)).isoformat()
    assert await vault.claim(office_id, "ghl", seconds=1)


async def test_a_token_is_renewed_five_minutes_early_and_not_six(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    ends = NOON + timedelta(minutes=6)
    vault, account = await installed(db, keyring, office_id, clock, expires_at=ends.isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.grant(until=ends)
        await side.client.call(account, WHERE, Until(5))
        assert side.fake.refreshes == 0
        clock.advance(timedelta(minutes=2))
        await side.client.call(account, WHERE, Until(5))
        assert side.fake.refreshes == 1


async def test_a_token_that_is_refused_before_its_time_is_renewed_once_and_the_call_repeated(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=(NOON + timedelta(days=1)).isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.refresh.add("refresh-0")  # the access token is unknown there
        await side.client.call(account, WHERE, Until(5))
        assert (side.fake.refreshes, len(side.asked("GET"))) == (1, 2)
        await side.client.call(account, WHERE, Until(5))  # by an account some cache still holds
        assert side.fake.refreshes == 1


async def test_a_scope_that_was_not_granted_burns_no_token(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=(NOON + timedelta(days=1)).isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.grant()
        side.wire.then(faults.Status(401, body=b'{"message": "The token is not authorized for this scope."}'))
        with pytest.raises(CallFailedError) as refused:
            await side.client.call(account, WHERE, Until(5))
        assert (refused.value.fault, side.fake.refreshes) == (Fault.ACCOUNT, 0)


async def test_a_refresh_whose_answer_was_lost_is_mended_by_reconnecting(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.grant(until=NOON)
        side.wire.then(faults.ResetAfter())
        with pytest.raises(CallFailedError) as away:
            await side.client.call(account, WHERE, Until(5))
        assert away.value.fault is Fault.AWAY
        side.fake.reconnects = True
        await side.client.call(account, WHERE, Until(5))
        kept = await vault.read(office_id, "ghl")
        assert kept is not None
        assert kept.get("access_token") in side.fake.access


async def test_the_token_before_the_last_is_tried_when_the_last_is_refused(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(
        db, keyring, office_id, clock, expires_at=NOON.isoformat(), previous_refresh_token="refresh-before"
    )
    async with connected(clock, vault=vault) as side:
        side.fake.refresh.add("refresh-before")
        await side.client.call(account, WHERE, Until(5))
        assert side.fake.refreshes == 2


async def test_a_refused_refresh_is_the_accounts_fault_and_leaves_the_claim_free(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        with pytest.raises(CallFailedError) as refused:
            await side.client.call(account, WHERE, Until(5))
        assert (refused.value.code, refused.value.fault) == ("refresh_refused", Fault.ACCOUNT)
    assert await vault.claim(office_id, "ghl", seconds=1)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.Status(429, {"Retry-After": "3"}), Fault.BUSY),
        (faults.Status(500), Fault.AWAY),
        (faults.BadJson(), Fault.AWAY),
        (faults.Malformed(), Fault.AWAY),
        (faults.ResetBefore(), Fault.AWAY),
    ],
    ids=lambda given: type(given).__name__,
)
async def test_a_refresh_that_fails_for_now_keeps_the_old_pair(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock, *, fault: faults.Fault, expected: Fault
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        side.wire.then(fault)
        with pytest.raises(CallFailedError) as failed:
            await side.client.call(account, WHERE, Until(5))
        assert failed.value.fault is expected
        assert len(side.wire.requests) == 1
    kept = await vault.read(office_id, "ghl")
    assert kept is not None
    assert kept.get("refresh_token") == "refresh-0"


async def test_a_deadline_never_cuts_between_the_new_pair_and_the_row_that_keeps_it(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.grant(until=NOON)
        side.wire.then(faults.Drip(0.002))
        with pytest.raises(CallFailedError) as late:
            await side.client.call(account, WHERE, Until(0.2))
        assert late.value.fault is Fault.BUSY
        await side.client.call(account, WHERE, Until(20))
        assert side.fake.refreshes == 1


async def test_who_finds_somebody_else_renewing_waits_and_says_so_when_that_takes_too_long(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        assert await vault.claim(office_id, "ghl", seconds=60)
        with pytest.raises(CallFailedError) as waiting:
            await side.client.call(account, WHERE, Until(0.3))
        assert (waiting.value.fault, side.wire.requests) == (Fault.BUSY, [])


class Stumbling(StoredVault):
    """A vault whose database is away for the first writes."""

    refusals = 0

    async def write(self, office_id: UUID, provider: str, values: Mapping[str, str]) -> None:
        if Stumbling.refusals:
            Stumbling.refusals -= 1
            raise Unavailable[0]("gone for a moment")
        await super().write(office_id, provider, values)


async def test_a_new_pair_is_written_down_although_the_database_was_away_for_a_moment(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    _, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    vault = Stumbling(db, keyring, clock)
    async with connected(clock, vault=vault) as side:
        side.fake.grant(until=NOON)
        Stumbling.refusals = 1
        await side.client.call(account, WHERE, Until(10))
        kept = await vault.read(office_id, "ghl")
        assert kept is not None
        assert kept.get("refresh_token") in side.fake.refresh


class Away(Untouched):
    """A vault whose database is gone."""

    async def read(self, office_id: UUID, provider: str) -> Account | None:
        raise Unavailable[0](office_id, provider)


async def test_a_database_that_is_gone_is_not_held_against_highlevel(clock: HandClock) -> None:
    async with connected(clock, vault=Away()) as side:
        account = side.with_values(private_token="", refresh_token="refresh-0")
        with pytest.raises(CallFailedError) as failed:
            await side.client.call(account, WHERE, Until(5))
        assert (failed.value.code, failed.value.fault, failed.value.retry_after) == ("database", Fault.BUSY, 5.0)


async def test_an_account_without_any_token_asks_for_a_person(clock: HandClock) -> None:
    async with connected(clock) as side:
        with pytest.raises(CallFailedError) as refused:
            await side.client.call(side.with_values(private_token=""), WHERE, Until(5))
        assert refused.value.fault is Fault.ACCOUNT


async def test_an_office_disconnected_meanwhile_asks_for_a_person(
    db: Db, keyring: Keyring, office_id: UUID, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat(), refresh_token="")
    async with connected(clock, vault=vault) as side:
        kept = type(account)(office_id, "ghl", {**account.values, "refresh_token": "refresh-0"})
        with pytest.raises(CallFailedError) as refused:
            await side.client.call(kept, WHERE, Until(5))
        assert refused.value.code == "not_connected"


async def test_a_contact_is_fetched_and_one_that_is_gone_says_so(clock: HandClock) -> None:
    async with connected(clock) as side:
        contact = side.fake.person_adds(firstName="Ann", phone="+13125550142")
        fetcher = GhlContactFetcher(side.client)
        (fetched,) = await fetcher.fetch(contact["id"], side.account, deadline=5)
        assert fetched.external_id == f"{contact['id']}:2026-11-24T18:00:00.000Z"
        assert b"+13125550142" in fetched.body
        with pytest.raises(GoneError):
            await fetcher.fetch("../../oauth/token", side.account, deadline=5)
        side.wire.then(faults.Status(500))
        with pytest.raises(CallFailedError):
            await fetcher.fetch(contact["id"], side.account, deadline=5)
        assert fetcher.limits(side.account)


async def test_the_check_names_the_office_and_its_zone_and_changes_nothing(clock: HandClock) -> None:
    async with connected(clock) as side:
        checked = await GhlPlug(side.client).check(side.account, deadline=5)
        assert (checked.ok, checked.text) == (True, "Connected to Lakeside Team (America/Chicago).")
        assert dict(checked.found) == {"name": "Lakeside Team", "timezone": "America/Chicago"}
        assert {asked.method for asked in side.wire.requests} == {"GET"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"private_token": "wrong"}, "does not let us in"),
        ({"location_id": "other"}, "does not know this location"),
        ({"location_id": ""}, "location id is missing"),
        ({"private_token": ""}, "not connected"),
        ({"fields": "{"}, "is no JSON"),
        ({"fields": "[]"}, "curly brackets"),
        ({"fields": '{"score": 7}'}, "in quotes, for “score”"),
        ({"pipeline": '{"stages": {}}'}, "pipeline_id"),
    ],
)
async def test_the_check_says_in_words_what_is_wrong(clock: HandClock, values: dict[str, str], words: str) -> None:
    async with connected(clock) as side:
        checked = await GhlPlug(side.client).check(side.with_values(**values), deadline=5)
        assert not checked.ok
        assert words in checked.text


@pytest.mark.parametrize(
    "fault", [faults.HangBefore(), faults.Status(429), faults.Status(500), faults.BadJson(), faults.Malformed()]
)
async def test_the_check_raises_nothing(clock: HandClock, fault: faults.Fault) -> None:
    async with connected(clock) as side:
        side.wire.then(fault)
        assert not (await GhlPlug(side.client).check(side.account, deadline=0.5)).ok


async def test_nobody_listening_is_away(clock: HandClock) -> None:
    async with connected(clock) as side:
        gone = GhlClient(side.http, read_settings(faults.closed_port()), clock, Untouched())
        with pytest.raises(NeverLeftError):
            await gone.ask(side.account, WHERE, Until(5))
