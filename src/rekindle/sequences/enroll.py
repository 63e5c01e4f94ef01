"""Enter, advance, rest and leave a sequence. Every change keeps one truth: active means exactly one wake-up."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id
from rekindle.sequences import store, versions
from rekindle.sequences.definition import next_due
from rekindle.sequences.types import EnrollmentState
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Entry, Kind


class NoSequenceError(Exception):
    """The office has no published sequence of that name."""


async def enroll(
    conn: Conn, office_id: UUID, lead_id: UUID, name: str, *, at: datetime, lane: Lane = Lane.FIRST_TOUCH
) -> UUID | None:
    """Enter a lead, once; None when it is on this sequence already. Raises NoSequenceError.

    `lane` is the most urgent this walk may ever be: a lead imported in bulk never jumps the queue.
    """
    version = await versions.active(conn, office_id, name)
    if version is None:
        raise NoSequenceError(f"no sequence named {name!r}")
    first = version.definition.steps[0]
    made = await store.insert_enrollment(
        conn,
        office_id,
        lead_id,
        sequence=name,
        version_id=version.id,
        due_at=at + first.after,
        lane=max(lane, first.lane),
        at=at,
    )
    if made is not None:
        line = {"enrollment_id": str(made), "sequence": name, "version": version.number}
        await timeline.append(conn, office_id, lead_id, Kind.ENROLLED, line, at=at)
    return made


async def advance(
    conn: Conn, office_id: UUID, enrollment_id: UUID, *, past: int, left_at: datetime, at: datetime
) -> datetime | None:
    """Go on after step `past`, which left (or was dropped) at `left_at`; when the next is due, None after the last.

    Advancing past a step that is behind already changes nothing, so a repeated decision is harmless.
    """
    walk = await store.get(conn, office_id, enrollment_id)
    if walk is None or walk.state is not EnrollmentState.ACTIVE:
        return None
    if walk.step != past:
        return walk.due_at
    version = (await versions.by_ids(conn, office_id, {walk.version_id}))[walk.version_id]
    due = next_due(version.definition, past, entered_at=walk.entered_at, left_at=left_at)
    if due is None:
        await store.end(conn, office_id, enrollment_id, state=EnrollmentState.DONE, reason="completed", at=at)
        line = {"enrollment_id": str(enrollment_id), "sequence": walk.sequence, "reason": "completed"}
        await timeline.append(conn, office_id, walk.lead_id, Kind.EXITED, line, at=at)
        return None
    following = version.definition.steps[past + 1]
    await store.move(conn, office_id, enrollment_id, step=past + 1, due_at=due, lane=following.lane)
    return due


async def exit_all(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    reason: str,
    at: datetime,
    actor: str = timeline.ENGINE,
    except_sequence: str | None = None,
) -> int:
    """End every walk of the lead; how many there were."""
    rows = await store.exit_of_lead(conn, office_id, lead_id, except_sequence=except_sequence, reason=reason, at=at)
    await _tell(conn, office_id, lead_id, Kind.EXITED, rows, reason=reason, at=at, actor=actor)
    return len(rows)


async def pause_all(
    conn: Conn, office_id: UUID, lead_id: UUID, *, reason: str, at: datetime, actor: str = timeline.ENGINE
) -> int:
    """Rest every active walk of the lead until `resume_all`; how many there were."""
    rows = await store.pause_of_lead(conn, office_id, lead_id)
    await _tell(conn, office_id, lead_id, Kind.PAUSED, rows, reason=reason, at=at, actor=actor)
    return len(rows)


async def resume_all(
    conn: Conn, office_id: UUID, lead_id: UUID, *, reason: str, at: datetime, actor: str = timeline.ENGINE
) -> int:
    """Wake every resting walk of the lead; how many there were."""
    rows = await store.resume_of_lead(conn, office_id, lead_id, at=at)
    await _tell(conn, office_id, lead_id, Kind.RESUMED, rows, reason=reason, at=at, actor=actor)
    return len(rows)


async def _tell(
    conn: Conn, office_id: UUID, lead_id: UUID, kind: Kind, rows: list[Row], *, reason: str, at: datetime, actor: str
) -> None:
    lines = [
        {"enrollment_id": str(r["id"]), "sequence": r["sequence"], "step": r["step"], "reason": reason} for r in rows
    ]
    await timeline.append_many(conn, office_id, [Entry(new_id(), at, lead_id, kind, actor, line) for line in lines])
