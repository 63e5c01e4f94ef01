"""Into a sequence: because somebody asked about property, or because somebody asked for it by name."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.entry import choose
from rekindle.decide.facts import Facts
from rekindle.decide.words import FINAL_STAGES, Conversation, Lane
from rekindle.kit.db import Conn
from rekindle.sequences.enroll import NoSequenceError, enroll, exit_all
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

ENQUIRY = "enquiry"
NAMED = "enroll:"


async def enter(
    conn: Conn, office_id: UUID, facts: Facts, *, causes: tuple[str, ...], lane: Lane, at: datetime
) -> bool:
    """Enroll the lead as the causes say; whether it is on a walk it was not on before."""
    named = [cause.removeprefix(NAMED) for cause in causes if cause.startswith(NAMED)]
    if named:
        return await _by_name(conn, office_id, facts, named[-1], lane=lane, at=at)
    if ENQUIRY not in causes or facts.steps:
        return False
    name = choose(facts, at=at)
    return name is not None and await _enroll(conn, office_id, facts, name, lane=lane, at=at)


async def _by_name(conn: Conn, office_id: UUID, facts: Facts, name: str, *, lane: Lane, at: datetime) -> bool:
    if facts.stage in FINAL_STAGES or facts.conversation is Conversation.PERSON or facts.handoff_open:
        return False
    # One walk at a time: two plans would talk over each other.
    lead_id = UUID(facts.lead_id)
    await exit_all(conn, office_id, lead_id, reason=f"entered {name}", at=at, except_sequence=name)
    return await _enroll(conn, office_id, facts, name, lane=lane, at=at)


async def _enroll(conn: Conn, office_id: UUID, facts: Facts, name: str, *, lane: Lane, at: datetime) -> bool:
    lead_id = UUID(facts.lead_id)
    try:
        return await enroll(conn, office_id, lead_id, name, at=at, lane=lane) is not None
    except NoSequenceError as error:
        # An import may name a sequence the office does not have: the lead goes on, its story says so.
        await timeline.append(conn, office_id, lead_id, Kind.NOTE, {"text": str(error)}, at=at)
        return False
