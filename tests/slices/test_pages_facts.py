"""What a lead's page shows as known of the lead, and what not."""

from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.reports.lead import store
from rekindle.signals import store as signals
from rekindle.web.pages.lead.about import _facts
from tests.conftest import NOON
from tests.slices.nurture_world import make_lead


async def facts(db: Db, office_id: UUID, lead_id: UUID) -> dict[str, str]:
    async with db.office(office_id) as conn:
        row = await store.one(conn, office_id, lead_id, owner=None)
    assert row is not None
    return {fact.name: fact.value for fact in _facts(row)}


async def test_attributes_are_shown_but_not_our_own_bookkeeping(db: Db, office_id: UUID) -> None:
    given = {"area": "Elm Park", "appointment_said": NOON.isoformat()}
    async with db.office(office_id) as conn:
        lead_id = await make_lead(conn, office_id)
        await conn.execute("update lead set attributes = %s where id = %s", (Jsonb(given), lead_id))
    shown = await facts(db, office_id, lead_id)
    assert shown["area"] == "Elm Park"
    assert not any("said" in name for name in shown)


async def test_a_lead_that_could_not_be_looked_up_says_so_until_somebody_answers(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        lead_id = await make_lead(conn, office_id)
        await signals.begin_enrichment(conn, office_id, lead_id, "apollo", at=NOON)
        await signals.fail_enrichment(conn, office_id, lead_id, "apollo", reason="no answer in 20 s", at=NOON)
    assert (await facts(db, office_id, lead_id))["not looked up"] == "apollo: no answer in 20 s"
    async with db.office(office_id) as conn:
        await signals.put_enrichment(
            conn, office_id, lead_id, "apollo", state="none", request_id="", cost=1, filled=[], at=NOON
        )
    assert "not looked up" not in await facts(db, office_id, lead_id)
    async with db.office(office_id) as conn:
        assert await store.one(conn, office_id, new_id(), owner=None) is None
