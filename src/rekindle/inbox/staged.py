"""The CRM moved a lead to another stage: ours follows, and a stage that ends the matter ends automation."""

from uuid import UUID

from rekindle.decide.words import FINAL_STAGES, Lane, Stage
from rekindle.inbox.desk import Desk
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.outbox.cancel import cancel_planned
from rekindle.sequences.enroll import exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

STAGES = frozenset(stage.value for stage in Stage)


async def set_stage(desk: Desk, lead_id: UUID, stage: str, *, actor: str) -> bool:
    """Move a locked lead to the stage named; False when it names none of ours or the lead is there already."""
    lead = await leads.get(desk.conn, desk.office_id, lead_id)
    if stage not in STAGES or lead.stage.value == stage:
        return False
    await leads.set_fields(desk.conn, desk.office_id, lead.id, at=desk.at, stage=stage)
    line = {"source": actor, "fields": {"stage": [lead.stage.value, stage]}, "added": []}
    await timeline.append(desk.conn, desk.office_id, lead.id, Kind.CHANGED, line, at=desk.at, actor=actor)
    if Stage(stage) in FINAL_STAGES:
        await exit_all(desk.conn, desk.office_id, lead.id, reason=f"stage {stage}", at=desk.at)
        await cancel_planned(desk.conn, desk.office_id, lead.id, reason=f"stage {stage}", at=desk.at)
    await ask(desk.conn, desk.office_id, [lead.id], lane=Lane.STEP, cause="stage", at=desk.at)
    return True
