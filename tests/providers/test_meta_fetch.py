"""Fetching a lead from Meta: what it asks, what each failure means, and what the check tells a person."""

import hashlib
import hmac

import orjson
import pytest

from rekindle.kit.clock import HandClock
from rekindle.providers.calls import client
from rekindle.providers.meta.fetcher import MetaLeads
from rekindle.providers.meta.graph import WAIT, Graph
from rekindle.providers.meta.lead import MetaLead
from rekindle.providers.meta.plug import MetaPlug
from rekindle.providers.meta.settings import MetaSettings
from rekindle.providers.ports import CallFailedError, Checked, Enquiry, Event, Fault, Fetched, GoneError
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import account
from tests.providers.fake_meta import LEAD, PAGE, TOKEN, VERSION, FakeMeta, refusal

SECRET = "0123456789abcdef"
OURS = account("meta", page_id=PAGE, page_token=TOKEN)
ID = LEAD["id"]


async def fetched(wire_url: str, ref: str = ID, token: str = TOKEN, deadline: float = 2.0) -> tuple[Fetched, ...]:
    async with client() as http:
        graph = Graph(http, MetaSettings(wire_url + VERSION, SECRET, "v"), HandClock(NOON))
        mine = account("meta", page_id=PAGE, page_token=token)
        return await MetaLeads(graph).fetch(ref, mine, deadline=deadline)


async def failure(fault: faults.Fault, deadline: float = 2.0) -> CallFailedError:
    async with faults.serving(FakeMeta()) as wire:
        wire.then(fault)
        with pytest.raises(CallFailedError) as caught:
            await fetched(wire.url, deadline=deadline)
        assert len(wire.requests) == 1, "asked once, never again by itself"
    return caught.value


async def test_a_lead_is_fetched_once_and_becomes_an_enquiry() -> None:
    async with faults.serving(FakeMeta()) as wire:
        (lead,) = await fetched(wire.url)
    (asked,) = wire.requests
    assert (asked.method, asked.path) == ("GET", f"{VERSION}/{ID}")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in asked.query, "a token in a URL ends up in logs"
    assert asked.params()["appsecret_proof"] == [hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()]
    assert "field_data" in asked.params()["fields"][0].split(",")
    assert lead.external_id == f"lead:{ID}"
    (parsed,) = MetaLead().parse(Event(lead.external_id, lead.body, NOON), OURS)
    assert isinstance(parsed, Enquiry)
    assert parsed.name == "Ann Lee"


@pytest.mark.parametrize("ref", ["", "../me", "1/leads", "12 ", "１２", "1" * 31])
async def test_what_is_no_id_is_never_asked_for(ref: str) -> None:
    async with faults.serving(FakeMeta()) as wire:
        with pytest.raises(GoneError):
            await fetched(wire.url, ref)
        assert wire.requests == []


@pytest.mark.parametrize("token", ["", "é", "a\nb"])
async def test_a_token_that_cannot_be_sent_is_the_accounts_fault_and_nothing_is_asked(token: str) -> None:
    async with faults.serving(FakeMeta()) as wire:
        with pytest.raises(CallFailedError) as caught:
            await fetched(wire.url, token=token)
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
        faults.StatusAfter(502),
    ],
    ids=lambda fault: f"{type(fault).__name__}{getattr(fault, 'code', '')}",
)
async def test_when_meta_is_in_trouble_it_is_away_and_the_lead_waits(fault: faults.Fault) -> None:
    assert (await failure(fault, deadline=0.5)).fault is Fault.AWAY


async def test_nobody_listening_is_away() -> None:
    with pytest.raises(CallFailedError) as caught:
        await fetched(faults.closed_port())
    assert caught.value.fault is Fault.AWAY


