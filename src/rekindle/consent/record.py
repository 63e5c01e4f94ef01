"""Append what was said, and keep where each address stands: nothing is ever overwritten, only outweighed."""

import hashlib
from datetime import datetime
from uuid import UUID

import orjson

from rekindle.consent import store
from rekindle.consent.types import Standing, Word
from rekindle.consent.weigh import counts
from rekindle.decide.words import Basis, Channel
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Entry, Kind


async def grant_many(
    conn: Conn, office_id: UUID, words: list[Word], *, at: datetime, actor: str = timeline.ENGINE
) -> int:
    """Record grants (and refusals that came with them); how many were news. The same evidence twice is one."""
    known = await store.standings(conn, office_id, [(w.channel, w.address) for w in words]) if words else {}
    before = dict(known)
    events: store.Rows = []
    lines: list[Entry] = []
    for word in words:
        said = Standing(word.granted, word.basis, min(word.said_at or at, at), evidence_hash(word))
        key = (word.channel, word.address)
        current = known.get(key)
        if current is not None and current.evidence_hash == said.evidence_hash:
            continue
        event = _event(word, at)
        events.append(event)
        if counts(said, current):
            known[key] = said
            event["counts"] = True
        if word.lead_id is not None:
            kind = Kind.CONSENT_GRANTED if word.granted else Kind.CONSENT_REVOKED
            data = {"channel": word.channel, "address": word.address, "basis": word.basis}
            lines.append(Entry(new_id(), at, word.lead_id, kind, actor, data | {"consent_id": str(event["id"])}))
    if events:
        await store.append(conn, office_id, events, at=at)
        changed = {key: standing for key, standing in known.items() if before.get(key) != standing}
        await store.put_standings(conn, office_id, changed, events)
        await timeline.append_many(conn, office_id, lines)
    return len(events)


async def revoke(
    conn: Conn,
    office_id: UUID,
    *,
    channels: frozenset[Channel],
    address: str,
    basis: Basis,
    lead_id: UUID | None,
    event_id: UUID | None,
    evidence: dict[str, str],
    at: datetime,
    said_at: datetime | None = None,
    actor: str = timeline.ENGINE,
) -> int:
    """Record that an address takes back its consent on these channels; how many were news."""
    words = [Word(c, address, False, basis, said_at, lead_id, event_id, evidence) for c in sorted(channels)]  # noqa: FBT003
    return await grant_many(conn, office_id, words, at=at, actor=actor)


def evidence_hash(word: Word) -> bytes:
    """The same words about the same address are the same evidence, whenever they come again."""
    said = [word.channel, word.address, word.granted, word.basis, word.said_at, word.evidence]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _event(word: Word, at: datetime) -> dict[str, object]:
    said_at = word.said_at.isoformat() if word.said_at else None
    return {
        "id": new_id(),
        "channel": word.channel,
        "act": "grant" if word.granted else "revoke",
        "basis": word.basis,
        "address": word.address,
        "lead_id": word.lead_id,
        "event_id": word.event_id,
        "evidence": {**word.evidence, "said_at": said_at or at.isoformat(), "dated": bool(said_at)},
    }
