"""What a provider knows of a lead: kept as a signal with its source and price, filled in where we know nothing."""

from datetime import datetime
from uuid import UUID

from rekindle.consent.suppress import suppress
from rekindle.decide.words import Channel, Lane
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.kept.once import before
from rekindle.inbox.types import Job
from rekindle.kit.db import Conn
from rekindle.leads import identity
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.fill import fill
from rekindle.leads.types import NoSuchLeadError
from rekindle.providers.ports import Enriched, Enrichment, UnparsableError
from rekindle.signals import store as signals
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

NOTHING = "nothing known of them"
COMPLETE = frozenset({"found", "none"})  # nothing more was to come
BARRED = "on a do-not-call list"


async def take(desk: Desk, job: Job, enriched: Enriched) -> Done:
    """Settle what came later, by callback or poll; raises UnparsableError when we never asked for it.

    However often it is handled, it counts and costs once.
    """
    seen = await before(desk, job, unless=(NOTHING,))
    if seen is not None:
        return seen
    try:
        lead = await leads.lock(desk.conn, desk.office_id, UUID(enriched.lead))
    except (ValueError, NoSuchLeadError) as error:
        raise UnparsableError("it is about nobody we know") from error
    state = await signals.enrichment(desk.conn, desk.office_id, lead.id, enriched.provider)
    if state is None:
        raise UnparsableError("nobody asked for it")
    if state in COMPLETE:
        return Done(job, "known before", lead.id)  # told by callback and by asking again: paid for once
    awaited = await signals.awaited(desk.conn, desk.office_id, lead.id, enriched.provider)
    if awaited and enriched.request_id and enriched.request_id != awaited:
        raise UnparsableError("it answers another request than ours")
    known = Enrichment(
        found=enriched.found,
        facts=enriched.facts,
        emails=enriched.emails,
        phones=enriched.phones,
        credits=enriched.credits,
        barred_phones=enriched.barred_phones,
    )
    await apply(
        desk.conn,
        desk.office_id,
        lead.id,
        enriched.provider,
        known,
        office_key=desk.office_key,
        event_id=job.event_id,
        at=desk.at,
    )
    return Done(job, "enriched" if enriched.found else NOTHING, lead.id)


async def apply(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    provider: str,
    known: Enrichment,
    *,
    office_key: bytes,
    event_id: UUID | None,
    at: datetime,
) -> None:
    """In the caller's transaction, which holds the lead's lock; the same answer twice changes nothing."""
    await _bar(conn, office_id, provider, known, office_key=office_key, event_id=event_id, at=at)
    barred = {identity.phone(text) for text in known.barred_phones}
    phones = tuple(text for text in known.phones if identity.phone(text) not in barred)
    filled = await fill(conn, office_id, lead_id, facts=known.facts, emails=known.emails, phones=phones, at=at)
    await signals.put_enrichment(
        conn,
        office_id,
        lead_id,
        provider,
        state="pending" if known.pending else "found" if known.found else "none",
        request_id=known.pending,
        cost=known.credits,
        filled=list(filled),
        at=at,
    )
    if not known.found:
        return
    value = {"facts": dict(known.facts), "filled": list(filled), "credits": known.credits}
    await signals.save_changed(
        conn, office_id, lead_id, kind="enrichment", value=value, source=provider, version="1", at=at
    )
    if filled:
        line = {"source": provider, "filled": list(filled), "credits": known.credits}
        await timeline.append(conn, office_id, lead_id, Kind.ENRICHED, line, at=at, actor=f"provider:{provider}")
        await ask(conn, office_id, [lead_id], lane=Lane.STEP, cause="enriched", at=at)


async def _bar(
    conn: Conn,
    office_id: UUID,
    provider: str,
    known: Enrichment,
    *,
    office_key: bytes,
    event_id: UUID | None,
    at: datetime,
) -> None:
    for text in known.barred_phones:
        number = identity.phone(text)
        if number is not None:
            await suppress(
                conn,
                office_id,
                office_key,
                channels=frozenset({Channel.SMS}),
                address=number,
                reason=BARRED,
                rule=f"{provider}:dnc",
                event_id=event_id,
                at=at,
            )