@pytest.mark.parametrize(
    ("status", "error", "fault"),
    [
        (400, {"code": 190, "error_subcode": 460}, Fault.ACCOUNT),
        (401, {}, Fault.ACCOUNT),
        (400, {"code": 102}, Fault.ACCOUNT),
        (403, {"code": 200}, Fault.ACCOUNT),
        (403, {"code": 10}, Fault.ACCOUNT),
        (400, {"code": 4}, Fault.BUSY),
        (400, {"code": 80005}, Fault.BUSY),
        (429, {}, Fault.BUSY),
        (400, {"code": 613}, Fault.BUSY),
        (500, {"code": 2, "is_transient": True}, Fault.AWAY),
        (400, {"code": 100, "error_subcode": 33}, Fault.MESSAGE),
        (400, {"code": 100}, Fault.MESSAGE),
        (200, {"code": 190}, Fault.ACCOUNT),
        (400, {"code": "190"}, Fault.AWAY),
    ],
)
async def test_each_refusal_says_whose_fault_it_is(status: int, error: dict[str, object], fault: Fault) -> None:
    said = await failure(faults.Status(status, body=orjson.dumps({"error": {"message": "why", **error}})))
    assert said.fault is fault
    assert "why" in said.text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, WAIT),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Tue, 24 Nov 2026 18:00:30 GMT"}, 30),
        ({"x-business-use-case-usage": '{"1":[{"type":"leadgen","estimated_time_to_regain_access":3}]}'}, 180),
        ({"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":999999}]}'}, 3600),
        ({"x-business-use-case-usage": '{"1":7,"2":[7,{"estimated_time_to_regain_access":"9"}]}'}, WAIT),
        ({"x-business-use-case-usage": "nonsense"}, WAIT),
    ],
)
async def test_when_meta_says_wait_we_wait_as_long_as_it_says(headers: dict[str, str], seconds: float) -> None:
    said = await failure(faults.Status(429, headers, refusal(429, 4, "too many").body))
    assert (said.fault, said.retry_after) == (Fault.BUSY, seconds)


async def test_another_lead_than_the_one_asked_for_is_not_taken() -> None:
    fake = FakeMeta(leads={ID: {**LEAD, "id": "7"}})
    async with faults.serving(fake) as wire:
        with pytest.raises(CallFailedError) as caught:
            await fetched(wire.url)
    assert caught.value.fault is Fault.AWAY


async def check(fake: FakeMeta, *queued: faults.Fault, **values: str) -> Checked:
    async with faults.serving(fake) as wire, client() as http:
        wire.then(*queued)
        graph = Graph(http, MetaSettings(wire.url + VERSION, SECRET, "v"), HandClock(NOON))
        checked = await MetaPlug(graph).check(account("meta", **{**OURS.values, **values}), deadline=1.0)
        assert all(asked.method == "GET" for asked in wire.requests)
    assert checked.text.endswith(".")
    return checked


async def test_the_check_names_the_page_and_who_gets_its_leads() -> None:
    checked = await check(FakeMeta())
    assert checked.ok
    assert "Lakeside Homes" in checked.text
    assert "Rekindle" in checked.text


@pytest.mark.parametrize(
    ("fake", "queued", "values", "says"),
    [
        (FakeMeta(), (), {"page_id": "lakeside"}, "digits"),
        (FakeMeta(), (), {"page_token": "old"}, "new page access token"),
        (FakeMeta(), (), {"page_id": "7"}, "no such page"),
        (FakeMeta(), (faults.Status(500),), {}, "cannot be reached"),
        (FakeMeta(), (faults.Status(429),), {}, "wait"),
        (FakeMeta(), (faults.HangBefore(),), {}, "cannot be reached"),
        (FakeMeta(apps=[]), (), {}, "does not send its leads"),
        (FakeMeta(apps=[{"name": "x", "subscribed_fields": ["feed"]}]), (), {}, "does not send its leads"),
        (FakeMeta(may_list_apps=False), (), {}, "pages_manage_metadata"),
    ],
)
async def test_the_check_says_what_to_mend(
    fake: FakeMeta, queued: tuple[faults.Fault, ...], values: dict[str, str], says: str
) -> None:
    checked = await check(fake, *queued, **values)
    assert not checked.ok
    assert says in checked.text
