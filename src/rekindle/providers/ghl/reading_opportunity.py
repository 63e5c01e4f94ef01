"""Opportunities: where a contact stands in a pipeline."""

from datetime import datetime

from rekindle.providers.ghl import maps
from rekindle.providers.ghl.reading_contact import CRM
from rekindle.providers.ghl.reading_given import Given
from rekindle.providers.ports import Account, Ignored, StageMoved


def stage(given: Given, external_id: str, account: Account) -> StageMoved | Ignored:
    """The stage an opportunity stands at; a workflow writes `pipleline_stage` and means the stage's name."""
    contact_id = given.line("contactid")
    if not contact_id:
        return Ignored("an opportunity without a contact")
    pipeline_id = given.line("pipelineid")
    stage_id = given.line("pipelinestageid", "pipelinestage", "piplelinestage")
    return StageMoved(
        external_id=external_id,
        crm=CRM,
        contact_id=contact_id,
        opportunity_id=given.line("opportunityid", "id"),
        pipeline_id=pipeline_id,
        stage_id=stage_id,
        status=given.line("status").lower(),
        at=_at(given),
        stage=_ours(account, pipeline_id, stage_id),
    )


def _ours(account: Account, pipeline_id: str, stage_id: str) -> str:
    """Our stage by the office's map; "" when it names none for this one."""
    mapped = maps.pipeline(account)
    if mapped is None or (pipeline_id and pipeline_id != mapped.pipeline_id):
        return ""
    return next((ours for ours, theirs in mapped.stages.items() if theirs == stage_id), "")


def _at(given: Given) -> datetime | None:
    """When it stood there; the day it was made says that only of its making."""
    said = ("timestamp", "dateupdated")
    created = given.line("type").lower() == "opportunitycreate"
    return given.instant(*said, "dateadded") if created else given.instant(*said)
