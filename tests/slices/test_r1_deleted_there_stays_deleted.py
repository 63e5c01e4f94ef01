"""Who was taken out of the CRM is not put back there because two leads of ours turned out to be one person."""

from uuid import UUID

from rekindle.crm import store as links
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from rekindle.leads import store as leads
from rekindle.leads.merge import merge
from tests import outboxes as o


async def test_a_note_told_of_one_of_them_is_not_told_again(db: Db, office_id: UUID, clock: HandClock) -> None:
    winner, loser = await o.leads(db, office_id, 2, at=clock.now())
    async with db.office(office_id) as conn:
        await links.tell_notes(conn, office_id, "brook", loser, ["handoff:1"], at=clock.now())
        await merge(conn, office_id, winner, loser, reason="test", at=clock.now(), actor="test")
        family = await leads.family(conn, office_id, winner)
        assert await links.notes_told(conn, office_id, "brook", family) == {"handoff:1"}


async def test_the_winner_of_a_merge_is_as_deleted_as_the_loser_was(db: Db, office_id: UUID, clock: HandClock) -> None:
    winner, loser = await o.leads(db, office_id, 2, at=clock.now())
    async with db.office(office_id) as conn:
        await links.link(conn, office_id, "brook", "c1", loser)
        await links.set_deleted(conn, office_id, "brook", "c1", at=clock.now())
        await merge(conn, office_id, winner, loser, reason="test", at=clock.now(), actor="test")
        family = await leads.family(conn, office_id, winner)
        assert set(family) == {winner, loser}
        assert await links.was_deleted(conn, office_id, "brook", family)
