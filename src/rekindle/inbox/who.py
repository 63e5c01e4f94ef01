"""Who wrote to us: by the token in the address they answered, by the CRM's contact, or by their own address."""

from uuid import UUID

from rekindle.content import threads
from rekindle.crm import store as links
from rekindle.decide.words import Channel
from rekindle.inbox.desk import Desk
from rekindle.inbox.elsewhere import lead_of_contact
from rekindle.inbox.fetch import given_up, want
from rekindle.inbox.said import KINDS, Said
from rekindle.inbox.stranger import lead_of
from rekindle.inbox.types import Job
from rekindle.kit.ids import new_id
from rekindle.leads import identity
from rekindle.leads import store as leads
from rekindle.leads.find import by_address
from rekindle.leads.stated import clean
from rekindle.leads.types import Lead
from rekindle.outbox import store as outbox
from rekindle.providers.ports import Reply, UnparsableError

SOURCE = "reply"


async def attribute(desk: Desk, job: Job, reply: Reply) -> Said | None:
    """Whose words these are; None while the CRM's contact is being fetched. Raises UnparsableError."""
    if reply.contact_id and not reply.sender:
        found = await _by_contact(desk, job, reply)
        if found is None:
            return None
        return _said(job, found[0], reply, found[1], vouched=True)
    address = identity.phone(reply.sender) if reply.channel is Channel.SMS else identity.email(reply.sender)
    if address is None:
        raise UnparsableError("the sender's address is not usable")
    answered = await _by_thread(desk, reply)
    if answered is not None:
        return _said(job, await leads.lock(desk.conn, desk.office_id, answered), reply, address, vouched=True)
    linked = await _by_link(desk, job, reply, address)
    if linked is not None:
        return _said(job, linked, reply, address, vouched=True)
    phones, emails = ((address,), ()) if reply.channel is Channel.SMS else ((), (address,))
    lead = await lead_of(desk, job, source=SOURCE, phones=phones, emails=emails)
    return _said(job, lead, reply, address, vouched=reply.authentic)


async def _by_contact(desk: Desk, job: Job, reply: Reply) -> tuple[Lead, str] | None:
    crm = job.source.partition("-")[0]
    lead_id = await lead_of_contact(desk, crm, reply.contact_id, "")
    if lead_id is None:
        if await given_up(desk, job, f"{crm}-contact", reply.contact_id):
            raise UnparsableError(f"the contact {reply.contact_id[:60]!r} could not be fetched from the CRM")
        await want(desk.conn, desk.office_id, f"{crm}-contact", reply.contact_id, at=desk.at)
        return None
    lead = await leads.lock(desk.conn, desk.office_id, lead_id)
    points = await leads.points_of(desk.conn, desk.office_id, lead.id)
    address = next((point.value for point in points if point.kind == KINDS[reply.channel]), None)
    if address is None:
        raise UnparsableError("the lead who wrote has no address of this kind")
    return lead, address


async def _by_link(desk: Desk, job: Job, reply: Reply, address: str) -> Lead | None:
    """Whom the CRM says it was, when the address is nobody's: people write from more than one."""
    crm = job.source.partition("-")[0]
    link = await links.link_of_contact(desk.conn, desk.office_id, crm, reply.contact_id) if reply.contact_id else None
    if link is None or await by_address(desk.conn, desk.office_id, KINDS[reply.channel], address):
        return None
    return await leads.lock(desk.conn, desk.office_id, link.lead_id)


async def _by_thread(desk: Desk, reply: Reply) -> UUID | None:
    """The lead whom we wrote the message that this answers; the token is ours alone, so it needs no other proof."""
    message_id = threads.read(desk.office_key, reply.thread) if reply.thread else None
    message = await outbox.get(desk.conn, desk.office_id, message_id) if message_id else None
    return None if message is None else message.lead_id


def _said(job: Job, lead: Lead, reply: Reply, address: str, *, vouched: bool) -> Said:
    written_at = min(reply.at or job.received_at, job.received_at)
    text = clean(reply.body) or clean(reply.subject)
    return Said(job, lead, new_id(), reply.channel, address, text, written_at, vouched)
