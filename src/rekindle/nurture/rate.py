"""The score of a lead, saved with its reasons when it changed."""

import hashlib
from datetime import datetime
from uuid import UUID

import orjson

from rekindle.decide.plain import to_plain
from rekindle.decide.score import Score, score
from rekindle.facts.types import Gathered
from rekindle.kit.db import Conn
from rekindle.nurture import store
from rekindle.signals import store as signals
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

SOURCE = "scorecard"


async def rate(conn: Conn, office_id: UUID, known: Gathered, *, at: datetime) -> Score:
    """Score the lead: its signal is kept current in every part, its story tells of points and temperature only."""
    made = score(known.facts, at=at)
    temperature = str(to_plain(made.temperature))
    lead_id = UUID(known.facts.lead_id)
    parts = [part for part in to_plain(made.parts) if part["points"]]
    line = {"points": made.points, "before": known.score, "temperature": temperature, "parts": parts}
    async with conn.pipeline():  # nothing is asked back: one round trip
        await signals.save_changed(
            conn,
            office_id,
            lead_id,
            kind="score",
            value=to_plain(made),
            source=SOURCE,
            version=made.version,
            input_hash=_hash(known),
            at=at,
        )
        if (made.points, temperature) != (known.score, known.temperature):
            await store.set_score(conn, office_id, lead_id, points=made.points, temperature=temperature)
            await timeline.append(conn, office_id, lead_id, Kind.SCORED, line, at=at)
    return made


def _hash(known: Gathered) -> bytes:
    return hashlib.sha256(orjson.dumps(known.facts)).digest()
