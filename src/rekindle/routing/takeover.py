"""One click: this person speaks with the lead now, automation is silent until they give the lead back."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Conversation, Lane
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.office import people
from rekindle.outbox.cancel import cancel_planned
from rekindle.routing import offer, store
from rekindle.routing.types import AlreadyTakenError
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def take_over(conn: Conn, office_id: UUID, lead_id: UUID, person_id: UUID, *, at: datetime) -> None:
    """Take the conversation: planned messages and sequences end, an open hand-off is theirs until they release.

    Of many at once exactly one wins, the others get AlreadyTakenError; again by the winner is no error.
    """
    lead = await leads.lock(conn, office_id, lead_id)
    await people.get_active(conn, office_id, person_id)
    if lead.conversation is Conversation.PERSON and lead.owner_id is not None:
        if lead.owner_id != person_id:
            raise AlreadyTakenError(lead.owner_id)
        return
    await leads.set_fields(
        conn, office_id, lead.id, at=at, conversation=Conversation.PERSON.value, owner_id=person_id, next_touch_at=None
    )
    exited = await exit_all(conn, office_id, lead.id, reason="takeover", at=at)
    canceled = await cancel_planned(conn, office_id, lead.id, reason="takeover", at=at)
    told: dict[str, object] = {"person_id": str(person_id), "exited": exited, "canceled": canceled}
    handoff = await store.open_of(conn, office_id, lead.id)
    if handoff is not None:
        await store.acknowledge(conn, office_id, handoff.id, person_id, at=at)
        await offer.settle_notices(conn, office_id, handoff.id, by=person_id, at=at)
        told["handoff_id"] = str(handoff.id)
    await timeline.append(conn, office_id, lead.id, Kind.TAKEN_OVER, told, at=at, actor=f"person:{person_id}")


async def release(conn: Conn, office_id: UUID, lead_id: UUID, person_id: UUID, *, at: datetime) -> bool:
    """Give the lead back to automation: it is considered anew. False when automation has it already."""
    lead = await leads.lock(conn, office_id, lead_id)
    handoff = await store.open_of(conn, office_id, lead.id)
    if lead.conversation is Conversation.AUTOMATION and handoff is None:
        return False
    await leads.set_fields(conn, office_id, lead.id, at=at, conversation=Conversation.AUTOMATION.value)
    if handoff is not None:
        await store.close(conn, office_id, handoff.id, by=person_id, at=at)
        await offer.settle_notices(conn, office_id, handoff.id, by=person_id, at=at)
    told = {"person_id": str(person_id)}
    await timeline.append(conn, office_id, lead.id, Kind.RELEASED, told, at=at, actor=f"person:{person_id}")
    await ask(conn, office_id, [lead.id], lane=Lane.STEP, cause="released", at=at)
    return True
