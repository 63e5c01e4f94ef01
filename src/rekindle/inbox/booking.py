"""An appointment was made, moved or canceled outside: automation stops, the story and the stage say so."""

from rekindle.decide.words import FINAL_STAGES, Lane, Stage
from rekindle.inbox import store
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.stranger import lead_of
from rekindle.inbox.types import Job
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.outbox.cancel import cancel_planned
from rekindle.providers.ports import Booking
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

SOURCE = "booking"


async def take(desk: Desk, job: Job, booking: Booking) -> Done:
    """Settle one booking; raises UnparsableError when it names nobody."""
    phones = (booking.phone,) if booking.phone else ()
    emails = (booking.email,) if booking.email else ()
    lead = await lead_of(desk, job, source=SOURCE, phones=phones, emails=emails)
    starts_at = None if booking.canceled else booking.starts_at
    await store.set_appointment(desk.conn, desk.office_id, lead.id, starts_at)
    line = {"starts_at": booking.starts_at.isoformat() if booking.starts_at else None, "canceled": booking.canceled}
    await timeline.append(desk.conn, desk.office_id, lead.id, Kind.BOOKED, line, at=desk.at, actor=timeline.LEAD)
    if not booking.canceled:
        if lead.stage not in FINAL_STAGES:
            await leads.set_fields(desk.conn, desk.office_id, lead.id, at=desk.at, stage=Stage.APPOINTMENT.value)
        await exit_all(desk.conn, desk.office_id, lead.id, reason="booking", at=desk.at)
        await cancel_planned(desk.conn, desk.office_id, lead.id, reason="booking", at=desk.at)
    await ask(desk.conn, desk.office_id, [lead.id], lane=Lane.REPLY, cause="booking", at=desk.at)
    return Done(job, "booking canceled" if booking.canceled else "booking", lead.id)
