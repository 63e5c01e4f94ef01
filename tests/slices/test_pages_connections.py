"""The connections page over HTTP: what a manager sees and does, that no secret comes back, and the way by consent."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from rekindle.connections import store
from rekindle.connections.connect import connect
from rekindle.connections.vault import StoredVault
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.office import people
from rekindle.office.types import Role
from rekindle.providers.ports import Fault, Providers
from rekindle.traffic import store as traffic
from rekindle.traffic.breaker import trip
from tests.conftest import NOON, make_office
from tests.slices.brook import TOKEN, Brook, BrookInbound, BrookOAuth, BrookStatus, bad, creek
from tests.slices.webkit import Site, online

BASE = "https://rekindle.example"
GIVEN = {"token": TOKEN, "location": "loc-1", "calendar": "", "hook_secret": ""}
PASSWORD = "a long enough password"


@pytest.fixture
def brook() -> Brook:
    return Brook()


@pytest.fixture
def oauth() -> BrookOAuth:
    return BrookOAuth()


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock, brook: Brook, oauth: BrookOAuth) -> AsyncIterator[Site]:
    hooks = (BrookInbound(), BrookStatus())
    providers = Providers(
        inbound={one.source: one for one in hooks},
        plugs={"brook": brook, "creek": creek()},
        oauth={"brook": oauth, "creek": oauth},
    )
    async with online(db, keyring, clock, providers=providers, base_url=BASE) as opened:
        await opened.sign_in()
        yield opened


async def carried(site: Site) -> dict[Channel, str]:
    async with site.engine.db.office(site.made.office_id) as conn:
        return await store.routes(conn, site.made.office_id)


async def test_an_unconnected_provider_shows_its_form_and_no_addresses(site: Site) -> None:
    page = (await site.web.get("/connections")).text
    assert "Nothing is connected" in page
    assert "Brook Texting" in page
    assert 'name="token" type="password"' in page
    assert 'name="calendar" type="text" value="main"' in page
    assert "Settings &gt; Integrations &gt; New token." in page
    assert "Leave it blank and we make one up." in page
    assert "/hooks/harbor/brook" not in page
    assert '<a href="/connections" data-key="c" aria-current="page">' in page


async def test_entering_looks_at_once_and_shows_what_was_made_up_this_once(site: Site, brook: Brook) -> None:
    done = await site.web.post("/connections/brook", data=GIVEN)
    assert done.status_code == 200
    assert "Brook answers for loc-1." in done.text
    assert "works" in done.text
    assert f"{BASE}/hooks/harbor/brook-status" in done.text
    made = brook.seen[-1].get("hook_secret")
    assert made in done.text
    later = (await site.web.get("/connections")).text
    assert "Set on Nov 24. Leave it blank to keep it." in later
    assert "<dd>texts</dd>" in later
    assert "Paused" not in done.text
    for page in (later, done.text.replace(made, "")):
        assert TOKEN not in page
        assert made not in page
    assert 'value="loc-1"' in later
    assert done.headers["cache-control"] == "private, no-store"


async def test_a_blank_secret_keeps_the_one_there_is(site: Site, brook: Brook) -> None:
    await site.web.post("/connections/brook", data=GIVEN)
    await site.web.post("/connections/brook", data={"token": "", "location": "loc-2", "calendar": "tours"})
    assert (brook.seen[-1].get("token"), brook.seen[-1].get("location")) == (TOKEN, "loc-2")


async def test_what_cannot_be_kept_says_why_and_shows_what_was_typed_but_no_secret(site: Site) -> None:
    refused = await site.web.post("/connections/brook", data={"token": TOKEN, "location": "", "calendar": "tours"})
    assert refused.status_code == 422
    assert "Brook Texting needs location" in refused.text
    assert 'value="tours"' in refused.text
    assert TOKEN not in refused.text


async def test_an_account_of_another_office_is_refused_without_naming_it(site: Site, db: Db, keyring: Keyring) -> None:
    other = await make_office(db, "hillside")
    async with db.office(other) as conn:
        await connect(conn, other, keyring, Brook(), {"token": "t", "location": "loc-1"}, at=NOON)
    refused = await site.web.post("/connections/brook", data=GIVEN)
    assert refused.status_code == 422
    assert "another office here" in refused.text
    assert "hillside" not in refused.text


async def test_a_connection_that_fails_says_so_in_word_and_sentence(site: Site, brook: Brook) -> None:
    brook.checks = bad
    failed = (await site.web.post("/connections/brook", data=GIVEN)).text
    assert "does not work" in failed
    assert "Brook says the token is wrong." in failed


async def test_looking_now_mends_what_was_paused(site: Site, brook: Brook) -> None:
    await site.web.post("/connections/brook", data=GIVEN)
    office_id = site.made.office_id
    async with site.engine.db.office(office_id) as conn:
        assert await trip(conn, office_id, "brook", fault=Fault.ACCOUNT, text="unpaid bill", at=NOON)
    paused = (await site.web.get("/connections")).text
    assert "Paused (unpaid bill). Tried again" in paused
    looked = await site.web.post("/connections/brook/check")
    assert looked.headers["location"] == "/connections?done=looked#brook"
    async with site.engine.db.office(office_id) as conn:
        assert (await traffic.read(conn, office_id, "brook")).closed_until(NOON) is None
    assert "It is being tried again now" in (await site.web.get("/connections")).text
    brook.checks = bad
    await site.web.post("/connections/brook/check")
    assert "does not work" in (await site.web.get("/connections")).text


async def test_who_carries_what_is_a_persons_choice(site: Site) -> None:
    await site.web.post("/connections/brook", data=GIVEN)
    await site.web.post("/connections/creek", data={"key": "k"})
    assert await carried(site) == {Channel.SMS: "brook", Channel.EMAIL: "creek"}
    assert "Let it carry texts" in (await site.web.get("/connections")).text
    moved = await site.web.post("/connections/creek/carry", data={"channel": "sms"})
    assert moved.headers["location"] == "/connections?done=carries#creek"
    assert await carried(site) == {Channel.SMS: "creek", Channel.EMAIL: "creek"}
    unable = await site.web.post("/connections/brook/carry", data={"channel": "email"})
    assert unable.status_code == 422
    assert "cannot carry email" in unable.text


async def test_disconnecting_forgets_the_credentials(site: Site, keyring: Keyring, clock: HandClock) -> None:
    await site.web.post("/connections/brook", data=GIVEN)
    gone = await site.web.post("/connections/brook/disconnect")
    assert gone.headers["location"] == "/connections?done=disconnected#brook"
    assert await carried(site) == {}
    assert await StoredVault(site.engine.db, keyring, clock).read(site.made.office_id, "brook") is None
    again = await site.web.post("/connections/brook/disconnect")
    assert again.headers["location"] == "/connections?done=not-open#brook"


async def test_what_changed_is_used_at_once(site: Site) -> None:
    before = await site.engine.accounts.of(site.made.office_id)
    assert before is not None
    assert "brook" not in before.accounts
    await site.web.post("/connections/brook", data=GIVEN)
    after = await site.engine.accounts.of(site.made.office_id)
    assert after is not None
    assert after.accounts["brook"].get("name") == "Lake House"


async def test_an_agent_may_not_even_look(site: Site, db: Db) -> None:
    office_id = site.made.office_id
    async with db.office(office_id) as conn:
        await people.add(
            conn, office_id, email="amy@mail.example", name="Amy", role=Role.AGENT, password=PASSWORD, at=NOON
        )
    await site.web.post("/connections/brook", data=GIVEN)
    await site.sign_in("amy@mail.example", PASSWORD)
    assert (await site.web.get("/connections")).status_code == 403
    assert 'href="/connections"' not in (await site.web.get("/")).text
    for path in ("", "/check", "/carry", "/disconnect"):
        assert (await site.web.post(f"/connections/brook{path}", data={"channel": "sms"})).status_code == 403
    for path in ("start", "callback"):
        assert (await site.web.get(f"/connect/brook/{path}")).status_code == 403
    assert await carried(site) == {Channel.SMS: "brook"}


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_another_site_cannot_enter_anything(site: Site, headers: dict[str, str]) -> None:
    assert (await site.web.post("/connections/brook", data=GIVEN, headers=headers)).status_code == 403
    assert await site.count("connection") == 0


@pytest.mark.parametrize("path", ["/connections/river", "/connections/river/check", "/connections/river/disconnect"])
async def test_an_unknown_provider_is_nothing_here(site: Site, path: str) -> None:
    assert (await site.web.post(path)).status_code == 404
    assert (await site.web.get("/connect/river/start")).status_code == 404


@pytest.mark.parametrize("value", ["x" * 20_001, "a\x01b\n", "\U0001f511" * 300])
async def test_any_text_in_a_form_is_kept_or_refused_and_breaks_nothing(site: Site, value: str) -> None:
    answer = await site.web.post("/connections/brook", data={**GIVEN, "location": value})
    assert answer.status_code == 422
    assert (await site.web.post("/connections/brook", files={"token": ("f", b"x")})).status_code == 422


async def way_out(site: Site) -> dict[str, str]:
    """Start a consent; what the provider would send back with a code."""
    gone = await site.web.get("/connect/brook/start")
    assert gone.status_code == 303
    url = urlsplit(gone.headers["location"])
    assert url.netloc == "brook.example"
    query = parse_qs(url.query)
    assert query["redirect_uri"] == [f"{BASE}/connect/callback"]
    return {"state": query["state"][0], "code": "good"}


async def callback(site: Site, back: dict[str, str]) -> httpx.Response:
    return await site.web.get("/connect/callback", params=back)


async def test_consent_connects_and_looks(
    site: Site, brook: Brook, oauth: BrookOAuth, keyring: Keyring, clock: HandClock
) -> None:
    assert "Connect with Brook Texting" in (await site.web.get("/connections")).text
    done = await callback(site, await way_out(site))
    assert done.headers["location"] == "/connections?done=consented"
    assert oauth.asked == [("good", f"{BASE}/connect/callback")]
    assert brook.seen[-1].get("access_token") == "oauth-access-1"
    account = await StoredVault(site.engine.db, keyring, clock).read(site.made.office_id, "brook")
    assert account is not None
    assert account.get("location") == "loc-9"
    page = (await site.web.get(done.headers["location"])).text
    assert "Connected. How it looks stands below." in page
    assert "Brook answers for loc-9." in page
    assert not re.search("oauth-(access|refresh)", page)


async def test_the_way_back_may_name_the_provider(site: Site, oauth: BrookOAuth) -> None:
    back = await way_out(site)
    done = await site.web.get("/connect/brook/callback", params=back)
    assert done.headers["location"] == "/connections?done=consented"
    assert oauth.asked == [("good", f"{BASE}/connect/callback")]


async def test_the_state_shows_nothing_and_is_never_the_same(site: Site) -> None:
    first, second = await way_out(site), await way_out(site)
    assert first["state"] != second["state"]
    assert site.made.office_id.hex not in first["state"]


async def refused(site: Site, oauth: BrookOAuth, back: dict[str, str], why: str) -> None:
    answer = await callback(site, back)
    assert answer.headers["location"] == f"/connections?done={why}"
    assert oauth.asked == []
    assert await site.count("connection") == 0


@pytest.mark.parametrize("state", ["", "x", "AAAA", "é", "%%%", "A" * 3000])
async def test_a_way_back_without_our_state_asks_nobody(site: Site, oauth: BrookOAuth, state: str) -> None:
    await refused(site, oauth, {"state": state, "code": "good"}, "consent-stale")


async def test_a_way_back_that_took_too_long_asks_nobody(site: Site, oauth: BrookOAuth, clock: HandClock) -> None:
    back = await way_out(site)
    clock.advance(timedelta(minutes=10))
    await refused(site, oauth, back, "consent-stale")


async def test_a_way_back_into_another_session_asks_nobody(site: Site, oauth: BrookOAuth) -> None:
    back = await way_out(site)
    await site.sign_in()
    await refused(site, oauth, back, "consent-stale")


async def test_a_way_back_to_another_provider_asks_nobody(site: Site, oauth: BrookOAuth) -> None:
    back = await way_out(site)
    answer = await site.web.get("/connect/creek/callback", params=back)
    assert answer.headers["location"] == "/connections?done=consent-stale"
    assert oauth.asked == []


async def test_somebody_who_is_not_signed_in_is_sent_to_the_login(site: Site, oauth: BrookOAuth) -> None:
    back = await way_out(site)
    site.web.cookies.clear()
    answer = await callback(site, back)
    assert answer.headers["location"].startswith("/login?next=")
    assert oauth.asked == []


async def test_whoever_declines_is_told_so(site: Site, oauth: BrookOAuth) -> None:
    back = await way_out(site)
    await refused(site, oauth, {"state": back["state"], "error": "access_denied"}, "consent-refused")


async def test_a_code_the_provider_does_not_know_is_a_sentence(site: Site) -> None:
    answer = await callback(site, {**await way_out(site), "code": "bad"})
    assert answer.headers["location"] == "/connections?done=consent-failed"
    assert "did not accept the way back" in (await site.web.get(answer.headers["location"])).text


async def test_an_account_of_another_office_cannot_be_consented_into_this_one(
    site: Site, db: Db, keyring: Keyring
) -> None:
    other = await make_office(db, "hillside")
    async with db.office(other) as conn:
        await connect(conn, other, keyring, Brook(), {"token": "t", "location": "loc-9"}, at=NOON)
    answer = await callback(site, await way_out(site))
    assert answer.headers["location"] == "/connections?done=account-taken"
    assert await site.count("connection") == 0
