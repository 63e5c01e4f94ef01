"""Hand a lead to a person: once, offered to whoever is on and whose turn it is, never to somebody made up."""

from datetime import datetime
from uuid import UUID

from rekindle.alerts import notice
from rekindle.decide.words import Conversation
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.leads import store as leads
from rekindle.office import people
from rekindle.office.types import Role
from rekindle.outbox.cancel import cancel_planned
from rekindle.routing import offer, store
from rekindle.routing.types import AlreadyTakenError, Handoff, NoSuchHandoffError
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def open_handoff(conn: Conn, office_id: UUID, lead_id: UUID, *, cause: str, summary: str, at: datetime) -> UUID:
    """Ask for a person: what is planned ends, an available agent is offered the lead, else the managers are told.

    A lead has one open hand-off at most; asking again returns the one there is and changes nothing.
    """
    lead = await leads.lock(conn, office_id, lead_id)
    made = new_id()
    if not await store.insert(conn, office_id, made, lead.id, cause=cause, summary=summary, at=at):
        return (await _open_of(conn, office_id, lead.id)).id
    await exit_all(conn, office_id, lead.id, reason="handoff", at=at)
    await cancel_planned(conn, office_id, lead.id, reason="handoff", at=at)
    await leads.set_fields(conn, office_id, lead.id, at=at, next_touch_at=None)
    told = {"handoff_id": str(made), "cause": cause, "summary": summary}
    await timeline.append(conn, office_id, lead.id, Kind.HANDED_OFF, told, at=at)
    await offer.make(conn, office_id, await _known(conn, office_id, made), lead, at=at)
    return made


async def acknowledge(conn: Conn, office_id: UUID, handoff_id: UUID, person_id: UUID, *, at: datetime) -> UUID:
    """Take what was handed over: the lead (its id) and the conversation are this person's. Of many at once one wins.

    Raises AlreadyTakenError for the others, NoSuchHandoffError when it is closed or unknown. Again is no error.
    An agent takes what is offered to them or to nobody; what is offered to somebody else is not there for them.
    """
    lead = await leads.lock(conn, office_id, (await _known(conn, office_id, handoff_id)).lead_id)
    person = await people.get_active(conn, office_id, person_id)
    offer_now = await _known(conn, office_id, handoff_id)
    elsewhere = offer_now.acknowledged_by is None and offer_now.person_id not in (None, person_id)
    if person.role is Role.AGENT and elsewhere:
        raise NoSuchHandoffError(str(handoff_id))
    if not await store.acknowledge(conn, office_id, handoff_id, person_id, at=at):
        now = await _known(conn, office_id, handoff_id)
        if now.closed_at is not None or now.acknowledged_by is None:
            raise NoSuchHandoffError(str(handoff_id))
        if now.acknowledged_by != person_id:
            raise AlreadyTakenError(now.acknowledged_by)
        return lead.id
    await leads.set_fields(conn, office_id, lead.id, at=at, conversation=Conversation.PERSON.value, owner_id=person_id)
    await offer.settle_notices(conn, office_id, handoff_id, by=person_id, at=at)
    told = {"handoff_id": str(handoff_id), "person_id": str(person_id)}
    actor = f"person:{person_id}"
    await timeline.append(conn, office_id, lead.id, Kind.ACKNOWLEDGED, told, at=at, actor=actor)
    return lead.id


async def release(conn: Conn, office_id: UUID, handoff_id: UUID, person_id: UUID, *, at: datetime) -> None:
    """Give an offer back: it goes to the next available agent, never at once to the same person again.

    Raises NoSuchHandoffError when it is closed, AlreadyTakenError when somebody else has taken it.
    """
    lead = await leads.lock(conn, office_id, (await _known(conn, office_id, handoff_id)).lead_id)
    handoff = await _known(conn, office_id, handoff_id)
    if handoff.closed_at is not None:
        raise NoSuchHandoffError(str(handoff_id))
    if handoff.person_id is not None and handoff.person_id != person_id:
        raise AlreadyTakenError(handoff.person_id)
    if handoff.acknowledged_by == person_id:
        # The hand-off stays open, which keeps automation silent until the next person takes it.
        await leads.set_fields(
            conn, office_id, lead.id, at=at, conversation=Conversation.AUTOMATION.value, owner_id=None
        )
    told = {"handoff_id": str(handoff_id), "person_id": str(person_id), "offer": "declined"}
    actor = f"person:{person_id}"
    await timeline.append(conn, office_id, lead.id, Kind.RELEASED, told, at=at, actor=actor)
    await notice.settle(conn, office_id, offer.key(handoff_id), by=person_id, at=at)
    await offer.make(conn, office_id, handoff, lead, at=at, declined=person_id)


async def offer_waiting(db: Db, office_id: UUID, *, at: datetime, limit: int = 100) -> int:
    """Offer what found nobody earlier, now that somebody may be on; how many found a person. For a timer."""
    async with db.office(office_id) as conn:
        found = await store.waiting(conn, office_id, limit=limit)
    offered = 0
    for handoff in found:
        # One transaction each: holding agents while waiting for the next lead could lock in a circle.
        async with db.office(office_id) as conn:
            lead = await leads.lock(conn, office_id, handoff.lead_id)
            now = await _known(conn, office_id, handoff.id)
            if now.closed_at is None and now.person_id is None:
                offered += await offer.make(conn, office_id, now, lead, at=at, again=True)
    return offered


async def _known(conn: Conn, office_id: UUID, handoff_id: UUID) -> Handoff:
    found = await store.get(conn, office_id, handoff_id)
    if found is None:
        raise NoSuchHandoffError(str(handoff_id))
    return found


async def _open_of(conn: Conn, office_id: UUID, lead_id: UUID) -> Handoff:
    found = await store.open_of(conn, office_id, lead_id)
    if found is None:
        raise NoSuchHandoffError(str(lead_id))
    return found
