"""The content policy, the refusal of other sites, and that nobody is let in anywhere."""

from collections.abc import AsyncIterator, Iterable, Iterator
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.web.app import Front, routes
from rekindle.web.security import POLICY
from tests.slices.webkit import Site, online

# Everything anybody may reach; whoever adds a line here says why in review.
OPEN = {
    "/login",
    "/logout",  # ends the session of whoever has one
    "/u/{token}",
    "/static/{digest}/{name:path}",
    "/health/live",
    "/health/ready",
}
# Open on this machine only, by token elsewhere: see test_web_health.
OPERATORS = {"/health/deep", "/metrics"}


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock, peer="192.0.2.9") as opened:
        yield opened


def filled(path: str) -> str:
    """A path with something in each of its holes."""
    parts = [str(UUID(int=7)) if part.startswith("{") and "id" in part else part for part in path.split("/")]
    return "/".join("x" if part.startswith("{") else part for part in parts)


def every(found: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """All routes, those of included routers too; anything that is no plain route fails here."""
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from every(inner.routes)
        else:
            assert isinstance(route, APIRoute), f"{route} would hide from this list"
            yield route


async def test_every_route_but_the_listed_refuses_the_anonymous(site: Site) -> None:
    listed = list(every(routes(site.engine).routes))
    paths = {route.path for route in listed}
    assert paths >= OPEN | OPERATORS
    assert len(paths) > 15
    for route in listed:
        if route.path in OPEN:
            continue
        for method in route.methods:
            answer = await site.web.request(method, filled(route.path))
            refused = answer.status_code == 401 or (
                answer.status_code == 303 and answer.headers["location"].startswith("/login")
            )
            assert refused, f"{method} {route.path} answered {answer.status_code}"


async def test_every_answer_carries_the_policy(site: Site) -> None:
    await site.sign_in()
    for path in ("/login", "/", "/leads", "/nowhere", "/health/live", "/api/v1/leads"):
        headers = (await site.web.get(path)).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "no-store" in headers["cache-control"]
        assert "strict-transport-security" not in headers
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://127.0.0.1:8081"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8080"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "http://127.0.0.1:8080"}, True),
        ({"origin": "http://office.internal", "host": "office.internal"}, True),
        ({}, True),
    ],
)
async def test_unsafe_requests_from_elsewhere_are_refused(site: Site, headers: dict[str, str], passes: bool) -> None:
    form = {"login": site.made.login, "password": site.made.password}
    answer = await site.web.post("/login", data=form, headers=headers)
    assert answer.status_code == (303 if passes else 403)
    assert ("set-cookie" in answer.headers) is passes


async def test_a_character_no_column_holds_is_refused_not_tripped_over(site: Site) -> None:
    await site.sign_in()
    assert (await site.web.get("/leads?q=%00")).status_code == 400
    assert (await site.web.get("/decisions?q=a%00b")).status_code == 400
    assert (await site.web.post("/login", data={"login": "a\x00", "password": "b"})).status_code == 400
    assert (await site.web.post("/login", files={"login": (None, "a\x00")})).status_code == 400


async def test_reading_from_elsewhere_is_no_crime(site: Site) -> None:
    assert (await site.web.get("/login", headers={"sec-fetch-site": "cross-site"})).status_code == 200


async def test_a_page_takes_no_endless_body(site: Site) -> None:
    answer = await site.web.post("/login", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_an_unknown_page_says_so(site: Site) -> None:
    answer = await site.web.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no page under that address" in answer.text
    assert (await site.web.get("/api/v1/nowhere")).json()["errors"]


async def test_a_database_that_is_away_is_503_never_an_empty_page(site: Site, db: Db) -> None:
    await site.sign_in()
    await db.pool.close()
    for path in ("/", "/leads", "/api/v1/leads"):
        answer = await site.web.get(path, headers=site.bearer())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), path
        assert "cannot be reached" in answer.text


async def test_connections_that_are_cut_are_mended_without_a_restart(site: Site, database_url: str) -> None:
    await site.sign_in()
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    answers = [(await site.web.get("/leads")).status_code for _ in range(3)]
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200


async def test_what_breaks_is_answered_and_logged_without_its_text(capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError("dana@mail.example +13125550142")

    transport = httpx.ASGITransport(app=Front(broken, broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        for path in ("/", "/hooks/harbor/form"):
            answer = await web.get(path)
            assert answer.status_code == 500
            assert "dana" not in answer.text
    said = "".join(capfd.readouterr())
    assert "request broke" in said
    assert "ValueError" in said
    assert "dana" not in said
    assert "5550142" not in said
