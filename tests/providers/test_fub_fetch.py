"""Fetching a person from Follow Up Boss: what it asks, what each failure means, and what the check tells a person."""

import base64

import orjson
import pytest

from rekindle.kit.clock import HandClock
from rekindle.providers.calls import client
from rekindle.providers.fub.api import FubApi
from rekindle.providers.fub.fetcher import FubPeople
from rekindle.providers.fub.plug import FubPlug
from rekindle.providers.fub.settings import FubSettings
from rekindle.providers.ports import CallFailedError, Checked, Fault, Fetched, GoneError, Limit
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import account
from tests.providers.fake_fub import KEY, PERSON, FakeFub

SYSTEM = {"system": "Rekindle", "system_key": "sk"}


async def fetched(wire_url: str, ref: str = "1234", deadline: float = 2.0, **values: str) -> tuple[Fetched, ...]:
    async with client() as http:
        people = FubPeople(FubApi(http, FubSettings(wire_url + "/v1"), HandClock(NOON)))
        ours = account("fub", **{"api_key": KEY, **SYSTEM, **values})
        return await people.fetch(ref, ours, deadline=deadline)


async def failure(fault: faults.Fault, deadline: float = 2.0) -> CallFailedError:
    async with faults.serving(FakeFub()) as wire:
        wire.then(fault)
        with pytest.raises(CallFailedError) as caught:
            await fetched(wire.url, deadline=deadline)
        assert len(wire.requests) == 1, "asked once, never again by itself"
    return caught.value


async def test_a_person_is_asked_for_with_all_fields_by_a_registered_system() -> None:
    async with faults.serving(FakeFub()) as wire:
        (person,) = await fetched(wire.url)
    (asked,) = wire.requests
    assert (asked.method, asked.path, asked.query) == ("GET", "/v1/people/1234", "fields=allFields")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
    assert (asked.headers["x-system"], asked.headers["x-system-key"]) == ("Rekindle", "sk")
    assert orjson.loads(person.body)["customPreApproved"] == "yes"


async def test_the_same_state_is_one_event_and_a_changed_one_another() -> None:
    fake = FakeFub()
    async with faults.serving(fake) as wire:
        (first,) = await fetched(wire.url)
        (again,) = await fetched(wire.url)
        fake.people["1234"] = {**PERSON, "updated": "2026-11-24T18:00:00Z"}
        (changed,) = await fetched(wire.url)
    assert first.external_id == again.external_id
    assert changed.external_id != first.external_id
    assert all(len(f.external_id) <= 200 for f in (first, changed))


@pytest.mark.parametrize("ref", ["", "../identity", "1?x=1", "１２", "https://attacker.example"])
async def test_what_is_no_id_is_never_asked_for(ref: str) -> None:
    async with faults.serving(FakeFub()) as wire:
        with pytest.raises(GoneError):
            await fetched(wire.url, ref)
        assert wire.requests == []


async def test_a_person_who_is_not_there_is_gone() -> None:
    async with faults.serving(FakeFub()) as wire:
        with pytest.raises(GoneError, match="Person not found"):
            await fetched(wire.url, "77")


@pytest.mark.parametrize("values", [{"api_key": ""}, {"api_key": "é"}, {"system": "Ré"}, {"system_key": "a\r\nb: c"}])
async def test_what_cannot_be_sent_is_the_accounts_fault_and_nothing_is_asked(values: dict[str, str]) -> None:
    async with faults.serving(FakeFub()) as wire:
        with pytest.raises(CallFailedError) as caught:
            await fetched(wire.url, **values)
        assert caught.value.fault is Fault.ACCOUNT
        assert wire.requests == []


