"""The API: a lead in, said wrong field by field, once per idempotency key, and read back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from rekindle.inbox import dead
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.nurture.consider import consider
from rekindle.nurture.means import Means
from rekindle.office import keys
from tests.slices.staff import lead
from tests.slices.webkit import FORM, Site, online


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock) as opened:
        yield opened


def handler(site: Site, keyring: Keyring, clock: HandClock) -> Handler:
    engine = site.engine
    return Handler(engine.db, keyring, clock, engine.providers.inbound, engine.accounts, lambda: 0.5)


async def post(site: Site, given: Any = FORM, key: str = "") -> httpx.Response:
    headers = site.bearer() | ({"idempotency-key": key} if key else {})
    return await site.web.post("/api/v1/leads", json=given, headers=headers)


async def test_a_lead_is_stored_once_and_answered_with_its_id(site: Site) -> None:
    answer = await post(site)
    assert answer.status_code == 202
    assert UUID(answer.json()["id"])
    assert answer.json()["duplicate"] is False
    assert await site.count("event") == 1
    assert await site.count("inbox_job") == 1


@pytest.mark.parametrize("given", [{"email": "a@mail.example"}, {"phone": "312 555 0143"}])
async def test_mail_or_phone_is_enough(site: Site, given: dict[str, str]) -> None:
    assert (await post(site, given)).status_code == 202


async def test_bad_input_is_said_field_by_field_and_not_stored(site: Site) -> None:
    answer = await post(site, {"email": "nope", "kind": "landlord", "consent": {"sms": "maybe"}})
    assert answer.status_code == 422
    errors = {error["field"]: error["why"] for error in answer.json()["errors"]}
    assert {"email", "kind", "consent.sms"} <= set(errors)
    nobody = await post(site, {"name": "Nobody"})
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "email")
    for wrong in ([], "text", 7):
        assert (await post(site, wrong)).status_code == 422
    broken = await site.web.post("/api/v1/leads", content=b"{", headers=site.bearer())
    assert broken.status_code == 400
    assert await site.count("event") == 0


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"phone": "+1 111 111 1111"}, {"phone"}),
        ({"phone": "0000000000", "email": "ann@mail.example"}, {"phone"}),
        ({"phone": "(312) 555-0142", "email": "none@mail.example"}, {"email"}),
    ],
)
async def test_an_address_that_is_nobodys_is_said_at_once_and_dies_nowhere(
    site: Site, given: dict[str, str], wrong: set[str]
) -> None:
    answer = await post(site, given)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == wrong
    assert await site.count("event") == 0


async def test_the_same_idempotency_key_is_the_same_lead(site: Site) -> None:
    answers = await asyncio.gather(*(post(site, key="order-1") for _ in range(5)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["id"] for a in answers}) == 1
    assert await site.count("event") == 1
    other = await post(site, {"email": "other@mail.example"}, key="order-1")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (409, "Idempotency-Key")
    assert (await post(site, key="x" * 201)).status_code == 422


async def test_keys_of_two_callers_do_not_meet(site: Site, db: Db, clock: HandClock) -> None:
    async with db.office(site.made.office_id) as conn:
        second = await keys.put_api_key(conn, site.made.office_id, "second", at=clock.now())
    first = await post(site, key="1")
    other = await site.web.post(
        "/api/v1/leads",
        json={"email": "b@mail.example"},
        headers={"authorization": f"Bearer {second}", "idempotency-key": "1"},
    )
    assert (first.status_code, other.status_code) == (202, 202)
    assert first.json()["id"] != other.json()["id"]


async def test_without_a_key_nothing_opens(site: Site) -> None:
    for headers in ({}, {"authorization": "Bearer rk_guess"}, {"authorization": f"Basic {site.made.api_key}"}):
        for method, path in (("POST", "/api/v1/leads"), ("GET", "/api/v1/leads"), ("GET", "/api/v1/openapi.json")):
            answer = await site.web.request(method, path, headers=headers, json=FORM)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    await site.sign_in()  # a session is no API key: no other site can use the API through a browser
    assert (await site.web.get("/api/v1/leads")).status_code == 401
    assert await site.count("event") == 0


async def test_a_lead_reads_back(site: Site, db: Db) -> None:
    made = await lead(db, site.made.office_id, "Dana <b>Fox</b>")
    answer = await site.web.get(f"/api/v1/leads/{made}", headers=site.bearer())
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["name"], answer.json()["stage"]) == (
        str(made),
        "Dana <b>Fox</b>",
        "new",
    )
    assert (await site.web.get(f"/api/v1/leads/{new_id()}", headers=site.bearer())).status_code == 404
    assert (await site.web.get("/api/v1/leads/no-id", headers=site.bearer())).status_code == 422


async def test_an_enquiry_not_handled_yet_says_so(site: Site) -> None:
    url = (await post(site)).json()["url"]
    answer = await site.web.get(url, headers=site.bearer())
    assert (answer.status_code, answer.json()["state"]) == (202, "received")


async def test_a_dead_enquiry_says_so_and_why_until_somebody_retries_it(
    site: Site, keyring: Keyring, clock: HandClock
) -> None:
    await site.hook(b"<html>")
    assert await handle_batch(handler(site, keyring, clock)) == 1
    async with site.engine.db.office(site.made.office_id) as conn:
        (event,) = await dead.list_dead(conn, site.made.office_id)
    url = f"/api/v1/leads/{event.event_id}"
    answer = await site.web.get(url, headers=site.bearer())
    assert answer.status_code == 422
    assert answer.json() == {"id": str(event.event_id), "state": "dead", "reason": event.reason}
    assert event.reason
    assert "retry-after" not in answer.headers
    async with site.engine.db.office(site.made.office_id) as conn:
        await dead.retry(conn, site.made.office_id, event.event_id, at=clock.now())
    assert (await site.web.get(url, headers=site.bearer())).status_code == 202


async def test_once_handled_the_same_address_shows_the_lead(site: Site, keyring: Keyring, clock: HandClock) -> None:
    url = (await post(site)).json()["url"]
    assert await handle_batch(handler(site, keyring, clock)) == 1
    answer = await site.web.get(url, headers=site.bearer())
    assert (answer.status_code, answer.json()["state"], answer.json()["name"]) == (200, "lead", "Dana Fox")
    assert answer.json()["phones"] == ["+13125550142"]
    assert answer.json()["source"] == "api"
    own = await site.web.get(f"/api/v1/leads/{answer.json()['id']}", headers=site.bearer())
    assert own.json() == answer.json()


async def test_the_analysis_adds_up_and_names_what_it_was_not_told(
    site: Site, keyring: Keyring, clock: HandClock
) -> None:
    url = (await post(site)).json()["url"]
    await handle_batch(handler(site, keyring, clock))
    before = (await site.web.get(url, headers=site.bearer())).json()
    assert (before["score"], before["analysis"]["state"]) == (None, "unavailable")
    async with site.engine.db.office(site.made.office_id) as conn:
        means = Means(keyring, site.engine.settings.base_url)
        await consider(conn, site.made.office_id, UUID(before["id"]), at=clock.now(), draw=0.5, means=means)
    found = (await site.web.get(url, headers=site.bearer())).json()
    analysis = found["analysis"]
    assert analysis["state"] == "partial"
    assert {"timeline", "budget"} <= set(analysis["missing"])
    assert analysis["score"] == found["score"] == sum(part["points"] for part in analysis["reasons"])
    assert analysis["temperature"] == found["temperature"]
    assert 0 < analysis["confidence"] < 1
    assert analysis["priority"]
    assert analysis["actions"]
    assert all(part["text"] for part in analysis["reasons"])


async def test_the_list_goes_on_page_by_page(site: Site, db: Db) -> None:
    made = {str(await lead(db, site.made.office_id, f"Lead {n}")) for n in range(7)}
    seen: list[str] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        answer = await site.web.get("/api/v1/leads", params={"limit": 3, "cursor": cursor}, headers=site.bearer())
        assert answer.status_code == 200
        seen += [row["id"] for row in answer.json()["leads"]]
        cursor = answer.json()["next"]
        pages += 1
    assert (pages, len(seen), set(seen)) == (3, 7, made)
    wrong = await site.web.get("/api/v1/leads", params={"limit": 0}, headers=site.bearer())
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "limit")


async def test_another_offices_lead_is_not_there(site: Site, db: Db, office_id: UUID) -> None:
    theirs = await lead(db, office_id)
    assert (await site.web.get(f"/api/v1/leads/{theirs}", headers=site.bearer())).status_code == 404
    assert (await site.web.get("/api/v1/leads", headers=site.bearer())).json() == {"leads": [], "next": None}


async def test_openapi_describes_it(site: Site) -> None:
    described = (await site.web.get("/api/v1/openapi.json", headers=site.bearer())).json()
    assert {"/api/v1/leads", "/api/v1/leads/{lead_id}"} <= set(described["paths"])


async def test_a_database_that_is_away_asks_to_come_again(site: Site, db: Db) -> None:
    await db.pool.close()
    answer = await post(site)
    assert answer.status_code in {429, 503}
    assert answer.headers["retry-after"]
