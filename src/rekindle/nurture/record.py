"""A decision as a row and as a line of the lead's story; both commit with what the decision caused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.decide.decision import Decision, GateResult, HandOff, Reason, Send, Wait
from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.plain import to_plain
from rekindle.decide.version import CODE
from rekindle.decide.words import Verdict
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id
from rekindle.nurture import store
from rekindle.nurture.types import Recorded
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

ALLOWED = "ALLOWED"  # the gate's own code; no single line decided, all of them together did


async def record(
    conn: Conn, office_id: UUID, facts: Facts, decision: Decision, *, policy: str, draw: float, at: datetime
) -> Recorded:
    """Store what the core said of a lead, with everything it was told."""
    made = summary(decision)
    step = _step(decision)
    line: dict[str, Any] = {
        "decision_id": str(made.id),
        "kind": made.kind,
        "verdict": made.verdict,
        "code": made.code,
        "text": made.text,
    }
    if step is not None:
        line |= {"sequence": step.sequence, "step": step.step}
    if isinstance(decision, Send):
        line["channel"] = decision.channel.value
    if made.until is not None:
        line["until"] = made.until.isoformat()
    async with conn.pipeline():  # nothing is asked back: one round trip
        await store.insert_decision(
            conn,
            office_id,
            {
                "id": made.id,
                "at": at,
                "lead": UUID(facts.lead_id),
                "phase": "decide",
                "kind": made.kind,
                "verdict": made.verdict,
                "reasons": decision.reasons,
                "facts": facts,
                "draw": draw,
                "policy": policy,
                "code": CODE,
                "enrollment": UUID(step.enrollment_id) if step else None,
                "message": None,
                "until": made.until,
            },
        )
        await timeline.append(conn, office_id, UUID(facts.lead_id), Kind.DECIDED, line, at=at)
    return made


async def record_person(
    conn: Conn,
    office_id: UUID,
    facts: Facts,
    attempt: Attempt,
    answer: GateResult,
    *,
    policy: str,
    message_id: UUID | None,
    decision_id: UUID,
    actor: str,
    at: datetime,
) -> None:
    """Store what the gate said to a person's own message; the attempt stands beside the facts, to replay it."""
    await store.insert_decision(
        conn,
        office_id,
        {
            "id": decision_id,
            "at": at,
            "lead": UUID(facts.lead_id),
            "phase": "person",
            "kind": "send",
            "verdict": answer.verdict.value,
            "reasons": to_plain(answer.reasons),
            "facts": to_plain(facts) | {"attempt": to_plain(attempt)},
            "draw": 0.0,
            "policy": policy,
            "code": CODE,
            "enrollment": None,
            "message": message_id,
            "until": answer.until,
        },
    )
    line = {
        "decision_id": str(decision_id),
        "kind": "send",
        "verdict": answer.verdict.value,
        "code": answer.code,
        "text": text_of(answer.reasons, answer.code),
        "channel": attempt.channel.value,
    }
    await timeline.append(conn, office_id, UUID(facts.lead_id), Kind.DECIDED, line, at=at, actor=actor)


def summary(decision: Decision) -> Recorded:
    """The decision in one line, under a new id."""
    if isinstance(decision, Send):
        return _made("send", Verdict.ALLOW, ALLOWED, decision.reasons, None)
    if isinstance(decision, Wait):
        verdict = Verdict.HOLD if decision.skipped is None else Verdict.DENY
        code = next((r.code for r in decision.reasons if r.verdict is verdict), None)
        fallback = decision.reasons[-1].code if decision.reasons else "NOTHING_PLANNED"
        return _made("wait", verdict, code or fallback, decision.reasons, decision.until)
    kind = "hand_off" if isinstance(decision, HandOff) else "stop"
    return _made(kind, Verdict.DENY, decision.cause, decision.reasons, None)


def text_of(reasons: tuple[Reason, ...], code: str) -> str:
    """The sentence of the line that decided."""
    if code == ALLOWED:
        return "Allowed by every gate."
    return next((r.text for r in reasons if r.code == code), reasons[-1].text if reasons else "")


def _made(kind: str, verdict: Verdict, code: str, reasons: tuple[Reason, ...], until: datetime | None) -> Recorded:
    return Recorded(new_id(), kind, verdict.value, code, text_of(reasons, code), until)


def _step(decision: Decision) -> Any:
    if isinstance(decision, Send):
        return decision.step
    return decision.skipped if isinstance(decision, Wait) else None
