"""The gate's second answer as a row, with all it knew, so that it replays; a hold is a line of the story too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.decide.decision import GateResult
from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.plain import to_plain
from rekindle.decide.version import CODE
from rekindle.decide.words import Verdict
from rekindle.kit.db import Conn
from rekindle.outbox import store
from rekindle.outbox.types import Message
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


@dataclass(frozen=True)
class Judged:
    """What the gate was asked, under which rules, and what it said."""

    known: Facts
    attempt: Attempt
    policy: str
    answer: GateResult


async def record(conn: Conn, office_id: UUID, message: Message, judged: Judged, *, at: datetime) -> str:
    """Store the answer; gives its deciding sentence. Held for the same reason again, the story is not told twice."""
    answer = judged.answer
    why = next((r.text for r in answer.reasons if r.code == answer.code), answer.code)
    decision_id = await store.insert_decision(
        conn,
        office_id,
        {
            "at": at,
            "lead": message.lead_id,
            "verdict": answer.verdict.value,
            "reasons": to_plain(answer.reasons),
            "facts": to_plain(judged.known) | {"attempt": to_plain(judged.attempt)},
            "policy": judged.policy,
            "code": CODE,
            "enrollment": message.enrollment_id,
            "message": message.id,
            "until": answer.until,
        },
    )
    if answer.verdict is Verdict.HOLD and answer.code != message.error_code:
        line = {
            "decision_id": str(decision_id),
            "kind": "send",
            "verdict": answer.verdict.value,
            "code": answer.code,
            "text": why,
            "channel": message.channel.value,
            "until": answer.until.isoformat() if answer.until else None,
        }
        await timeline.append(conn, office_id, message.lead_id, Kind.DECIDED, line, at=at)
    return why
