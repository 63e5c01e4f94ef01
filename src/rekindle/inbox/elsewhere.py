"""An outbound message the CRM saw leave: the echo of ours, or one that a person or a workflow wrote there."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.crm import store as links
from rekindle.decide.words import MessageState
from rekindle.inbox import store
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.fetch import given_up, want
from rekindle.inbox.said import KINDS
from rekindle.inbox.types import Job
from rekindle.kit.ids import new_id
from rekindle.leads import identity
from rekindle.leads import store as leads
from rekindle.leads.find import by_address
from rekindle.leads.stated import clean
from rekindle.leads.types import Lead
from rekindle.outbox import ending
from rekindle.outbox import store as outbox
from rekindle.outbox.cancel import cancel_planned
from rekindle.providers.ports import SentElsewhere
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

ANSWERS_WITHIN = timedelta(hours=1)
ECHO_WITHIN = timedelta(minutes=30)  # the CRM tells of a message seconds after it took it; a retried hook, later


async def take(desk: Desk, job: Job, sent: SentElsewhere) -> Done:
    """Recognise our own; keep what others sent, which counts for caps and ends automation when a person wrote it."""
    lead_id = await lead_of_contact(desk, sent.crm, sent.contact_id, sent.address)
    if lead_id is None:
        if sent.contact_id and not await given_up(desk, job, f"{sent.crm}-contact", sent.contact_id):
            await want(desk.conn, desk.office_id, f"{sent.crm}-contact", sent.contact_id, at=desk.at)
            return Done(job, "waits for its contact", None, again=True)
        return Done(job, "sent to somebody who is no lead", None)
    lead = await leads.lock(desk.conn, desk.office_id, lead_id)
    if await _echo(desk, sent, lead.id):
        return Done(job, "echo of our own", lead.id)
    if not await _keep(desk, job, sent, lead):
        return Done(job, "seen before", lead.id)
    if sent.person:
        reason = f"somebody wrote in {sent.crm}"
        await exit_all(desk.conn, desk.office_id, lead.id, reason=reason, at=desk.at)
        await cancel_planned(desk.conn, desk.office_id, lead.id, reason=reason, at=desk.at)
    return Done(job, f"sent in {sent.crm}", lead.id)


async def lead_of_contact(desk: Desk, crm: str, contact_id: str, address: str) -> UUID | None:
    """The lead a CRM means by a contact, or by an address when it named one."""
    link = await links.link_of_contact(desk.conn, desk.office_id, crm, contact_id) if contact_id else None
    if link is not None:
        return link.lead_id
    if not address:
        return None
    return await by_address(desk.conn, desk.office_id, "email" if "@" in address else "phone", address)


async def _echo(desk: Desk, sent: SentElsewhere, lead_id: UUID) -> bool:
    """Ours by the provider's id; by words, person and time when its answer was lost, or the echo names no id."""
    found = await outbox.id_by_provider(desk.conn, desk.office_id, sent.crm, sent.provider_id)
    if found is None:
        family = await leads.family(desk.conn, desk.office_id, lead_id)
        found = await store.sent_words(
            desk.conn,
            desk.office_id,
            family,
            provider=sent.crm,
            channel=sent.channel.value,
            body=sent.body,
            since=(sent.at or desk.at) - ECHO_WITHIN,
            named=bool(sent.provider_id),
        )
    message = None if found is None else await outbox.lock(desk.conn, desk.office_id, found)
    if message is None:
        return False
    await ending.left(
        desk.conn,
        desk.office_id,
        message,
        state=MessageState.ACCEPTED,
        provider=sent.crm,
        provider_id=sent.provider_id,
        at=desk.at,
    )
    return True


async def _keep(desk: Desk, job: Job, sent: SentElsewhere, lead: Lead) -> bool:
    lead_id = lead.id
    points = await leads.points_of(desk.conn, desk.office_id, lead_id)
    named = (
        identity.email(sent.address) if "@" in sent.address else identity.phone(sent.address) if sent.address else None
    )
    address = named or next((p.value for p in points if p.kind == KINDS[sent.channel]), "")
    at = min(sent.at or job.received_at, job.received_at)
    row = {
        "id": new_id(),
        "lead": lead_id,
        "channel": sent.channel.value,
        "address": address,
        "body": clean(sent.body),
        "at": at,
        "provider": sent.crm,
        "provider_id": clean(sent.provider_id) or sent.external_id,
        "event_id": job.event_id,
        # In doubt it was marketing, and counts for caps: an answer is only what follows the lead's own words soon.
        "answers": bool(sent.person) and _answers(lead, at),
    }
    known = await store.heard(
        desk.conn,
        desk.office_id,
        lead_id,
        direction="out",
        channel=sent.channel.value,
        body=clean(sent.body),
        said_at=at,
    )
    if known or not await store.insert_sent_elsewhere(desk.conn, desk.office_id, row):
        return False
    line = {
        "message_id": str(row["id"]),
        "channel": sent.channel.value,
        "step": None,
        "provider": sent.crm,
        "elsewhere": "person" if sent.person else "workflow",
        "text": clean(sent.body),
    }
    actor = f"provider:{sent.crm}"
    await timeline.append(desk.conn, desk.office_id, lead_id, Kind.LEFT, line, at=desk.at, actor=actor)
    return True


def _answers(lead: Lead, at: datetime) -> bool:
    return lead.last_inbound_at is not None and timedelta(0) <= at - lead.last_inbound_at <= ANSWERS_WITHIN
