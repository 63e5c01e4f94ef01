"""Every page, at a phone's width and a desk's, light and dark: nothing barred, nothing broken, nothing cut off."""

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.seed import MARKUP
from tests.browser.site import Site

HERE = Path(__file__).parent
WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")

CHECKS = (HERE / "checks.js").read_text()

CONTRAST = (HERE / "contrast.js").read_text()


def addresses(site: Site) -> list[str]:
    maria, markup = (f"/leads/{site.leads[name]}" for name in ("Maria Ortega", MARKUP))
    lists = ["/leads", "/leads?q=mar", "/leads?q=nobody-has-this-name", "/leads?order=score&temperature=hot"]
    leads = [maria, f"{maria}?view=story", markup, f"{markup}?view=story"]
    phone = f"/sandbox?channel=sms&address=%2B{site.sent[0][1][1:]}"
    rest = ["/sandbox", phone, "/connections", "/dead-letters"]
    return ["/", *lists, *leads, "/decisions", "/decisions?verdict=hold", *rest]


@pytest.mark.parametrize(("width", "scheme"), list(itertools.product(WIDTHS, SCHEMES)))
def test_every_page_holds(enter: Enter, site: Site, width: int, scheme: str) -> None:
    page = enter(width=width, scheme=scheme)
    wrong: dict[str, list[str]] = {}
    for address in addresses(site):
        page.goto(site.url + address)
        unfold(page)
        found = page.evaluate(CHECKS) + page.evaluate(CONTRAST) + page.evaluate("window.__barred")
        if found:
            wrong[address] = found
    assert wrong == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_an_empty_office_says_what_to_do_and_invents_nothing(enter: Enter, site: Site, width: int) -> None:
    page = enter(width=width, login=site.empty_login, password=site.empty_password)
    assert "No leads yet" in page.inner_text("main")
    assert "No data" in page.inner_text("main")
    for address in ("/", "/leads", "/decisions", "/sandbox", "/dead-letters"):
        page.goto(site.url + address)
        assert page.evaluate(CHECKS) == []
        assert page.locator(".empty").count() >= 1
    page.goto(site.url + "/")
    assert page.locator(".stat .number").all_inner_texts() == ["0", "0", "0"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_login_holds_too(enter: Enter, site: Site, scheme: str) -> None:
    page = enter(scheme=scheme)
    page.context.clear_cookies()
    page.goto(site.url + "/leads")
    assert page.url == site.url + "/login?next=%2Fleads"
    assert page.evaluate(CHECKS) + page.evaluate(CONTRAST) == []


def unfold(page: Page) -> None:
    """Open what is folded, so that it is looked at as well."""
    page.evaluate("for (const d of document.querySelectorAll('details.fold')) d.open = true")
    expect(page.locator(".htmx-request")).to_have_count(0)
