"""An appointment was made, moved or canceled outside: automation stops, the story and the stage say so."""

from contextlib import suppress
from uuid import UUID

from rekindle.decide.words import FINAL_STAGES, Lane, Stage
from rekindle.inbox import store
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.elsewhere import lead_of_contact
from rekindle.inbox.fetch import given_up, want
from rekindle.inbox.stranger import lead_of
from rekindle.inbox.types import Job
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.types import Lead, NoSuchLeadError
from rekindle.outbox.cancel import cancel_planned
from rekindle.providers.ports import Booking, UnparsableError
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

SOURCE = "booking"


async def take(desk: Desk, job: Job, booking: Booking) -> Done:
    """Settle one booking; raises UnparsableError when it names nobody.

    An older word overrules no newer one; the same word twice is one.
    """
    lead = await _lead(desk, job, booking)
    if lead is None:
        return Done(job, "waits for its contact", None, again=True)
    said_at = min(booking.at or job.received_at, job.received_at)
    starts_at = None if booking.canceled else booking.starts_at
    if not await store.set_appointment(desk.conn, desk.office_id, lead.id, starts_at, said_at=said_at):
        return Done(job, "older than what is known", lead.id)
    line = {"starts_at": booking.starts_at.isoformat() if booking.starts_at else None, "canceled": booking.canceled}
    await timeline.append(desk.conn, desk.office_id, lead.id, Kind.BOOKED, line, at=desk.at, actor=timeline.LEAD)
    if not booking.canceled:
        if lead.stage not in FINAL_STAGES:
            await leads.set_fields(desk.conn, desk.office_id, lead.id, at=desk.at, stage=Stage.APPOINTMENT.value)
        await exit_all(desk.conn, desk.office_id, lead.id, reason="booking", at=desk.at)
        await cancel_planned(desk.conn, desk.office_id, lead.id, reason="booking", at=desk.at)
    await ask(desk.conn, desk.office_id, [lead.id], lane=Lane.REPLY, cause="booking", at=desk.at)
    return Done(job, "booking canceled" if booking.canceled else "booking", lead.id)


async def _lead(desk: Desk, job: Job, booking: Booking) -> Lead | None:
    """By our own id when the booking link carried it, by the CRM's contact, by address; None while that is fetched."""
    with suppress(ValueError, NoSuchLeadError):
        return await leads.lock(desk.conn, desk.office_id, UUID(booking.lead))
    phones = (booking.phone,) if booking.phone else ()
    emails = (booking.email,) if booking.email else ()
    if booking.contact_id and not (phones or emails):
        crm = job.source.partition("-")[0]
        known = await lead_of_contact(desk, crm, booking.contact_id, "")
        if known is not None:
            return await leads.lock(desk.conn, desk.office_id, known)
        if await given_up(desk, job, f"{crm}-contact", booking.contact_id):
            raise UnparsableError(f"the contact {booking.contact_id[:60]!r} could not be fetched from the CRM")
        await want(desk.conn, desk.office_id, f"{crm}-contact", booking.contact_id, at=desk.at)
        return None
    return await lead_of(desk, job, source=SOURCE, phones=phones, emails=emails, name=booking.name)
