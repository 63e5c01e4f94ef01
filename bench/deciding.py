"""One pure decision, one contact-law check, one score: CPU microseconds, median of many on one thread."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rekindle.decide import gate
from rekindle.decide.contact_law import window
from rekindle.decide.facts import Address, Attempt, Consent, Draft, Facts, PlannedStep
from rekindle.decide.next_action import next_action
from rekindle.decide.optout import classify
from rekindle.decide.score import score
from rekindle.decide.words import (
    Actor,
    Basis,
    Channel,
    Conversation,
    Lane,
    LeadKind,
    MessageClass,
    Stage,
)
from rekindle.policy import load

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PHONE, EMAIL = "+13125550142", "dana@mail.example"
ROUNDS, REPEAT = 15, 2000


def measure() -> dict[str, Any]:
    """Microseconds per call."""
    policy = load.active(NOON)
    attempt = Attempt(Channel.SMS, PHONE, MessageClass.MARKETING, Actor.AUTOMATION, "new-buyer/hello")
    return {
        "decision_send_us": _micro(lambda: next_action(FACTS, policy, at=NOON, draw=0.5)),
        "decision_text_held_mail_sent_us": _micro(lambda: next_action(FACTS, policy, at=NIGHT, draw=0.5)),
        "gate_us": _micro(lambda: gate.check(FACTS, attempt, policy, at=NOON)),
        "window_open_us": _micro(
            lambda: window(policy, phone=PHONE, state="IL", zip_code="60601", at=NOON)
        ),
        "window_closed_us": _micro(
            lambda: window(policy, phone=PHONE, state="IL", zip_code="60601", at=NIGHT)
        ),
        "score_us": _micro(lambda: score(FACTS, at=NOON)),
        "classify_us": _micro(lambda: classify("could you please stop texting me, thanks")),
    }  # fmt: skip


def _micro(call: Callable[[], object]) -> float:
    """The median round's CPU time per call, so that other work on the machine is not counted."""
    call()
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(REPEAT // ROUNDS):
            call()
        rounds.append((time.process_time() - began) / (REPEAT // ROUNDS))
    return round(statistics.median(rounds) * 1e6, 1)


def _step() -> PlannedStep:
    sms = Draft(Channel.SMS, "buyer-hello-sms", 1, (), 1)
    return PlannedStep(
        "e", "new-buyer", 1, "hello", 0, False, NIGHT - timedelta(minutes=1), NOON, None,  # noqa: FBT003
        MessageClass.INQUIRY_RESPONSE, Lane.FIRST_TOUCH, (sms, replace(sms, channel=Channel.EMAIL)),
    )  # fmt: skip


FACTS = Facts(
    office_id="o", office_timezone="America/Chicago", office_mode="sandbox", lead_id="l", kind=LeadKind.BUYER,
    stage=Stage.NEW, source="form", created_at=NIGHT - timedelta(minutes=2), enquired_at=NIGHT - timedelta(minutes=2),
    enquiry="Is the house on Elm Street still available?",
    attributes=(("area", "Elm Park"), ("timeline", "1-3 months")),
    state="IL", zip="60601", conversation=Conversation.AUTOMATION, owner_id=None, paused_until=None, handoff_open=False,
    handed_off_at=None, appointment_at=None, addresses=(Address(Channel.SMS, PHONE), Address(Channel.EMAIL, EMAIL)),
    consents=(
        Consent(Channel.SMS, PHONE, True, Basis.WRITTEN, NIGHT - timedelta(minutes=2), "c1"),  # noqa: FBT003
        Consent(Channel.EMAIL, EMAIL, True, Basis.INQUIRY, NIGHT - timedelta(minutes=2), "c2"),  # noqa: FBT003
    ),
    suppressions=(), touches=(), inbound=(), steps=(_step(),), past_sequences=(),
)  # fmt: skip