@pytest.mark.parametrize(
    "fault",
    [
        faults.HangBefore(),
        faults.HangAfter(),
        faults.ResetBefore(),
        faults.ResetAfter(),
        faults.Malformed(),
        faults.BadJson(),
        faults.Huge(9),
        faults.Drip(),
        faults.Status(500),
        faults.Status(503, body=b"<html>"),
        faults.Status(302, {"location": "https://elsewhere.example"}),
        faults.Status(200, body=b"[]"),
        faults.StatusAfter(502),
    ],
    ids=lambda fault: f"{type(fault).__name__}{getattr(fault, 'code', '')}",
)
async def test_when_follow_up_boss_is_in_trouble_it_is_away(fault: faults.Fault) -> None:
    assert (await failure(fault, deadline=0.5)).fault is Fault.AWAY


async def test_nobody_listening_is_away() -> None:
    with pytest.raises(CallFailedError) as caught:
        await fetched(faults.closed_port())
    assert caught.value.fault is Fault.AWAY


@pytest.mark.parametrize(
    ("status", "fault"), [(401, Fault.ACCOUNT), (403, Fault.ACCOUNT), (400, Fault.MESSAGE), (429, Fault.BUSY)]
)
async def test_each_refusal_says_whose_fault_it_is(status: int, fault: Fault) -> None:
    said = await failure(faults.Status(status, body=b'{"errorMessage":"why"}'))
    assert said.fault is fault
    assert "why" in said.text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 10),
        ({"retry-after": "4"}, 4),
        ({"retry-after": "Tue, 24 Nov 2026 18:00:30 GMT"}, 30),
        ({"retry-after": "Tue, 24 Nov 2026 17:00:00 GMT"}, 1),
        ({"x-ratelimit-window": "20"}, 20),
        ({"x-ratelimit-window": "99999"}, 60),
        ({"retry-after": "soon", "x-ratelimit-window": "²"}, 10),
    ],
)
async def test_when_it_says_wait_we_wait_as_long_as_it_says(headers: dict[str, str], seconds: float) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    said = await failure(faults.Status(429, encoded))
    assert (said.fault, said.retry_after) == (Fault.BUSY, seconds)


async def test_another_person_than_the_one_asked_for_is_not_taken() -> None:
    async with faults.serving(FakeFub({"1234": {**PERSON, "id": 5}})) as wire:
        with pytest.raises(CallFailedError) as caught:
            await fetched(wire.url)
    assert caught.value.fault is Fault.AWAY


async def test_a_registered_system_may_ask_twice_as_much_and_leaves_a_share_to_others() -> None:
    async with client() as http:
        people = FubPeople(FubApi(http, FubSettings("http://x.example"), HandClock(NOON)))
        assert people.limits(account("fub", **SYSTEM)) == (Limit("fub-api", 200, 10),)
        assert people.limits(account("fub", system="x")) == (Limit("fub-api", 100, 10),)


async def check(*queued: faults.Fault, **values: str) -> Checked:
    async with faults.serving(FakeFub()) as wire, client() as http:
        wire.then(*queued)
        plug = FubPlug(FubApi(http, FubSettings(wire.url + "/v1"), HandClock(NOON)))
        checked = await plug.check(account("fub", **{"api_key": KEY, **SYSTEM, **values}), deadline=0.5)
        assert all((asked.method, asked.path) == ("GET", "/v1/identity") for asked in wire.requests)
    assert checked.text.endswith(".")
    return checked


async def test_the_check_names_the_account_and_whose_key_it_is() -> None:
    checked = await check()
    assert checked.ok
    assert "Lakeside" in checked.text
    assert "Bob Ray" in checked.text


@pytest.mark.parametrize(
    ("queued", "values", "says"),
    [
        ((), {"api_key": "old"}, "does not accept this API key"),
        ((), {"system_key": ""}, "system key is missing"),
        ((faults.Status(500),), {}, "cannot be reached"),
        ((faults.HangBefore(),), {}, "cannot be reached"),
        ((faults.Status(429),), {}, "wait"),
        ((faults.Status(400),), {}, "does not understand"),
        ((faults.Status(404),), {}, "does not understand"),
    ],
)
async def test_the_check_says_what_to_mend(queued: tuple[faults.Fault, ...], values: dict[str, str], says: str) -> None:
    checked = await check(*queued, **values)
    assert not checked.ok
    assert says in checked.text
