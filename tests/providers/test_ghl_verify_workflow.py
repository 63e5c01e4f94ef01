"""Workflow actions are believed for their secret, and what we fetch ourselves is nobody's to post."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from rekindle.providers.ghl.source_fetched import GhlContactInbound, GhlMessageInbound
from rekindle.providers.ghl.workflow import GhlWorkflowInbound
from rekindle.providers.ports import Inbound, Request
from tests.conftest import NOON
from tests.providers.adapters_ghl import (
    FROM_WORKFLOW,
    NEW_CONTACT,
    OURS,
    SECRET,
)
from tests.providers.contract import account
from tests.providers.test_ghl_verify import believed, genuine, post, refused


def workflow(fields: object, *, secret: str = SECRET) -> Request:
    return post(orjson.dumps(fields), x_rekindle_secret=secret)


def test_a_workflow_is_believed_for_its_secret_alone_and_only_for_its_location() -> None:
    source = GhlWorkflowInbound()
    assert believed(workflow(FROM_WORKFLOW), source).party == "c1"
    assert believed(workflow({"phone": "3125550142"}), source).party == "3125550142"
    assert believed(workflow(FROM_WORKFLOW), source, account("ghl", workflow_secret=SECRET))
    refused(workflow({**FROM_WORKFLOW, "location": {"id": "copied by a snapshot"}}), source)
    refused(workflow(FROM_WORKFLOW, secret=""), source)
    refused(workflow(FROM_WORKFLOW, secret=""), source, account("ghl", location_id=OURS, workflow_secret=""))
    refused(workflow(FROM_WORKFLOW), source, account("ghl", location_id=OURS))


def test_neither_source_opens_for_what_opens_the_other() -> None:
    refused(genuine(NEW_CONTACT), GhlWorkflowInbound())
    refused(workflow(NEW_CONTACT))


def test_a_workflows_retry_is_one_event_and_the_same_person_next_week_another() -> None:
    source, first = GhlWorkflowInbound(), workflow(FROM_WORKFLOW)
    name = believed(first, source).external_id
    assert believed(replace(first, at=NOON + timedelta(hours=6)), source).external_id == name
    assert believed(replace(first, at=NOON + timedelta(days=7)), source).external_id != name
    assert believed(workflow({**FROM_WORKFLOW, "phone": "+13125550143"}), source).external_id != name


def test_the_same_short_answer_twice_a_day_is_two_answers() -> None:
    source, stop = GhlWorkflowInbound(), workflow({"contact_id": "c1", "message": {"type": 2, "body": "STOP"}})
    name = believed(stop, source).external_id
    assert believed(stop, source).external_id == name
    assert believed(replace(stop, at=NOON + timedelta(hours=1)), source).external_id != name


@pytest.mark.parametrize("source", [GhlContactInbound(), GhlMessageInbound()], ids=lambda source: source.source)
def test_what_we_fetch_ourselves_nobody_can_post(source: Inbound) -> None:
    refused(genuine(NEW_CONTACT), source)
    refused(workflow(FROM_WORKFLOW), source)
