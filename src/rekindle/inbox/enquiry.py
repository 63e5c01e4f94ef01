"""Enquiries become leads with their consents, and are put before the core: any number of events in one transaction."""

from collections import defaultdict
from dataclasses import replace
from itertools import chain
from uuid import UUID

from rekindle.consent.record import grant_many
from rekindle.consent.types import Word
from rekindle.crm import store as links
from rekindle.decide.words import Basis, Channel, Lane
from rekindle.inbox import enrich, lookup, tally
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.types import Job
from rekindle.leads.ask import ask
from rekindle.leads.types import Upserted
from rekindle.leads.upsert import IMPORT, upsert_many
from rekindle.providers.ports import Enquiry, GivenConsent, UnparsableError
from rekindle.timeline.store import ENGINE

KINDS = {Channel.SMS: "phone", Channel.EMAIL: "email"}
Given = tuple[Job, tuple[Enquiry, ...]]


async def take(desk: Desk, given: list[Given]) -> list[Done]:
    """Settle the enquiries of some events, all imported or none; raises UnparsableError when a lone one is no use."""
    listed = given[0][0].lane is Lane.BULK
    # When they asked is when it reached us, not when we came to it.
    enquiries = [e if e.at or listed else replace(e, at=job.received_at) for job, es in given for e in es]
    jobs = list(chain.from_iterable([job] * len(es) for job, es in given))
    outcomes = await upsert_many(
        desk.conn,
        desk.office_id,
        enquiries,
        event_id=[job.event_id for job in jobs],
        at=desk.at,
        actor=IMPORT if listed else ENGINE,
    )
    words: list[Word] = []
    asked: defaultdict[tuple[Lane, str], list[UUID]] = defaultdict(list)
    for job, enquiry, outcome in zip(jobs, enquiries, outcomes, strict=True):
        if outcome.lead_id is None or outcome.seen:
            continue
        words += _words(enquiry, outcome, job)
        await _link(desk, job, enquiry, outcome.lead_id)
        asked[(job.lane, _cause(enquiry))].append(outcome.lead_id)
        if outcome.created and not listed:
            await enrich.want(desk.conn, desk.office_id, outcome.lead_id, enrichers=desk.asks.enrichers, at=desk.at)
            for point in outcome.points:
                if point.kind == "phone":
                    await lookup.want(desk.conn, desk.office_id, point.value, tellers=desk.asks.tellers, at=desk.at)
    await grant_many(desk.conn, desk.office_id, words, at=desk.at, actor=IMPORT if listed else ENGINE)
    for (lane, cause), lead_ids in asked.items():
        await ask(desk.conn, desk.office_id, lead_ids, lane=lane, cause=cause, at=desk.at)
    rest = iter(outcomes)
    return [_done(job, [next(rest) for _ in es]) for job, es in given]


async def _link(desk: Desk, job: Job, enquiry: Enquiry, lead_id: UUID) -> None:
    """A CRM that hands in an enquiry names its contact: what it says of that contact later is about this lead."""
    if enquiry.contact_id:
        crm = job.source.partition("-")[0]
        await links.link(desk.conn, desk.office_id, crm, enquiry.contact_id, lead_id)


def _cause(enquiry: Enquiry) -> str:
    if enquiry.enroll == "auto":
        return "enquiry"
    return "import" if enquiry.enroll in ("none", "") else f"enroll:{enquiry.enroll}"


def _words(enquiry: Enquiry, outcome: Upserted, job: Job) -> list[Word]:
    words = [word for given in enquiry.consents for word in _spoken(given, enquiry, outcome, job)]
    listed = job.lane is Lane.BULK
    if not listed and all(given.channel is not Channel.EMAIL for given in enquiry.consents):
        # Whoever asks by leaving an e-mail address may be answered there.
        asked = GivenConsent(Channel.EMAIL, granted=True, basis=Basis.INQUIRY, text="", url="", ip="", at=None)
        words += _spoken(asked, enquiry, outcome, job)
    return words


def _spoken(given: GivenConsent, enquiry: Enquiry, outcome: Upserted, job: Job) -> list[Word]:
    """One consent for the address it speaks of: a yes to texts for the first number, everything else for all."""
    addresses = [point.value for point in outcome.points if point.kind == KINDS[given.channel]]
    if given.granted and given.channel is Channel.SMS:
        addresses = addresses[:1]
    evidence = {"text": given.text, "url": given.url, "ip": given.ip, "source": enquiry.source, "page": enquiry.page}
    said_at = given.at or (None if job.lane is Lane.BULK else enquiry.at)
    return [
        Word(
            given.channel,
            address,
            given.granted,
            Basis(given.basis),
            said_at,
            outcome.lead_id,
            job.event_id,
            {name: value.replace("\x00", "") for name, value in evidence.items() if value},
        )
        for address in addresses
    ]


def _done(job: Job, outcomes: list[Upserted]) -> Done:
    if len(outcomes) > 1 or job.lane is Lane.BULK:
        return Done(job, str(tally.of(outcomes)), None)
    [outcome] = outcomes
    if outcome.refused is not None:
        raise UnparsableError("; ".join(f"{error.field}: {error.text}" for error in outcome.refused))
    return Done(
        job, "seen before" if outcome.seen else "new lead" if outcome.created else "known lead", outcome.lead_id
    )
