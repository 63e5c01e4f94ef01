"""Asking Apollo who a lead is, fetching what came later, and looking whether the key works."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rekindle.kit.clock import HandClock
from rekindle.kit.settings import SettingsError
from rekindle.providers import calls
from rekindle.providers.apollo import settings, token
from rekindle.providers.apollo.client import Client
from rekindle.providers.apollo.enricher import ApolloEnricher
from rekindle.providers.apollo.plug import ApolloPlug
from rekindle.providers.apollo.result import ApolloFetcher, ApolloResult
from rekindle.providers.apollo.settings import ApolloSettings
from rekindle.providers.ports import (
    CallFailedError,
    Enriched,
    Enrichment,
    Event,
    Fault,
    GoneError,
    Ignored,
    NotYetError,
    RefusedSignatureError,
    Request,
    Subject,
    UnparsableError,
)
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.adapters_apollo import SECRET
from tests.providers.contract import account
from tests.providers.fake_apollo import ANN, BASE, KEY, REQUEST, FakeApollo, error, number, patience

LEAD = UUID("11111111-2222-3333-4444-555555555555")
SUBJECT = Subject(LEAD, "Ann", "", "ann@lee.example", "")
ACCOUNT = account("apollo", api_key=KEY, callback_secret=SECRET)
HOOKS = "https://rekindle.example/hooks/lakeside"
REF = f"{LEAD}:{REQUEST}"
PHONE = "+13125550142"


@dataclass
class Line:
    apollo: FakeApollo
    wire: faults.Wire
    client: Client
    enricher: ApolloEnricher
    fetcher: ApolloFetcher
    plug: ApolloPlug

    async def enrich(self, subject: Subject = SUBJECT, *, callback: str = "", **more: str) -> Enrichment:
        signer = account("apollo", **{**ACCOUNT.values, **more})
        return await self.enricher.enrich(subject, signer, callback=callback, deadline=5)

    async def fetched(self, ref: str = REF) -> Enriched:
        (found,) = await self.fetcher.fetch(ref, ACCOUNT, deadline=5)
        (word,) = ApolloResult().parse(Event(found.external_id, found.body, NOON), ACCOUNT)
        assert isinstance(word, Enriched)
        return word


@pytest.fixture
async def line(clock: HandClock) -> AsyncIterator[Line]:
    apollo = FakeApollo()
    async with faults.serving(apollo) as wire, calls.client() as http:
        client = Client(http, ApolloSettings(wire.url + BASE), clock)
        yield Line(
            apollo, wire, client, ApolloEnricher(client, lambda: "nonce-123"), ApolloFetcher(client), ApolloPlug(client)
        )


async def test_a_person_is_asked_for_in_the_query_and_told_in_our_words(line: Line) -> None:
    known = await line.enrich()
    assert known == Enrichment(
        found=True,
        facts=(
            ("first_name", "Ann"),
            ("last_name", "Lee"),
            ("title", "Nurse"),
            ("city", "Chicago"),
            ("state", "Illinois"),
            ("linkedin", "http://linkedin.example/ann"),
            ("company", "Lakeside Clinic"),
            ("industry", "hospital & health care"),
        ),
        emails=("ann@lee.example", "ann.lee@home.example"),
        phones=(),
        credits=1.0,
    )
    (asked,) = line.wire.requests
    assert asked.params() == {"email": ["ann@lee.example"], "first_name": ["Ann"]}
    assert line.apollo.wrong == []


async def test_nobody_is_no_error_and_costs_nothing(line: Line) -> None:
    known = await line.enrich(replace(SUBJECT, email="bob@lee.example"), callback=HOOKS)
    assert known == Enrichment(found=False, facts=(), emails=(), phones=(), credits=0.0)


async def test_without_an_email_nobody_is_asked(line: Line) -> None:
    known = await line.enrich(replace(SUBJECT, email=""), callback=HOOKS)
    assert (known.found, line.wire.requests) == (False, [])


async def test_numbers_come_later_at_an_address_that_opens_once(line: Line) -> None:
    known = await line.enrich(callback=HOOKS)
    assert known.pending == REQUEST
    (asked,) = line.wire.requests
    assert asked.params()["reveal_phone_number"] == ["true"]
    (url,) = asked.params()["webhook_url"]
    start, _, tail = url.rpartition("/")
    assert start == f"{HOOKS}/apollo"
    assert token.opened(tail, secret=SECRET, at=NOON + timedelta(days=7)) == token.Token(str(LEAD), "nonce-123")
    assert line.apollo.wrong == []


@pytest.mark.parametrize(
    ("callback", "phone", "more", "asks"),
    [
        ("", "", {}, False),
        (HOOKS, PHONE, {}, False),
        (HOOKS, PHONE, {"phones": "always"}, True),
        (HOOKS, "", {"phones": "never"}, False),
        (HOOKS, "", {"phones": "missing"}, True),
        (HOOKS, "", {"callback_secret": ""}, False),
    ],
)
async def test_numbers_are_asked_for_only_when_wanted_and_possible(
    line: Line, callback: str, phone: str, more: dict[str, str], asks: bool
) -> None:
    known = await line.enrich(replace(SUBJECT, phone=phone), callback=callback, **more)
    (asked,) = line.wire.requests
    assert ("reveal_phone_number" in asked.params(), "webhook_url" in asked.params()) == (asks, asks)
    assert bool(known.pending) is asks


@pytest.mark.parametrize(
    ("status", "email", "kept"),
    [
        ("verified", "ann@lee.example", True),
        (None, "ann@lee.example", True),
        ("guessed", "ann@lee.example", False),
        ("bounced", "ann@lee.example", False),
        ("unavailable", "ann@lee.example", False),
        ("verified", "email_not_unlocked@domain.com", False),
        ("verified", None, False),
    ],
)
async def test_only_an_email_somebody_has_is_a_fact(
    line: Line, status: str | None, email: str | None, kept: bool
) -> None:
    line.apollo.people["ann@lee.example"] = {**ANN, "email": email, "email_status": status, "personal_emails": None}
    known = await line.enrich()
    assert bool(known.emails) is kept


async def test_the_result_is_waited_for_as_told_and_then_read(line: Line) -> None:
    line.apollo.polls = 1
    line.apollo.numbers = [number(PHONE)]
    with pytest.raises(NotYetError) as later:
        await line.fetched()
    assert later.value.retry_after == 30
    word = await line.fetched()
    assert word == Enriched(
        external_id=REF,
        provider="apollo",
        lead=str(LEAD),
        request_id=REQUEST,
        found=True,
        facts=(),
        emails=(),
        phones=(PHONE,),
        barred_phones=(),
        credits=8.0,
        at=None,
    )
    assert {asked.path for asked in line.wire.requests} == {f"{BASE}/webhook_result/{REQUEST}"}


@pytest.mark.parametrize(
    ("code", "barred"),
    [
        (None, False),
        ("", False),
        ("not_found", False),
        ("not_on_dnc", False),
        ("NOT_FOUND", False),
        ("found", True),
        ("listed", True),
        ("on_dnc", True),
        ("something new", True),
        (True, True),
        (1, True),
        (["x"], True),
    ],
)
async def test_a_number_is_barred_unless_apollo_clears_it(line: Line, code: Any, barred: bool) -> None:
    line.apollo.numbers = [number(PHONE, dnc_status_cd=code), number(PHONE)]
    word = await line.fetched()
    assert (word.phones, word.barred_phones) == (((), (PHONE,)) if barred else ((PHONE,), ()))


async def test_an_invalid_number_is_none(line: Line) -> None:
    line.apollo.numbers = [number(PHONE, status_cd="invalid_number"), number("+13125550143", sanitized_number=None)]
    word = await line.fetched()
    assert word.phones == ("+13125550143",)


async def test_a_result_without_numbers_is_an_answer_too(line: Line) -> None:
    word = await line.fetched()
    assert (word.found, word.phones) == (False, ())


@pytest.mark.parametrize(
    ("status", "code"), [(404, "request_id_unknown"), (410, "request_id_expired"), (400, "invalid_request_id")]
)
async def test_what_never_comes_is_gone(line: Line, status: int, code: str) -> None:
    replied = error(status, code, "no")
    line.wire.then(faults.Status(status, body=replied.body))
    with pytest.raises(GoneError, match="Apollo"):
        await line.fetched()


@pytest.mark.parametrize(
    "ref",
    ["", "x", str(LEAD), f"{LEAD}:", f"{LEAD}:1.5", f"{LEAD}:../people/match", f"{LEAD}:１", "x:1", f"{LEAD}:1\n"],
)
async def test_a_hint_that_is_no_request_asks_nobody(line: Line, ref: str) -> None:
    with pytest.raises(GoneError):
        await line.fetcher.fetch(ref, ACCOUNT, deadline=5)
    assert line.wire.requests == []


@pytest.mark.parametrize(
    "said",
    [
        {"webhook_status": "failed", "webhook_result": {"failure_reason": "you ran out of mobile number credits"}},
        {"status": "failed", "failure_reason": "you ran out of mobile number credits", "people": []},
        {"webhook_result": {"status": "failed", "failure_reason": "you ran out of mobile number credits"}},
    ],
)
async def test_a_failed_request_says_why_to_a_person(line: Line, said: dict[str, Any]) -> None:
    line.wire.then(faults.Status(200, body=orjson.dumps(said)))
    with pytest.raises(GoneError, match="ran out of mobile"):
        await line.fetched()


@pytest.mark.parametrize(
    ("told", "wait"), [(None, 60), (0, 60), (1, 5), (30, 30), (10**9, 60), (90_000, 3600), ("soon", 60)]
)
async def test_the_wait_is_bounded(line: Line, told: Any, wait: float) -> None:
    line.wire.then(faults.Status(404, body=error(404, "result_pending", "", retry_after_seconds=told).body))
    with pytest.raises(NotYetError) as later:
        await line.fetched()
    assert later.value.retry_after == wait


FAULTS: list[tuple[faults.Fault, Fault]] = [
    (faults.HangBefore(), Fault.AWAY),
    (faults.HangAfter(), Fault.AWAY),
    (faults.ResetBefore(), Fault.AWAY),
    (faults.ResetAfter(), Fault.AWAY),
    (faults.Malformed(), Fault.AWAY),
    (faults.BadJson(), Fault.AWAY),
    (faults.Huge(16), Fault.AWAY),
    (faults.Drip(0.05), Fault.AWAY),
    (faults.Status(500), Fault.AWAY),
    (faults.Status(302), Fault.AWAY),
    (faults.Status(200, body=b"[]"), Fault.AWAY),
    (faults.Status(401, {"content-type": "text/plain"}, b"Invalid access credentials."), Fault.ACCOUNT),
    (faults.Status(402, body=b"{}"), Fault.ACCOUNT),
    (faults.Status(403, body=error(403, "API_INACCESSIBLE", "no").body), Fault.ACCOUNT),
    (faults.Status(422, body=error(422, "bad", "A field is wrong").body), Fault.MESSAGE),
    (faults.Status(404, body=b"<html>"), Fault.MESSAGE),
    (faults.Status(429), Fault.BUSY),
]


@pytest.mark.parametrize(("wrong", "whose"), FAULTS, ids=repr)
async def test_a_failed_call_says_whose_fault_it_is(line: Line, wrong: faults.Fault, whose: Fault) -> None:
    for call in (
        line.enricher.enrich(SUBJECT, ACCOUNT, callback="", deadline=patience(wrong)),
        line.fetcher.fetch(REF, ACCOUNT, deadline=patience(wrong)),
    ):
        line.wire.requests.clear()
        line.wire.then(wrong)
        with pytest.raises(CallFailedError) as failed:
            await call
        assert failed.value.fault is whose
        assert failed.value.text
        assert len(line.wire.requests) == 1


@pytest.mark.parametrize(("wrong", "_whose"), FAULTS, ids=repr)
async def test_a_check_never_raises(line: Line, wrong: faults.Fault, _whose: Fault) -> None:
    line.wire.then(wrong)
    checked = await line.plug.check(ACCOUNT, deadline=patience(wrong))
    assert not checked.ok
    assert checked.text.endswith(".")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 60.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Tue, 24 Nov 2026 18:02:00 GMT"}, 120.0),
        ({"x-minute-requests-left": "0", "x-hourly-requests-left": "10"}, 60.0),
        ({"x-hourly-requests-left": "0"}, 3600.0),
        ({"x-24-hour-requests-left": "0"}, 3600.0),
    ],
)
async def test_too_fast_waits_as_told_or_to_the_end_of_the_window(
    line: Line, headers: dict[str, str], wait: float
) -> None:
    line.wire.then(faults.Status(429, headers))
    with pytest.raises(CallFailedError) as failed:
        await line.enrich()
    assert failed.value.retry_after == wait


async def test_a_closed_door_is_away(line: Line) -> None:
    async with calls.client() as http:
        client = Client(http, ApolloSettings(faults.closed_port()), line.client.clock)
        with pytest.raises(CallFailedError) as failed:
            await ApolloEnricher(client).enrich(SUBJECT, ACCOUNT, callback="", deadline=5)
        assert not (await ApolloPlug(client).check(ACCOUNT, deadline=5)).ok
    assert failed.value.fault is Fault.AWAY


async def test_a_check_reads_only_and_knows_a_wrong_key(line: Line) -> None:
    good = await line.plug.check(ACCOUNT, deadline=5)
    assert (good.ok, good.text) == (True, "Apollo works: the key is accepted.")
    for wrong in ("other", ""):
        checked = await line.plug.check(account("apollo", api_key=wrong), deadline=5)
        assert not checked.ok
        assert "key" in checked.text
    assert {(asked.method, asked.path) for asked in line.wire.requests} == {("GET", f"{BASE}/auth/health")}


async def test_a_key_that_cannot_go_into_a_header_is_not_sent(line: Line) -> None:
    with pytest.raises(CallFailedError) as failed:
        await line.enrich(api_key="k\r\nx: y")
    assert failed.value.fault is Fault.ACCOUNT
    with pytest.raises(CallFailedError, match="malformed"):
        await line.enrich(api_key="kéy")
    assert line.wire.requests == []


@pytest.mark.parametrize(("given", "count"), [("", 50), ("1000", 1000), ("0", 1), ("many", 50), ("²", 50)])
async def test_the_plans_limit_is_kept_a_minute(line: Line, given: str, count: int) -> None:
    signer = account("apollo", per_minute=given)
    (match,), (result,) = line.enricher.limits(signer), line.fetcher.limits(signer)
    assert (match.count, match.seconds, match.name != result.name) == (count, 60, True)


def test_nobody_can_post_a_result() -> None:
    request = Request("POST", f"{HOOKS}/apollo-result", "", {}, b'{"people":[]}', NOON)
    with pytest.raises(RefusedSignatureError):
        ApolloResult().verify(request, ACCOUNT)


@pytest.mark.parametrize(
    ("external_id", "body"),
    [("x", b'{"people":[]}'), (REF, b""), (REF, b"[]"), (REF, b"{}"), (REF, b'{"people":5}'), (REF, b"[" * 100_000)],
)
def test_a_result_of_another_shape_waits_for_a_person(external_id: str, body: bytes) -> None:
    with pytest.raises(UnparsableError):
        ApolloResult().parse(Event(external_id, body, NOON), ACCOUNT)


def test_a_result_about_several_people_is_not_chosen_from() -> None:
    (word,) = ApolloResult().parse(Event(REF, b'{"people":[{},{}]}', NOON), ACCOUNT)
    assert isinstance(word, Ignored)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
people = st.dictionaries(st.sampled_from([*ANN, "phone_numbers", "organization"]), values)


@hypothesis_settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["people", "webhook_result", "credits_consumed"]), values | st.lists(people, max_size=2)
    )
)
def test_any_result_is_unparsable_or_our_words(said: dict[str, Any]) -> None:
    try:
        words = ApolloResult().parse(Event(REF, json.dumps(said).encode(), NOON), ACCOUNT)
    except UnparsableError as reason:
        assert str(reason)  # noqa: PT017 a reason must be given
    else:
        for word in words:
            assert "\x00" not in repr(word)
            repr(word).encode()


def test_one_setting_points_elsewhere() -> None:
    assert settings.read({}) == ApolloSettings("https://api.apollo.io/api/v1")
    assert settings.read({"REKINDLE_APOLLO_URL": "http://127.0.0.1:9/api/v1/"}) == ApolloSettings(
        "http://127.0.0.1:9/api/v1"
    )
    for wrong in ("api.example", "ftp://api.example", "https://", "https://api.example?x=1", "http://["):
        with pytest.raises(SettingsError, match="REKINDLE_APOLLO_URL"):
            settings.read({"REKINDLE_APOLLO_URL": wrong})
