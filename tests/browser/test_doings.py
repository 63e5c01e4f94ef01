"""A person at work: take over, release, pause, assign, write, answer as the lead; and the screen that follows."""

import re

import psycopg
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.site import Site


def test_take_over_and_release(enter: Enter, site: Site) -> None:
    page = enter("agent")
    page.goto(f"{site.url}/leads/{site.leads['Maria Ortega']}")
    page.click("#menu-take > summary")
    expect(page.locator("#menu-take .sheet")).to_contain_text("Automation goes silent")
    page.click("#do-take")
    expect(page.locator("main")).to_contain_text("You have the conversation now")
    expect(page.locator("#who")).to_contain_text("a person speaks")
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".story")).to_contain_text("Dana Whitfield took the conversation over")
    page.click("#menu-release > summary")
    page.click("#do-release")
    expect(page.locator("main")).to_contain_text("Released")
    expect(page.locator("#menu-take")).to_be_visible()


def test_one_tap_on_today(enter: Enter, site: Site) -> None:
    page = enter()
    need = page.locator(".needs li", has_text="Lena Becker")
    need.get_by_role("button", name="Take over").click()
    expect(page).to_have_url(f"{site.url}/leads/{site.leads['Lena Becker']}?done=taken")
    expect(page.locator("main")).to_contain_text("You have the conversation now")
    page.goto(site.url)
    expect(page.locator(".needs li", has_text="Lena Becker")).to_have_count(0)
    expect(page.locator("#needs")).to_contain_text("With a person")


def test_pause_and_resume(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(f"{site.url}/leads/{site.leads['James Costa']}")
    page.click("#menu-pause > summary")
    page.select_option("#pause-days", "7")
    page.click("#do-pause")
    expect(page.locator("#who")).to_contain_text("Paused until")
    page.click("#do-resume")
    expect(page.locator("main")).to_contain_text("Resumed")
    expect(page.locator("#menu-pause")).to_be_visible()


def test_assign(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(f"{site.url}/leads/{site.leads['Aisha Whitfield']}")
    page.click("#menu-assign > summary")
    page.select_option("#assign-to", label="Ruth Calder")
    page.click("#do-assign")
    expect(page.locator("#who")).to_contain_text("with Ruth Calder")


def test_the_gate_is_asked_before_and_after(enter: Enter, site: Site) -> None:
    """A lead without consent: the box says so, and sending all the same is refused with the reasons kept."""
    page = enter()
    page.goto(f"{site.url}/leads/{site.leads['James Lindgren']}")
    expect(page.locator("#gate summary")).to_have_text(re.compile("refuses|Held"))
    page.fill("#write", "Hello from a test")
    page.locator(".composer button").click()
    expect(page.locator("main [role=status]").first).to_contain_text("was not sent")
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".story")).to_contain_text(re.compile("The gate (refused|held) a text"))
    assert page.locator(".bubble", has_text="Hello from a test").count() == 0


def test_answer_as_the_lead(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(site.url + "/sandbox")
    page.locator(".threads a").first.click()
    page.fill("#write", "Is it still there? 🏡")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".phone .bubble:not(.theirs)")).to_contain_text("Is it still there? 🏡")
    page.locator(".phone-top a").click()
    expect(page.locator(".bubble.theirs", has_text="Is it still there? 🏡")).to_be_visible(timeout=15_000)


