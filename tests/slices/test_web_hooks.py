"""The hook answers 2xx only for a genuine event that is stored, and for each event once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import keys
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Account, Providers, RefusedSignatureError, Request, Verified
from rekindle.web import metrics
from tests.slices.webkit import Site, online


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock) as opened:
        yield opened


async def test_a_genuine_event_is_stored_with_its_job(site: Site) -> None:
    answer = await site.hook(event_id="msg_1")
    assert (answer.status_code, answer.json()["duplicate"]) == (200, False)
    assert await site.count("event") == 1
    assert await site.count("inbox_job") == 1


async def test_five_times_at_once_is_one_event(site: Site) -> None:
    answers = await asyncio.gather(*(site.hook(event_id="msg_same") for _ in range(5)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["id"] for a in answers}) == 1
    assert sorted(a.json()["duplicate"] for a in answers) == [False, True, True, True, True]
    assert (await site.hook(event_id="msg_same")).json()["duplicate"] is True
    assert await site.count("event") == 1
    assert await site.count("inbox_job") == 1


async def test_wrong_missing_and_foreign_signatures_leave_no_trace(site: Site, clock: HandClock) -> None:
    wrong = await site.hook(secret="whsec_" + "A" * 44)
    missing = await site.web.post("/hooks/harbor/form", json={"email": "a@b.example"})
    clock.advance(timedelta(minutes=-6))
    stale_headers = await site.hook(event_id="early")  # signed by a clock six minutes behind ...
    clock.advance(timedelta(minutes=6))
    assert stale_headers.status_code == 200  # ... which at that time was the right one
    assert (wrong.status_code, missing.status_code) == (401, 401)
    assert await site.count("event") == 1


async def test_what_does_not_exist_is_404_whatever_is_missing(site: Site) -> None:
    for path in (
        "/hooks/harbor/unheard",
        "/hooks/nobody/form",
        "/hooks/harbor/api",
        "/hooks/harbor",
        "/hooks/harbor/form/more",
        "/hooks//form",
        "/hooks/UPPER/form",
        "/hooks/%00/form",
    ):
        assert (await site.web.post(path, content=b"{}")).status_code == 404, path


class NotConfigured(FormInbound):
    """A wired source for which no office has a secret."""

    source = "elsewhere"
    provider = "elsewhere"


async def test_without_a_secret_there_is_no_endpoint(db: Db, keyring: Keyring, clock: HandClock) -> None:
    wired = Providers(inbound={"elsewhere": NotConfigured()})
    async with online(db, keyring, clock, providers=wired) as site:
        assert (await site.hook(source="elsewhere")).status_code == 404
        async with db.office(site.made.office_id) as conn:
            secret = await keys.put_secret(conn, site.made.office_id, keyring, "elsewhere", at=clock.now())
        assert (await site.hook(source="elsewhere", secret=secret)).status_code in {200, 404}
        clock.advance(timedelta(seconds=5))
        assert (await site.hook(source="elsewhere", secret=secret)).status_code == 200


async def test_only_post(site: Site) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = await site.web.request(method, "/hooks/harbor/form")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert await site.count("event") == 0


class Challenged(FormInbound):
    """A source whose provider asks by GET whether the endpoint is ours."""

    def challenge(self, request: Request, account: Account) -> bytes:
        if "token=right" not in request.url:
            raise RefusedSignatureError("not our token")
        return account.provider.encode()


async def test_a_provider_that_asks_by_get_is_answered_and_a_stranger_is_not(
    db: Db, keyring: Keyring, clock: HandClock
) -> None:
    async with online(db, keyring, clock, providers=Providers(inbound={"form": Challenged()})) as site:
        asked = await site.web.get("/hooks/harbor/form?token=right")
        assert (asked.status_code, asked.text) == (200, "form")
        assert asked.headers["content-type"].startswith("text/plain")
        assert (await site.web.get("/hooks/harbor/form?token=wrong")).status_code == 401
        assert (await site.web.get("/hooks/nobody/form?token=right")).status_code == 404
        assert await site.count("event") == 0


async def test_a_body_over_one_mebibyte_is_refused(site: Site) -> None:
    assert (await site.hook(b"x" * (1024 * 1024 + 1))).status_code == 413
    assert (await site.hook(b"{" + b" " * (1024 * 1024 - 2) + b"}")).status_code == 200


async def test_a_new_secret_works_within_seconds_and_the_old_no_longer(
    site: Site, db: Db, keyring: Keyring, clock: HandClock
) -> None:
    assert (await site.hook()).status_code == 200
    async with db.office(site.made.office_id) as conn:
        fresh = await keys.put_secret(conn, site.made.office_id, keyring, "form", at=clock.now())
    clock.advance(timedelta(seconds=5))
    assert (await site.hook()).status_code == 401
    assert (await site.hook(secret=fresh)).status_code == 200


async def test_a_database_that_is_away_asks_to_come_again(site: Site, db: Db) -> None:
    assert (await site.hook()).status_code == 200
    await db.pool.close()
    answer = await site.hook()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")


async def test_a_fault_of_our_own_asks_to_come_again_stores_nothing_and_is_logged_without_its_text(
    db: Db, keyring: Keyring, clock: HandClock, capfd: pytest.CaptureFixture[str]
) -> None:
    class Faulty(FormInbound):
        def verify(self, request: Request, account: Account) -> Verified:
            del account
            raise ZeroDivisionError(request.body)

    async with online(db, keyring, clock, providers=Providers(inbound={"form": Faulty()})) as site:
        answer = await site.hook()
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        assert "ZeroDivision" not in answer.text
        assert await site.count("event") == 0
    said = capfd.readouterr()
    assert "hook broke" in said.out + said.err
    assert "dana@mail.example" not in said.out + said.err


async def test_outcomes_are_counted_and_strangers_do_not_grow_the_metrics(site: Site) -> None:
    def value(source: str, outcome: str) -> float:
        return metrics.REGISTRY.get_sample_value("rekindle_hooks_total", {"source": source, "outcome": outcome}) or 0

    before = value("form", "stored"), value("form", "refused"), value("unknown", "unknown")
    await site.hook()
    await site.hook(secret="whsec_" + "A" * 44)
    await site.web.post("/hooks/harbor/made-up-by-a-stranger", content=b"{}")
    after = value("form", "stored"), value("form", "refused"), value("unknown", "unknown")
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]
    assert b"stranger" not in metrics.render([])
