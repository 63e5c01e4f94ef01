"""Ask others who a new lead is: once a lead, in its own time, so that an outage leaves the lead usable and marked."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from rekindle.errands import ask as errands
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, Kind, PutOffError
from rekindle.inbox import fetch
from rekindle.inbox.enriched import apply
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.leads import store as leads
from rekindle.leads.stated import clean
from rekindle.leads.types import NoSuchLeadError
from rekindle.office.keys import office_key
from rekindle.providers.ports import Account, CallFailedError, Enricher, Enrichment, Subject
from rekindle.signals import store as signals

ANSWERED = frozenset({"pending", "found", "none"})


async def want(conn: Conn, office_id: UUID, lead_id: UUID, *, enrichers: tuple[str, ...], at: datetime) -> None:
    """Have a lead looked up, where somebody who can is connected."""
    for provider in enrichers:
        payload = {"lead_id": str(lead_id), "provider": provider}
        await errands.ask(conn, office_id, Kind.ENRICH, f"{provider}:{lead_id}", payload, at=at, providers=(provider,))


def handler(
    db: Db, keyring: Keyring, clock: Clock, line: Line, enrichers: Mapping[str, Enricher], *, base_url: str
) -> Handler:
    """Runs errands of kind ENRICH."""

    async def enrich(errand: Errand) -> str:
        office_id, lead_id = errand.office_id, UUID(errand.payload["lead_id"])
        enricher = enrichers.get(errand.payload["provider"])
        if enricher is None:
            raise HopelessError(f"nothing is wired in that enriches by {errand.payload['provider']}")
        subject = await _subject(db, clock, office_id, lead_id, enricher.provider)
        if subject is None:
            return "asked before"
        held = await line.accounts.of(office_id)
        hooks = f"{base_url}/hooks/{held.slug}" if held else ""

        async def work(account: Account) -> Enrichment:
            return await enricher.enrich(subject, account, callback=hooks, deadline=DEADLINE)

        try:
            known = await line.call(office_id, enricher.provider, enricher.limits, work)
        except (CallFailedError, PutOffError) as failed:
            reason = failed.text if isinstance(failed, CallFailedError) else failed.why
            async with db.office(office_id) as conn:
                await signals.fail_enrichment(
                    conn, office_id, subject.lead_id, enricher.provider, reason=clean(reason), at=clock.now()
                )
            raise
        async with db.office(office_id) as conn:
            lead = await leads.lock(conn, office_id, subject.lead_id)
            key = await office_key(conn, office_id, keyring)
            at = clock.now()
            await apply(conn, office_id, lead.id, enricher.provider, known, office_key=key, event_id=None, at=at)
            if known.pending:
                # The callback is a hint that may never come; what it would tell is asked for all the same.
                ref = f"{lead.id}:{known.pending}"
                await fetch.want(conn, office_id, f"{enricher.provider}-result", ref, at=at)
        return "found" if known.found else "nothing known"

    return enrich


async def _subject(db: Db, clock: Clock, office_id: UUID, lead_id: UUID, provider: str) -> Subject | None:
    """Whom to ask about; None when an answer is there or on its way, for each asking costs credits."""
    async with db.office(office_id) as conn:
        try:
            lead = await leads.get(conn, office_id, lead_id)
        except NoSuchLeadError as error:
            raise HopelessError("the lead is gone") from error
        state = await signals.enrichment(conn, office_id, lead.id, provider)
        if state in ANSWERED:
            return None
        await signals.begin_enrichment(conn, office_id, lead.id, provider, at=clock.now())
        points = await leads.points_of(conn, office_id, lead.id)
    return Subject(
        lead_id=lead.id,
        first_name=lead.first_name,
        last_name=lead.last_name,
        email=next((point.value for point in points if point.kind == "email"), ""),
        phone=next((point.value for point in points if point.kind == "phone"), ""),
    )
