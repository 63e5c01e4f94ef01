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


@dataclass(frozen=True)
class Held:
    """Why a message waits, and until when."""

    code: str
    text: str
    until: datetime | None


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
    if answer.verdict is Verdict.HOLD:
        held = Held(answer.code, why, answer.until)
        await tell_held(conn, office_id, message, held, decision_id=decision_id, at=at)
    return why


async def tell_held(
    conn: Conn, office_id: UUID, message: Message, held: Held, *, at: datetime, decision_id: UUID | None = None
) -> bool:
    """A line of the lead's story on why it waits; False when it was held for the same reason before."""
    if held.code == message.error_code:
        return False
    line = {
        "kind": "send",
        "verdict": Verdict.HOLD.value,
        "code": held.code,
        "text": held.text,
        "channel": message.channel.value,
        "until": held.until.isoformat() if held.until else None,
    }
    if decision_id is not None:
        line["decision_id"] = str(decision_id)
    await timeline.append(conn, office_id, message.lead_id, Kind.DECIDED, line, at=at)
    return True
