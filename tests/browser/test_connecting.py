"""A person connects a provider, is shown once what was made up for it, looks again, and disconnects."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.site import Site


def test_a_provider_is_connected_looked_at_and_disconnected(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(site.url + "/connections")
    card = page.locator("#zillow")
    card.locator("summary", has_text="Zillow Rentals").click()
    card.get_by_role("button", name="Connect").click()
    made = card.get_by_role("status")
    expect(made).to_contain_text("shown this once")
    secret = made.locator("code").inner_text()
    assert len(secret) >= 22
    expect(card).to_contain_text(f"/zillow/{secret}")
    page.goto(site.url + "/connections")
    expect(card.get_by_role("status")).to_have_count(0)
    assert secret not in page.content()
    card.get_by_role("button", name="Look now").click()
    expect(card).to_contain_text(re.compile("works"))
    card.locator("summary", has_text="Disconnect").click()
    expect(card.locator(".sheet")).to_contain_text("The credentials are forgotten")
    card.get_by_role("button", name=re.compile("Disconnect Zillow")).click()
    expect(page.locator("#zillow .badge")).to_have_count(0)


def test_what_cannot_work_is_said_at_its_own_form(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(site.url + "/connections")
    card = page.locator("#slack")
    card.locator("summary", has_text="Slack").click()
    card.get_by_label("Webhook URL").fill("https://elsewhere.example/services/T0/B0/x")
    card.get_by_role("button", name="Connect").click()
    expect(card).to_contain_text("does not work")
    expect(card).to_contain_text("https://hooks.slack.com/")
    assert "elsewhere.example" not in page.content()
    card.locator("summary", has_text="Disconnect").click()
    card.get_by_role("button", name=re.compile("Disconnect Slack")).click()
    expect(page.locator("#slack .badge")).to_have_count(0)
