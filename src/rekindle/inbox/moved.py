"""An opportunity moved in the CRM's pipeline: the office's own map says which of our stages that is."""

from rekindle.decide.words import Stage
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.elsewhere import lead_of_contact
from rekindle.inbox.kept.once import before
from rekindle.inbox.staged import set_stage
from rekindle.inbox.types import Job
from rekindle.leads import store as leads
from rekindle.providers.ports import StageMoved

# What a move says that changed nothing yet, and may when it is handled again under another map.
UNMAPPED, NOBODYS = "a stage that is not mapped", "an opportunity of somebody who is no lead"
# What a CRM's status means without any map: every CRM of the field knows won and lost.
ENDED = {"won": Stage.CLOSED.value, "lost": Stage.LOST.value, "abandoned": Stage.LOST.value}


async def take(desk: Desk, job: Job, moved: StageMoved) -> Done:
    """Follow it, once; a stage that the office mapped to nothing changes nothing."""
    known = await before(desk, job, unless=(UNMAPPED, NOBODYS))
    if known is not None:
        return known
    stage = ENDED.get(moved.status, moved.stage)
    if not stage:
        return Done(job, UNMAPPED, None)
    lead_id = await lead_of_contact(desk, moved.crm, moved.contact_id, "")
    if lead_id is None:
        return Done(job, NOBODYS, None)
    lead = await leads.lock(desk.conn, desk.office_id, lead_id)
    changed = await set_stage(desk, lead.id, stage, actor=f"provider:{moved.crm}")
    return Done(job, f"stage: {stage}" if changed else "echo: nothing new", lead.id)
