"""A contact as the CRM has it: makes or corrects a lead. Answers it only when the office wants it worked, and once.

The rule when both sides changed (K1): what people wrote in the CRM wins over what we knew, newest first; score,
temperature and what else we wrote there is ours, and its echo says nothing. A no in the CRM always counts here.
"""

from datetime import timedelta
from uuid import UUID

from rekindle.connections import store as connections
from rekindle.consent.leave import leave
from rekindle.crm import ours
from rekindle.crm import store as links
from rekindle.crm.types import Link
from rekindle.decide.words import Lane
from rekindle.inbox import canary, enquiry
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.kept.once import before
from rekindle.inbox.said import KINDS
from rekindle.inbox.staged import set_stage
from rekindle.inbox.types import Job
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.upsert import IMPORT, upsert_many
from rekindle.outbox.cancel import cancel_planned
from rekindle.providers.ports import Contact, Enquiry, UnparsableError
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

# An office that activates everybody means new leads: a contact the CRM has known for longer is no news. Long enough
# for a lead whose webhook never came to be found after a long weekend's outage.
NEW_FOR = timedelta(hours=72)


async def take(desk: Desk, job: Job, contact: Contact) -> Done:
    """Settle one contact; raises UnparsableError when it has no usable address and never had one."""
    stamp = ours.canary_stamp(contact)
    if stamp is not None:
        if not job.source.endswith("-contact"):  # only a webhook shows that webhooks come
            await canary.heard(desk, contact.crm, stamp)
        return Done(job, "the canary", None)
    link = await links.link_of_contact(desk.conn, desk.office_id, contact.crm, contact.contact_id)
    if contact.deleted:
        return await _deleted(desk, job, contact, link)
    digest = ours.seen_hash(contact)
    wanted = await _wanted(desk, contact, link)
    if link is not None and link.seen_hash == digest and not wanted:
        return Done(job, "echo: nothing new", link.lead_id)
    told_at = contact.at or job.received_at
    stale = link is not None and link.seen_at is not None and told_at < link.seen_at
    lead_id = link.lead_id if link is not None and stale else await _upsert(desk, job, contact, link, wanted=wanted)
    lead_id = (await leads.lock(desk.conn, desk.office_id, lead_id)).id
    if not stale:
        await links.see(
            desk.conn,
            desk.office_id,
            contact.crm,
            contact.contact_id,
            lead_id,
            tags=contact.tags,
            activated=wanted or contact.activated is True,
            assigned_to=contact.assigned_to,
            seen_hash=digest,
            seen_at=told_at,
        )
        await set_stage(desk, lead_id, contact.stage, actor=f"provider:{contact.crm}")
    if not (stale and await before(desk, job)):
        await _mind_dnd(desk, job, contact, lead_id)
    return Done(job, _outcome(contact, link, stale=stale, wanted=wanted), lead_id)


def _outcome(contact: Contact, link: Link | None, *, stale: bool, wanted: bool) -> str:
    if stale:
        return "older than what is known"
    news = "new contact" if link is None else "changed contact"
    if wanted:
        return f"{news}, to be answered"
    return f"{news}, not activated" if contact.activated is False else news


async def _wanted(desk: Desk, contact: Contact, link: Link | None) -> bool:
    """Whether the office asks, with this very event, that the lead be worked."""
    if link is not None and link.activated:
        return False
    if contact.activated is None:
        if link is not None or contact.added_at is None:
            return False
        connected = await connections.connected_since(desk.conn, desk.office_id, contact.crm)
        # Who was there before the CRM was connected is the office's stock, not a new lead.
        return contact.added_at >= max(desk.at - NEW_FOR, connected or desk.at)
    return contact.activated


async def _upsert(desk: Desk, job: Job, contact: Contact, link: Link | None, *, wanted: bool) -> UUID:
    asked = _enquiry(contact, wanted=wanted, at_hash=ours.seen_hash(contact).hex()[:16])
    if not (asked.phones or asked.emails) and link is not None:
        return link.lead_id  # its addresses were taken out over there: what we know of it stays
    if wanted:
        [done] = await enquiry.take(desk, [(job, (asked,))])
        if done.lead_id is None:
            raise UnparsableError("neither a usable phone number nor an e-mail address")
        return done.lead_id
    [outcome] = await upsert_many(desk.conn, desk.office_id, [asked], event_id=job.event_id, at=desk.at, actor=IMPORT)
    if outcome.lead_id is None:
        raise UnparsableError("neither a usable phone number nor an e-mail address")
    await ask(desk.conn, desk.office_id, [outcome.lead_id], lane=Lane.BULK, cause="import", at=desk.at)
    return outcome.lead_id


def _enquiry(contact: Contact, *, wanted: bool, at_hash: str) -> Enquiry:
    return Enquiry(
        external_id=f"{contact.contact_id}:{at_hash}:{'asks' if wanted else 'is'}",
        source=contact.source or contact.crm,
        name=contact.name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        emails=contact.emails,
        phones=contact.phones,
        kind=contact.kind,
        message="",
        page="",
        at=contact.added_at if wanted else None,
        state=contact.state,
        zip=contact.zip,
        city=contact.city,
        street=contact.street,
        attributes=tuple(pair for pair in contact.attributes if pair[0] not in ours.FIELDS),
        consents=(),
        enroll="auto" if wanted else "none",
    )


async def _mind_dnd(desk: Desk, job: Job, contact: Contact, lead_id: UUID) -> None:
    points = await leads.points_of(desk.conn, desk.office_id, lead_id) if contact.dnd else []
    for channel in sorted(contact.dnd):
        closed = False
        for point in points:
            if point.kind == KINDS[channel]:
                closed |= bool(
                    await leave(
                        desk.conn,
                        desk.office_id,
                        desk.office_key,
                        channels=frozenset({channel}),
                        address=point.value,
                        reason="do not disturb in the CRM",
                        rule=f"{contact.crm}:dnd",
                        lead_id=lead_id,
                        event_id=job.event_id,
                        evidence={"contact": contact.contact_id},
                        at=desk.at,
                        actor=f"provider:{contact.crm}",
                    )
                )
        if closed:
            await cancel_planned(
                desk.conn, desk.office_id, lead_id, reason="dnd", at=desk.at, channels=frozenset({channel})
            )
            await ask(desk.conn, desk.office_id, [lead_id], lane=Lane.STEP, cause="dnd", at=desk.at)


async def _deleted(desk: Desk, job: Job, contact: Contact, link: Link | None) -> Done:
    """Somebody took the contact out of the CRM: automation ends, the lead and its story stay."""
    if link is None:
        return Done(job, "deleted before we knew it", None)
    known = await before(desk, job)
    if known is not None:
        return known
    lead = await leads.lock(desk.conn, desk.office_id, link.lead_id)
    await links.set_deleted(desk.conn, desk.office_id, contact.crm, contact.contact_id, at=desk.at)
    await exit_all(desk.conn, desk.office_id, lead.id, reason="deleted in the CRM", at=desk.at)
    await cancel_planned(desk.conn, desk.office_id, lead.id, reason="deleted in the CRM", at=desk.at)
    line = {"text": f"The contact was deleted in {contact.crm}. Nothing more is sent automatically."}
    await timeline.append(
        desk.conn, desk.office_id, lead.id, Kind.NOTE, line, at=desk.at, actor=f"provider:{contact.crm}"
    )
    return Done(job, "deleted in the CRM", lead.id)
