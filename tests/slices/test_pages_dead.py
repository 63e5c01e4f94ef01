"""The page of what could not be handled shows any bytes at all, and lets a person make a lead where no program can."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from rekindle.decide.words import Lane
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.inbox.receive import Arrival, receive_many
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row
from rekindle.office import people
from rekindle.office.types import Role
from tests.slices.webkit import Site, online

PASSWORD = "a long enough password"
MAIL = b"""From: Portal <leads@portal.example>\r
To: desk@harbor.example\r
Subject: =?utf-8?q?Someone_likes_12_Elm_=F0=9F=8F=A1?=\r
Content-Type: text/plain; charset=utf-8\r
\r
Somebody pressed the button. Call them.\r
"""


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock) as made:
        yield made


async def settle(site: Site, clock: HandClock) -> None:
    engine = site.engine
    handler = Handler(engine.db, engine.keyring, clock, engine.providers.inbound, engine.accounts, lambda: 0.5)
    while await handle_batch(handler):
        clock.advance(timedelta(minutes=40))


async def came(site: Site, clock: HandClock, body: bytes, *, source: str, content_type: str) -> UUID:
    """Something that nobody can handle."""
    arrival = Arrival(site.made.office_id, source, "odd-1", content_type, body, Lane.FIRST_TOUCH)
    async with site.engine.db.office(site.made.office_id) as conn:
        [stored] = await receive_many(conn, site.made.office_id, [arrival], at=clock.now())
    await settle(site, clock)
    return stored.event_id


async def rows(site: Site, query: str, *given: object) -> list[Row]:
    async with site.engine.db.office(site.made.office_id) as conn:
        return await (await conn.execute(query, given)).fetchall()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"[" * 200_000, "180000 characters more"),
        (b'["half \\ud800 of a character"]', "half ? of a character"),
        (b"\xff\x00 no text", "\ufffd"),
        (b'["laid out"]', "[\n  &#34;laid out&#34;\n]"),
    ],
)
async def test_a_poisoned_webhook_is_shown(site: Site, clock: HandClock, body: bytes, shown: str) -> None:
    assert (await site.hook(body)).status_code < 300
    await settle(site, clock)
    await site.sign_in()
    page = await site.web.get("/dead-letters")
    assert page.status_code == 200
    assert shown in page.text


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (MAIL, "message/rfc822", "Subject: Someone likes 12 Elm 🏡"),
        (MAIL, "message/rfc822", "Somebody pressed the button."),
        (b"From=%2B13125550142&Body=Is+it+free%3F", "application/x-www-form-urlencoded", "Body: Is it free?"),
        (b"\xfe\xff" * 9, "message/rfc822", "\ufffd"),
        (b"&" * 2000 + b"%ff=1", "application/x-www-form-urlencoded; charset=utf-8", "=1"),
    ],
)
async def test_mails_and_forms_are_shown_as_a_person_reads_them(
    site: Site, clock: HandClock, body: bytes, content_type: str, shown: str
) -> None:
    await came(site, clock, body, source="lead-mail", content_type=content_type)
    await site.sign_in()
    assert shown in (await site.web.get("/dead-letters")).text


async def test_a_person_makes_a_lead_of_a_mail_nobody_could_read_once(site: Site, clock: HandClock) -> None:
    event_id = await came(site, clock, MAIL, source="lead-mail", content_type="message/rfc822")
    [event] = await rows(site, "select received_at from event_key where event_id = %s", event_id)
    await site.sign_in()
    form = {"name": "Cleo Marsh", "phone": "312-555-0188", "email": "", "message": "Is 12 Elm\nstill free?"}
    done = [await site.web.post(f"/dead-letters/{event_id}/lead", data=form) for _ in range(2)]
    assert [each.headers["location"] for each in done] == ["/dead-letters?done=by-hand", "/dead-letters?done=not-open"]
    await settle(site, clock)
    [lead] = await rows(site, "select name, enquiry, enquired_at, attributes from lead")
    assert (lead["name"], lead["enquiry"]) == ("Cleo Marsh", "Is 12 Elm\nstill free?")
    assert lead["enquired_at"] == event["received_at"]  # they have waited since then
    assert lead["attributes"]["came by"] == "lead-mail"
    keys = await rows(site, "select source, external_id, outcome from event_key order by received_at")
    assert [(key["source"], key["external_id"]) for key in keys] == [
        ("lead-mail", "odd-1"),
        ("api", f"by-hand:{event_id}"),
    ]
    assert keys[0]["outcome"].startswith("discarded by ")
    assert keys[0]["outcome"].endswith("entered as a lead by hand")
    await site.sign_in()
    assert "No dead letters" in (await site.web.get("/dead-letters")).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "Cleo Marsh"}, "an e-mail address or a phone number is needed"),
        ({"name": "Cleo Marsh", "email": "cleo"}, "must be one e-mail address"),
        ({"name": "Cleo Marsh", "phone": "call her"}, "must be a phone number"),
        ({"name": "Cleo Marsh", "phone": "+1 000 000 0000"}, "not a phone number that can be reached"),
    ],
)
async def test_what_cannot_be_used_is_said_at_the_form_and_nothing_is_lost(
    site: Site, clock: HandClock, typed: dict[str, str], said: str
) -> None:
    event_id = await came(site, clock, MAIL, source="lead-mail", content_type="message/rfc822")
    await site.sign_in()
    answer = await site.web.post(f"/dead-letters/{event_id}/lead", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Cleo Marsh"' in answer.text
    assert [row["state"] for row in await rows(site, "select state from inbox_job")] == ["dead"]


async def test_an_agent_neither_sees_nor_touches_them(site: Site, clock: HandClock) -> None:
    event_id = await came(site, clock, MAIL, source="lead-mail", content_type="message/rfc822")
    async with site.engine.db.office(site.made.office_id) as conn:
        await people.add(
            conn, site.made.office_id, email="dana@harbor.example", name="Dana", role=Role.AGENT, at=clock.now(),
            password=PASSWORD,
        )  # fmt: skip
    await site.sign_in("dana@harbor.example", PASSWORD)
    assert (await site.web.get("/dead-letters")).status_code == 403
    for verb in ("retry", "discard", "lead"):
        refused = await site.web.post(f"/dead-letters/{event_id}/{verb}", data={"phone": "312-555-0188"})
        assert refused.status_code == 403
    assert [row["state"] for row in await rows(site, "select state from inbox_job")] == ["dead"]


async def test_trying_again_and_letting_go_are_done_once(site: Site, clock: HandClock) -> None:
    event_id = await came(site, clock, MAIL, source="lead-mail", content_type="message/rfc822")
    await site.sign_in()
    tried = [await site.web.post(f"/dead-letters/{event_id}/retry") for _ in range(2)]
    assert [each.headers["location"].partition("=")[2] for each in tried] == ["retried", "not-open"]
    await settle(site, clock)
    await site.sign_in()
    form = {"why": "an advertisement"}
    gone = [await site.web.post(f"/dead-letters/{event_id}/discard", data=form) for _ in range(2)]
    assert [each.headers["location"].partition("=")[2] for each in gone] == ["discarded", "not-open"]
    [key] = await rows(site, "select outcome from event_key")
    assert key["outcome"].endswith(": an advertisement")
