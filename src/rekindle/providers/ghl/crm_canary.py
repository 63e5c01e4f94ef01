"""A contact that is nobody, changed every so often: when no webhook tells of it, none tells of anybody."""

from dataclasses import replace

from rekindle.providers.ghl import crm_contact, crm_marks
from rekindle.providers.ghl.client import Line
from rekindle.providers.ghl.people import texts
from rekindle.providers.ports.crm import CANARY, CANARY_EMAIL, CANARY_NAME, Card

NOBODY = Card(
    lead_id="canary",
    contact_id="",
    name=CANARY_NAME,
    first_name="Rekindle",
    last_name="Canary",
    emails=(CANARY_EMAIL,),
    phones=(),
    source="Rekindle",
    tags_on=(),
    tags_off=(),
    fields=(),
    stage="",
    notes=(),
    no_sms=True,
    no_email=True,
)


async def chirp(line: Line, stamp: str) -> None:
    """The contact with this stamp as its one tag of ours; raises CallFailedError."""
    contact = await crm_contact.write(line, NOBODY)
    stale = tuple(tag for tag in texts(contact.get("tags")) if tag.lower().startswith(CANARY))
    await crm_marks.tag(line, contact, replace(NOBODY, tags_on=(CANARY + stamp,), tags_off=stale))