def test_a_dead_letter_is_read_and_let_go(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(site.url + "/dead-letters")
    page.click("text=What it says")
    expect(page.locator("main pre")).to_contain_text('"email": "not an address"')
    page.locator(".menu summary").click()
    page.fill("main input[name=why]", "A test of the form")
    page.locator(".menu .sheet button").click()
    expect(page.locator("main pre")).to_have_count(0)
    page.locator("#errands ~ .list").get_by_role("button", name="Let go").click()
    expect(page.locator("main")).to_contain_text("No dead letters")


def test_an_agent_sees_only_their_own(enter: Enter, site: Site) -> None:
    page = enter("agent")
    page.goto(site.url + "/leads")
    assert set(page.locator("td[data-label=with]").all_inner_texts()) == {"Dana Whitfield"}
    assert page.locator(".nav a", has_text="Dead letters").count() == 0
    answers = [
        page.request.get(f"{site.url}/leads/{site.leads['Victor Reyes']}").status,
        page.request.get(f"{site.url}/live/leads/{site.leads['Victor Reyes']}/who").status,
        page.request.post(f"{site.url}/leads/{site.leads['Victor Reyes']}/take-over").status,
        page.request.get(f"{site.url}/dead-letters").status,
        page.request.post(f"{site.url}/leads/{site.leads['Maria Ortega']}/assign", form={"person": ""}).status,
    ]
    assert answers == [404, 404, 404, 403, 403]


def test_markup_in_a_name_is_text_everywhere(enter: Enter, site: Site) -> None:
    name = "<b>Rob</b> <script>alert(1)</script>"
    page = enter()
    for address in ("/leads?q=%3Cb%3ERob", f"/leads/{site.leads[name]}", f"/leads/{site.leads[name]}?view=story"):
        page.goto(site.url + address)
        expect(page.locator("main")).to_contain_text(name)
        assert page.locator("main b:text-is('Rob')").count() == 0


def test_news_arrive_without_a_reload_and_leave_what_is_open_alone(enter: Enter, site: Site) -> None:
    page = enter()
    lead = site.leads["Grace Marsh"]
    page.goto(f"{site.url}/leads/{lead}?view=story")
    page.fill("#write", "half a sentence")
    _write_note(site, lead)
    expect(page.locator(".story")).to_contain_text("a colleague's note", timeout=15_000)
    assert page.input_value("#write") == "half a sentence"


def test_a_list_says_what_is_new_and_does_not_jump(enter: Enter, site: Site) -> None:
    page = enter()
    page.goto(site.url + "/leads")
    first = page.locator("main .row-link").first.inner_text()
    with psycopg.connect(site.database_url, autocommit=True) as conn:
        conn.execute(
            "insert into lead (office_id, id, created_at, updated_at, name, first_name, kind, stage, source)"
            " select office_id, gen_random_uuid(), now(), now(), 'Just Now', 'Just', kind, stage, source from lead"
            " where id = %s",
            (site.leads["Grace Marsh"],),
        )
    expect(page.locator("#fresh")).to_contain_text("1 new lead", timeout=15_000)
    assert page.locator("main .row-link").first.inner_text() == first
    page.click("#fresh a")
    expect(page.locator("main .row-link").first).to_have_text("Just Now")


def test_an_unchanged_piece_is_304(enter: Enter, site: Site) -> None:
    page = enter()
    first = page.request.get(site.url + "/live/leads/" + str(site.leads["Grace Marsh"]) + "/about")
    again = page.request.get(first.url, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status, again.body()) == (200, 304, b"")


def test_light_and_dark_by_hand(enter: Enter) -> None:
    page = enter(scheme="dark")
    assert _ground(page) < 60
    page.get_by_role("button", name="Change to light").click()
    page.wait_for_selector("html[data-theme=light]")
    assert _ground(page) > 200


def _ground(page: Page) -> int:
    return int(
        page.evaluate("""() => { const c = new OffscreenCanvas(1, 1).getContext('2d');
        c.fillStyle = getComputedStyle(document.documentElement).backgroundColor; c.fillRect(0, 0, 1, 1);
        return c.getImageData(0, 0, 1, 1).data[0]; }""")
    )


def _write_note(site: Site, lead: object) -> None:
    with psycopg.connect(site.database_url, autocommit=True) as conn:
        conn.execute(
            "insert into timeline (office_id, id, at, lead_id, kind, actor, data) select office_id, gen_random_uuid(),"
            " now(), id, 'note', 'engine', jsonb_build_object('text', 'a colleague''s note') from lead where id = %s",
            (lead,),
        )
