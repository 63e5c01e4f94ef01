"""One click stops the e-mails; a look stops nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from rekindle.consent import suppress
from rekindle.content import unsubscribe
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.office.keys import office_key
from tests.conftest import NOON
from tests.slices.staff import lead, story
from tests.slices.webkit import Site, online

ADDRESS = "dana@mail.example"


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock, peer="192.0.2.9") as opened:
        yield opened


async def click(site: Site, token: str) -> httpx.Response:
    """What Gmail and Yahoo send."""
    return await site.web.post(
        f"/u/{token}", data={"List-Unsubscribe": "One-Click"}, headers={"sec-fetch-site": "cross-site"}
    )


def token_of(site: Site, address: str = ADDRESS) -> str:
    return unsubscribe.make(site.engine.keyring, site.made.office_id, address)


async def blocks(site: Site, address: str = ADDRESS) -> list[str]:
    async with site.engine.db.office(site.made.office_id) as conn:
        key = await office_key(conn, site.made.office_id, site.engine.keyring)
        return [s.channel.value for s in await suppress.standing(conn, site.made.office_id, key, [address])]


async def known_lead(site: Site) -> tuple[UUID, dict[str, UUID]]:
    """A lead with the address and one planned message a channel."""
    office, made = site.made.office_id, await lead(site.engine.db, site.made.office_id)
    planned = {"email": new_id(), "sms": new_id()}
    async with site.engine.db.office(office) as conn:
        await conn.execute(
            "insert into contact_point (office_id, kind, value, lead_id, raw, created_at)"
            " values (%s, 'email', %s, %s, %s, %s)",
            (office, ADDRESS, made, ADDRESS, NOON),
        )
        for channel, message in planned.items():
            await conn.execute(
                "insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, body,"
                " created_at, due_at) values (%s, %s, %s, 'out', %s, 'x', 'marketing', 2, 'planned', 'Hi', %s, %s)",
                (office, message, made, channel, NOON, NOON + timedelta(hours=1)),
            )
    return made, planned


async def test_looking_changes_nothing(site: Site) -> None:
    for _ in range(3):
        page = await site.web.get(f"/u/{token_of(site)}")
        assert page.status_code == 200
        assert "d…@mail.example" in page.text
        assert ADDRESS not in page.text
    assert await blocks(site) == []


async def test_one_click_blocks_the_address_and_its_planned_e_mails(site: Site, db: Db) -> None:
    dana, planned = await known_lead(site)
    answer = await click(site, token_of(site))
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert await blocks(site) == ["email"]
    async with db.office(site.made.office_id) as conn:
        cursor = await conn.execute("select id, state from message")
        states = {row["id"]: row["state"] for row in await cursor.fetchall()}
        cursor = await conn.execute("select act, channel from consent_event where address = %s", (ADDRESS,))
        assert [(row["act"], row["channel"]) for row in await cursor.fetchall()] == [("revoke", "email")]
    assert (states[planned["email"]], states[planned["sms"]]) == ("canceled", "planned")
    assert "suppressed" in await story(db, site.made.office_id, dana)
    assert await site.count("consideration") == 1


async def test_clicking_again_and_at_once_is_the_same_200(site: Site, db: Db) -> None:
    dana, _ = await known_lead(site)
    answers = await asyncio.gather(*(click(site, token_of(site)) for _ in range(8)))
    assert {a.status_code for a in answers} == {200}
    assert (await story(db, site.made.office_id, dana)).count("suppressed") == 1
    assert (await click(site, token_of(site))).status_code == 200
    assert await site.count("consent_event") == 1


async def test_an_address_whose_lead_is_gone_is_blocked_all_the_same(site: Site) -> None:
    assert (await click(site, token_of(site, "gone@mail.example"))).status_code == 200
    assert await blocks(site, "gone@mail.example") == ["email"]


async def test_the_page_has_the_button_and_it_works_without_a_session(site: Site) -> None:
    token = token_of(site)
    page = await site.web.get(f"/u/{token}")
    assert f'action="/u/{token}"' in page.text
    assert (await site.web.post(f"/u/{token}")).status_code == 200
    multipart = await site.web.post(f"/u/{token}", files={"List-Unsubscribe": (None, "One-Click")})
    assert multipart.status_code == 200
    assert await blocks(site) == ["email"]


async def test_a_forged_or_broken_link_does_nothing(site: Site) -> None:
    good = token_of(site)
    foreign = unsubscribe.make(Keyring(b"x" * 32), site.made.office_id, ADDRESS)
    other_office = unsubscribe.make(site.engine.keyring, new_id(), ADDRESS)
    for token in (
        good[:-3],
        good[:30] + ("A" if good[30] != "A" else "B") + good[31:],
        "x",
        foreign,
        other_office,
        "%C3%A9",
    ):
        assert (await site.web.get(f"/u/{token}")).status_code == 404
        assert (await click(site, token)).status_code == 404
    assert await blocks(site) == []


async def test_a_database_that_is_away_lets_the_mail_provider_try_again(site: Site, db: Db) -> None:
    token = token_of(site)
    await db.pool.close()
    answer = await click(site, token)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
