"""What could not be asked of a provider is shown to managers, counted on Today, tried again or let go."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from rekindle.errands import ask
from rekindle.errands.types import Kind
from rekindle.errands.words import WORDS, said
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row
from rekindle.kit.ids import new_id
from rekindle.office import people
from rekindle.office.types import Role
from tests.slices.webkit import Site, online

PASSWORD = "a long enough password"


@pytest.fixture
async def site(db: Db, keyring: Keyring, clock: HandClock) -> AsyncIterator[Site]:
    async with online(db, keyring, clock) as made:
        yield made


async def rows(site: Site, query: str, *given: Any) -> list[Row]:
    async with site.engine.db.office(site.made.office_id) as conn:
        return await (await conn.execute(query, given)).fetchall()  # type: ignore[arg-type]


async def given_up(site: Site, clock: HandClock, reason: str = "<b>401</b> the key is wrong") -> UUID:
    """A fetch that was laid down."""
    async with site.engine.db.office(site.made.office_id) as conn:
        payload = {"source": "meta-lead", "ref": "lead-77"}
        await ask.ask(conn, site.made.office_id, Kind.FETCH, "meta-lead:lead-77", payload, at=clock.now())
    [row] = await rows(
        site, "update errand set state = 'dead', reason = %s, attempts = 8 where kind = 'fetch' returning id", reason
    )
    return UUID(str(row["id"]))


async def test_a_dead_errand_is_counted_on_today_and_shown_with_its_reason(site: Site, clock: HandClock) -> None:
    await site.sign_in()
    assert "to a provider could not be done" not in (await site.web.get("/")).text
    await given_up(site, clock)
    assert "1 errand to a provider could not be done" in (await site.web.get("/")).text
    page = (await site.web.get("/dead-letters")).text
    assert "fetch what meta-lead only hinted at (lead-77)" in page
    assert "&lt;b&gt;401&lt;/b&gt; the key is wrong" in page
    assert "8 attempts" in page
    assert "No dead letters" not in page


async def test_it_is_tried_again_once(site: Site, clock: HandClock) -> None:
    errand_id = await given_up(site, clock)
    await site.sign_in()
    done = [await site.web.post(f"/errands/{errand_id}/retry") for _ in range(2)]
    assert ["retried" in each.headers["location"] for each in done] == [True, False]
    [row] = await rows(site, "select state, attempts, due_at from errand")
    assert row == {"state": "due", "attempts": 0, "due_at": clock.now()}


async def test_it_is_let_go_once_and_what_waits_is_not(site: Site, clock: HandClock) -> None:
    errand_id = await given_up(site, clock)
    await site.sign_in()
    done = [await site.web.post(f"/errands/{errand_id}/discard") for _ in range(2)]
    assert ["let-go" in each.headers["location"] for each in done] == [True, False]
    assert await rows(site, "select id from errand") == []
    async with site.engine.db.office(site.made.office_id) as conn:
        await ask.ask(conn, site.made.office_id, Kind.LOOK, "meta", {"provider": "meta"}, at=clock.now())
    [row] = await rows(site, "select id from errand")
    assert "not-open" in (await site.web.post(f"/errands/{row['id']}/discard")).headers["location"]
    assert len(await rows(site, "select id from errand")) == 1


async def test_an_agent_may_not_touch_it(site: Site, clock: HandClock) -> None:
    errand_id = await given_up(site, clock)
    async with site.engine.db.office(site.made.office_id) as conn:
        await people.add(
            conn, site.made.office_id, email="dana@harbor.example", name="Dana", role=Role.AGENT, at=clock.now(),
            password=PASSWORD,
        )  # fmt: skip
    await site.sign_in("dana@harbor.example", PASSWORD)
    assert (await site.web.post(f"/errands/{errand_id}/retry")).status_code == 403
    assert (await site.web.post(f"/errands/{new_id()}/discard")).status_code == 403
    assert [row["state"] for row in await rows(site, "select state from errand")] == ["dead"]


def test_every_kind_of_errand_has_words_and_survives_an_empty_payload() -> None:
    assert set(WORDS) == set(Kind)
    assert all("{" not in said(kind.value, {}) for kind in Kind)
    assert said("of-tomorrow", {}) == "of-tomorrow"
