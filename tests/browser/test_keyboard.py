"""Everything by keyboard: the skip link, the order of tabs, the letters."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.site import Site


def test_the_first_tab_skips_to_the_page(enter: Enter) -> None:
    page = enter()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_tabs_go_through_the_pages_in_their_order(enter: Enter) -> None:
    page = enter()
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert order[1:8] == ["/", "/", "/leads", "/decisions", "/sandbox", "/connections", "/dead-letters"]


def test_letters_search_move_and_go(enter: Enter, site: Site) -> None:
    page = enter()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(site.url + "/leads")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("main .row-link").nth(1)
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("main .row-link").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("ortega g")  # no letter is a command while writing
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?q=ortega+g")


def test_a_question_mark_shows_the_keys(enter: Enter) -> None:
    page = enter()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_a_menu_opens_and_closes_without_a_mouse(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(f"{site.url}/leads/{site.leads['Hana Haddad']}")
    page.locator("#menu-pause > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#do-pause")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#do-pause")).to_be_hidden()
    expect(page.locator("#menu-pause > summary")).to_be_focused()
