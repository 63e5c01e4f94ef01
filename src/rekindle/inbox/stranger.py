"""Whose address this is; somebody new when it is nobody's, so that nobody who writes to us is lost."""

from uuid import UUID

from rekindle.inbox.desk import Desk
from rekindle.inbox.types import Job
from rekindle.leads import store as leads
from rekindle.leads.find import by_address
from rekindle.leads.types import Lead
from rekindle.leads.upsert import upsert_many
from rekindle.providers.ports import Enquiry, UnparsableError
from rekindle.timeline.store import LEAD


async def lead_of(
    desk: Desk, job: Job, *, source: str, phones: tuple[str, ...], emails: tuple[str, ...], name: str = ""
) -> Lead:
    """The lead of these addresses, held until the transaction ends; raises UnparsableError when none is usable."""
    enquiry = Enquiry(
        external_id=f"{source}:{job.source}:{job.external_id}",
        source=source,
        name=name,
        first_name="",
        last_name="",
        emails=emails,
        phones=phones,
        kind="",
        message="",
        page="",
        at=job.received_at,
        state="",
        zip="",
        city="",
        street="",
        attributes=(),
        consents=(),
        enroll="none",
    )
    found = await _find(desk, phones, emails)
    if found is None:
        [made] = await upsert_many(desk.conn, desk.office_id, [enquiry], event_id=job.event_id, at=desk.at, actor=LEAD)
        if made.lead_id is None:
            raise UnparsableError("neither a usable phone number nor an e-mail address")
        found = made.lead_id
    return await leads.lock(desk.conn, desk.office_id, found)


async def _find(desk: Desk, phones: tuple[str, ...], emails: tuple[str, ...]) -> UUID | None:
    for kind, values in (("phone", phones), ("email", emails)):
        for value in values:
            found = await by_address(desk.conn, desk.office_id, kind, value)
            if found:
                return found
    return None
