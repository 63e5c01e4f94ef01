"""A real browser against the real application. No browser is a failure with a plain word, never a skip."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.browser import site as sites
from tests.browser.site import Site

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What the browser says when a script or style that the policy bars was tried.
LISTEN = """
window.__barred = [];
addEventListener("securitypolicyviolation", (e) =>
  window.__barred.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
"""


# Not for the whole session: while it is open its event loop counts as running, and no other test could run its own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("the browser tests need a browser named chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all browser tests of this process."""
    name = f"browser_{Path(str(tmp_path_factory.getbasetemp())).name.replace('-', '_')}"
    with psycopg.connect(cluster_url.replace("/rekindle?", "/postgres?"), autocommit=True) as conn:
        conn.execute(f"create database {name} template rekindle")
    with sites.running(cluster_url.replace("/rekindle?", f"/{name}?"), tmp_path_factory.mktemp("home")) as running:
        yield running
    with psycopg.connect(cluster_url.replace("/rekindle?", "/postgres?"), autocommit=True) as conn:
        conn.execute(f"drop database {name} with (force)")


Enter = Callable[..., Page]


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Enter]:
    """Sign somebody in at a size and in a scheme; anything the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(
        who: str = "owner",
        *,
        width: int = 1440,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
        login: str = "",
        password: str = "",
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.on("console", lambda message: _heard(message, complaints))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("response", lambda response: _answered(response, complaints))
        page.goto(site.url + "/login")
        page.fill("#login", login or {"owner": site.owner, "agent": site.agent}[who])
        page.fill("#password", password or site.password)
        page.click("main button")
        page.wait_for_url(site.url + "/")
        return page

    yield make
    for context in contexts:
        for page in context.pages:
            complaints += [f"policy: {barred}" for barred in page.evaluate("window.__barred ?? []")]
        context.close()
    assert complaints == []


def _heard(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in ("error", "warning"):
        complaints.append(f"console: {message.text}")


def _answered(response: Response, complaints: list[str]) -> None:
    if response.status >= 400:
        complaints.append(f"{response.status} {response.url}")
