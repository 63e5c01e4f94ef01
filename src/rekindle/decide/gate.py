"""The only door to a provider. Every gate is asked, every answer is kept; deny beats hold, hold beats allow."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from rekindle.decide.decision import GateResult, Reason
from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.gates import address, caps, consent, content, conversation, hours, inbound, suppression
from rekindle.decide.gates.question import Question
from rekindle.decide.policy import Policy
from rekindle.decide.words import Verdict

GATES: Final[tuple[Callable[[Question], Reason], ...]] = (
    address.judge,
    inbound.judge,
    suppression.judge,
    consent.judge,
    hours.judge,
    caps.judge,
    conversation.judge,
    content.judge_expiry,
    content.judge_fields,
)
_FAR = timedelta(days=400)
_ROUNDS = 12


def check(facts: Facts, attempt: Attempt, policy: Policy, *, at: datetime) -> GateResult:
    """Whether this attempt may leave at `at`, with one line of reason from every gate."""
    question = Question(facts, attempt, policy, at)
    reasons = tuple(judge(question) for judge in GATES)
    for reason in reasons:
        if reason.verdict is Verdict.DENY:
            return GateResult(Verdict.DENY, reason.code, None, reasons)
    for reason in reasons:
        if reason.verdict is Verdict.HOLD:
            return GateResult(Verdict.HOLD, reason.code, _until(question, reasons), reasons)
    return GateResult(Verdict.ALLOW, "ALLOWED", None, reasons)


def _until(question: Question, reasons: tuple[Reason, ...]) -> datetime:
    """The first instant at which neither hours nor caps nor what held it now would hold it still."""
    until = max(reason.until for reason in reasons if reason.until is not None)
    for _ in range(_ROUNDS):
        if until - question.at > _FAR:
            break
        then = question.later(until)
        waits = [reason.until for judge in (hours.judge, caps.judge) if (reason := judge(then)).until is not None]
        if not waits:
            break
        until = max(wait for wait in waits if wait is not None)
    return until
