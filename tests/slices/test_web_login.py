"""Who is nobody sees the login and nothing else."""

from collections.abc import AsyncIterator

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office.types import Role
from rekindle.web.session import safe_next
from tests.slices.staff import hire
from tests.slices.webkit import Site, online


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock) as opened:
        yield opened


async def test_in_and_out(site: Site) -> None:
    away = await site.web.get("/leads?stage=new")
    assert (away.status_code, away.headers["location"]) == (303, "/login?next=%2Fleads%3Fstage%3Dnew")
    page = await site.web.get(away.headers["location"])
    assert page.status_code == 200
    assert "/leads?stage=new" in page.text
    entered = await site.sign_in()
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert (await site.web.get("/leads")).status_code == 200
    left = await site.web.post("/logout")
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert (await site.web.get("/leads")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(site: Site) -> None:
    cookie = (await site.sign_in()).headers["set-cookie"]
    assert cookie.startswith("rekindle_8080=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


async def test_over_https_the_cookie_is_bound_to_its_host(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock, base_url="https://engine.example") as site:
        answer = await site.sign_in()
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-rekindle=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert "max-age=63072000" in answer.headers["strict-transport-security"]
        assert (await site.web.get("/leads")).status_code == 200


async def test_signing_in_changes_the_token_and_ends_the_old_one(site: Site) -> None:
    await site.sign_in()
    first = site.web.cookies["rekindle_8080"]
    await site.sign_in()
    assert site.web.cookies["rekindle_8080"] != first
    site.web.cookies.set("rekindle_8080", first, domain="127.0.0.1")
    assert (await site.web.get("/leads", headers={"cookie": f"rekindle_8080={first}"})).status_code == 303


async def test_wrong_and_unknown_get_the_same_page(site: Site) -> None:
    wrong = await site.sign_in(password="wrong")
    unknown = await site.sign_in(login="who@harbor.example", password="wrong")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace(site.made.login, "") == unknown.text.replace("who@harbor.example", "")
    assert "set-cookie" not in wrong.headers


async def test_guessing_meets_429(site: Site) -> None:
    answers = [await site.sign_in(password="guess") for _ in range(6)]
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) == 900
    assert (await site.sign_in()).status_code == 429


async def test_a_forged_forwarding_header_does_not_evade_the_brake(site: Site) -> None:
    codes = []
    for number in range(32):
        form = {"login": f"p{number}@x.example", "password": "guess"}
        answer = await site.web.post("/login", data=form, headers={"x-forwarded-for": f"203.0.113.{number}"})
        codes.append(answer.status_code)
    assert codes == [401] * 30 + [429] * 2


async def test_behind_our_own_proxy_the_header_counts(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock, REKINDLE_TRUSTED_PROXIES="127.0.0.0/8") as site:
        for number in range(32):
            form = {"login": f"p{number}@x.example", "password": "guess"}
            forwarded = {"x-forwarded-for": f"198.51.100.7, 203.0.113.{number}"}
            assert (await site.web.post("/login", data=form, headers=forwarded)).status_code == 401


async def test_a_cookie_of_nobody_is_nobody(site: Site) -> None:
    for cookie in ("rekindle_8080=guess", "rekindle_8080=", "rekindle_8080=%00", "__Host-rekindle=x"):
        assert (await site.web.get("/", headers={"cookie": cookie})).status_code == 303


async def test_fragments_of_a_page_send_the_browser_to_the_login(site: Site) -> None:
    answer = await site.web.get("/leads", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


async def test_what_managers_do_agents_may_not(site: Site, db: Db) -> None:
    await hire(db, site.made.office_id, "ana", password="a long enough password")
    await hire(db, site.made.office_id, "max", role=Role.MANAGER, password="a long enough password")
    await site.sign_in("ana@staff.example", "a long enough password")
    refused = await site.web.get("/dead-letters")
    assert refused.status_code == 403
    assert "Your role does not include this" in refused.text
    await site.sign_in("max@staff.example", "a long enough password")
    assert (await site.web.get("/dead-letters")).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/leads?x=1", "/leads?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("leads", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_after_the_login_only_pages_of_our_own(wanted: str | None, goes: str) -> None:
    assert safe_next(wanted) == goes
