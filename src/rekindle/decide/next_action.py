"""What should happen to a lead now: send, wait, hand off or stop. Pure: time and chance are arguments."""

from datetime import datetime, timedelta

from rekindle.decide import gate, person_needed, unanswered
from rekindle.decide.contact_law import GATE as HOURS
from rekindle.decide.contact_law import window
from rekindle.decide.decision import Decision, GateResult, HandOff, Reason, Send, Stop, Wait
from rekindle.decide.facts import Attempt, Draft, Facts, PlannedStep
from rekindle.decide.gates.inbound import soft_stop
from rekindle.decide.policy import Policy
from rekindle.decide.words import FINAL_STAGES, Actor, Conversation, Lane, Verdict

RULE = "next_action"
# Texts held over night do not all leave in the first second of the morning.
SPREAD = timedelta(minutes=10)


def next_action(facts: Facts, policy: Policy, *, at: datetime, draw: float) -> Decision:
    """The one decision these facts call for at `at`; `draw` in 0..1 is the only chance in it."""
    ended = _hand_off(facts) or _keep_silent(facts) or _stop(facts, at)
    if ended is not None:
        return ended
    found = _walk(facts, policy, at=at, draw=draw)
    if isinstance(found, Wait):
        return unanswered.taken_back(facts, found, at=at) or found
    return found


def _hand_off(facts: Facts) -> HandOff | None:
    reply = None if facts.handoff_open else person_needed.pending(facts)
    if reply is None:
        return None
    cause = person_needed.cause(reply) or person_needed.DOUBT
    text = f"A reply needs a person: the lead {person_needed.asks(reply)}."
    return HandOff(cause, person_needed.summary(facts, reply), (Reason(RULE, Verdict.ALLOW, "PERSON_NEEDED", text),))


def _keep_silent(facts: Facts) -> Wait | None:
    if facts.handoff_open:
        return _nothing("HANDOFF_OPEN", "The lead waits for a person; automation is silent.")
    if facts.conversation is Conversation.PERSON:
        return _nothing("HUMAN_OWNS", "A person owns the conversation; automation is silent.")
    return None


def _stop(facts: Facts, at: datetime) -> Stop | HandOff | None:
    if facts.stage in FINAL_STAGES:
        return _end("STAGE_FINAL", f"Automation ends at stage {facts.stage}.")
    blocked = {(s.channel, s.address) for s in facts.suppressions}
    if all((a.channel, a.value) in blocked for a in facts.addresses):
        if unanswered.tried_in_vain(facts, at=at) or unanswered.asks_anew(facts):
            return unanswered.closed(facts)
        text = "Every address of the lead is suppressed." if facts.addresses else "The lead has no address."
        return _end("NO_OPEN_ADDRESS", text)
    if soft_stop(facts):
        return _end("SOFT_STOP", "The lead said no; only a person may write until they come back.")
    return None


def _walk(facts: Facts, policy: Policy, *, at: datetime, draw: float) -> Decision:
    """The most urgent due step that may be sent; else the first that never can be; else the next instant to look."""
    waits: list[Wait] = []
    for step in sorted(facts.steps, key=_urgency):
        if step.due_at > at:
            reason = Reason(RULE, Verdict.HOLD, "NOT_DUE", f"{_name(step)} is due later.", step.due_at)
            waits.append(Wait(step.due_at, None, (reason,)))
            continue
        found = _try(step, facts, policy, at=at, draw=draw)
        if isinstance(found, Wait) and found.skipped is None:
            waits.append(found)
        else:
            return found
    if not waits:
        return _nothing("NOTHING_PLANNED", "No sequence has a step for this lead.")
    first = min(waits, key=lambda wait: (wait.until is None, wait.until))
    others = tuple(reason for wait in waits if wait is not first for reason in wait.reasons)
    return Wait(first.until, None, first.reasons + others)


def _try(step: PlannedStep, facts: Facts, policy: Policy, *, at: datetime, draw: float) -> Send | Wait | HandOff:
    if step.expires_at is not None and step.expires_at <= at:
        text = f"{_name(step)} was only worth sending earlier."
        return _drop(step, facts, (Reason(RULE, Verdict.DENY, "EXPIRED", text),))
    reasons: tuple[Reason, ...] = ()
    held: list[datetime] = []
    for draft in step.drafts:
        addresses = [a.value for a in facts.addresses if a.channel is draft.channel]
        if not addresses:
            text = f"The lead has given no {unanswered.ADDRESS[draft.channel]}."
            reasons += (Reason(RULE, Verdict.DENY, "NO_ADDRESS", text),)
        for address in addresses:
            found = gate.check(facts, _attempt(step, draft, address), policy, at=at)
            if found.verdict is Verdict.ALLOW:
                return _send(step, draft, address, reasons + found.reasons)
            reasons += found.reasons
            if found.until is not None:
                held.append(_spread(found.until, found, facts, policy, address=address, draw=draw))
    if held:
        return Wait(min(held), None, reasons)
    dropped = Reason(RULE, Verdict.DENY, "NO_WAY", f"{_name(step)} cannot be sent on any channel.")
    return _drop(step, facts, (*reasons, dropped))


def _drop(step: PlannedStep, facts: Facts, reasons: tuple[Reason, ...]) -> Wait | HandOff:
    """The walk goes on without this step; but a first answer that cannot be given is given by a person."""
    first = step.index == 0 and step.lane is Lane.FIRST_TOUCH
    return unanswered.hand_off(facts, reasons) if first else Wait(None, step, reasons)


def _spread(until: datetime, found: GateResult, facts: Facts, policy: Policy, *, address: str, draw: float) -> datetime:
    """A moment after the window opens, unless it closes before."""
    if not any(reason.gate == HOURS and reason.until == until for reason in found.reasons):
        return until
    later = until + SPREAD * draw
    open_then = window(policy, phone=address, state=facts.state, zip_code=facts.zip, at=later).allowed
    return later if open_then else until


def _attempt(step: PlannedStep, draft: Draft, address: str) -> Attempt:
    return Attempt(
        channel=draft.channel,
        address=address,
        message_class=step.message_class,
        actor=Actor.AUTOMATION,
        step=f"{step.sequence}/{step.step}",
        missing=draft.missing,
        expires_at=step.expires_at,
    )


def _send(step: PlannedStep, draft: Draft, address: str, reasons: tuple[Reason, ...]) -> Send:
    return Send(
        step=step,
        channel=draft.channel,
        address=address,
        template=draft.template,
        template_version=draft.version,
        message_class=step.message_class,
        lane=step.lane,
        reasons=reasons,
    )


def _urgency(step: PlannedStep) -> tuple[int, datetime, str]:
    return step.lane, step.due_at, step.enrollment_id


def _name(step: PlannedStep) -> str:
    return f"Step {step.step} of {step.sequence}"


def _nothing(code: str, text: str) -> Wait:
    return Wait(None, None, (Reason(RULE, Verdict.HOLD, code, text),))


def _end(code: str, text: str) -> Stop:
    return Stop(code, (Reason(RULE, Verdict.DENY, code, text),))
