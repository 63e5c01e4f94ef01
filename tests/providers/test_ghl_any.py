"""Whatever HighLevel, or somebody in its place, answers: only the errors the ports promise come out."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.providers.ghl.crm import GhlCrm
from rekindle.providers.ghl.fetch import GhlContactFetcher
from rekindle.providers.ghl.plug import GhlPlug
from rekindle.providers.ghl.sender import GhlSender
from rekindle.providers.ports import (
    CallFailedError,
    Card,
    GoneError,
    SendRefusedError,
    SendUncertainError,
    Slot,
)
from tests.conftest import NOON
from tests.providers.faults import Asked, Replied
from tests.providers.ghl_side import Side, connected, outgoing

NAMES = (
    "contact", "contacts", "id", "tags", "notes", "body", "dnd", "dndSettings", "sms", "status", "customFields",
    "value", "messages", "nextCursor", "meta", "email", "messageIds", "direction", "messageId", "opportunity",
    "opportunities", "pipelineStageId", "calendar", "slotDuration", "slotDurationUnit", "slots", "events",
    "contactId", "location", "name", "timezone", "message", "traceId", "accessToken", "refreshToken", "expiresIn",
    "dateUpdated", "searchAfter",
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "active", "inbound", "outbound", "\x00", "a\x00b", "2026-11-25T16:00:00Z", "x" * 300, "é😀"])
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
)
ANSWERS = st.tuples(
    st.sampled_from([200, 200, 200, 201, 204, 301, 400, 401, 404, 422, 429, 500]),
    ANY.map(orjson.dumps) | st.binary(max_size=20),
)
CARD = Card(
    lead_id="lead-1",
    contact_id="",
    name="Ann Reed",
    first_name="Ann",
    last_name="Reed",
    emails=("ann@reed.example",),
    phones=("+13125550142",),
    source="form",
    tags_on=("hot",),
    tags_off=("cold",),
    fields=(("score", "88"),),
    stage="contacted",
    notes=(("note-1", "A note"),),
    no_sms=True,
    no_email=False,
)
VALUES = {
    "fields": '{"score": "field1"}',
    "pipeline": '{"pipeline_id": "p", "stages": {"contacted": "s"}}',
    "calendar_id": "calendar1",
}
SLOT = Slot(NOON, NOON + timedelta(hours=1))

Act = Callable[[Side], Awaitable[object]]


def crm(side: Side) -> GhlCrm:
    return GhlCrm(side.client)


ACTS: dict[str, tuple[Act, tuple[type[Exception], ...]]] = {
    "send": (
        lambda side: GhlSender(side.client).send(outgoing(), side.account, deadline=5),
        (SendRefusedError, SendUncertainError),
    ),
    "find": (
        lambda side: GhlSender(side.client).find(outgoing(Channel.EMAIL), side.account, deadline=5),
        (SendUncertainError,),
    ),
    "push": (
        lambda side: crm(side).push(CARD, side.with_values(**VALUES), opportunity_id="o", deadline=5),
        (CallFailedError,),
    ),
    "push a known contact": (
        lambda side: crm(side).push(
            replace(CARD, contact_id="c"), side.with_values(**VALUES), opportunity_id="", deadline=5
        ),
        (CallFailedError,),
    ),
    "contacts": (
        lambda side: crm(side).contacts(side.account, since=NOON, cursor="", deadline=5),
        (CallFailedError,),
    ),
    "messages": (
        lambda side: crm(side).messages(side.account, since=NOON, cursor="emails:", deadline=5),
        (CallFailedError,),
    ),
    "slots": (
        lambda side: crm(side).slots(side.with_values(**VALUES), first=NOON, last=NOON, deadline=5),
        (CallFailedError,),
    ),
    "book": (
        lambda side: crm(side).book(side.with_values(**VALUES), "c", SLOT, title="t", deadline=5),
        (CallFailedError,),
    ),
    "fetch": (
        lambda side: GhlContactFetcher(side.client).fetch("c", side.account, deadline=5),
        (CallFailedError, GoneError),
    ),
    "check": (lambda side: GhlPlug(side.client).check(side.account, deadline=5), ()),
    "exchange": (lambda side: side.oauth().exchange("code", "https://back.example", deadline=5), (CallFailedError,)),
}


@pytest.mark.parametrize("act", ACTS)
@settings(max_examples=40, deadline=None)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=10))
async def test_any_answers_raise_only_what_the_port_promises(act: str, answers: list[tuple[int, bytes]]) -> None:
    left = list(answers)

    def reply(_: Side, __: Asked) -> Replied:
        status, body = left.pop(0) if len(left) > 1 else left[0]
        return Replied(status, b"" if status == 204 else body)

    await _holds(act, reply)


@pytest.mark.parametrize("act", ACTS)
@settings(max_examples=80, deadline=None)
@given(changes=st.lists(st.tuples(st.lists(st.integers(0, 30), min_size=1, max_size=6), ANY), max_size=8))
async def test_true_answers_with_anything_in_any_place_raise_only_what_the_port_promises(
    act: str, changes: list[tuple[list[int], Any]]
) -> None:
    left = list(changes)

    def reply(side: Side, asked: Asked) -> Replied:
        true = side.fake.handle(asked)
        if not left:
            return true
        way, value = left.pop(0)
        return replace(true, body=orjson.dumps(changed(orjson.loads(true.body), way, value)))

    await _holds(act, reply)


def changed(said: Any, way: list[int], value: Any) -> Any:
    """The same answer, with something else at one place of it; deeper where the way is longer."""
    inside = list(said) if isinstance(said, dict) else list(range(len(said))) if isinstance(said, list) else []
    if not inside or not way:
        return value
    name = inside[way[0] % len(inside)]
    copy = said.copy()
    copy[name] = changed(said[name], way[1:], value)
    return copy


async def _holds(act: str, reply: Callable[[Side, Asked], Replied]) -> None:
    doing, promised = ACTS[act]
    async with connected(HandClock(NOON), described=False) as side:
        _people_work(side)
        side.wire._handler = lambda asked: reply(side, asked)
        with suppress(*promised):
            await doing(side)
        assert len(side.wire.requests) < 40


def _people_work(side: Side) -> None:
    fake = side.fake
    there = fake.person_adds(id="c", firstName="Ann", phone="+13125550142", email="ann@reed.example", tags=["cold"])
    there["customFields"] = [{"id": "field1", "value": 7}]
    fake.lead_writes("c", "Hello")
    mail = fake.lead_writes("c", "Hello", "Email")
    mail["meta"]["email"]["messageIds"].append(*fake.lead_writes("c", "Again", "Email")["meta"]["email"]["messageIds"])
    fake.opportunities["o"] = {"id": "o", "contactId": "c", "pipelineId": "p", "pipelineStageId": "s", "status": "open"}
    fake.free = [NOON]
    fake.codes["code"] = "Company"
