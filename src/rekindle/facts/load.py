"""The one place that gathers all the core must know of a lead."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from rekindle.consent.suppress import standing
from rekindle.content.fields import values
from rekindle.decide.facts import Facts
from rekindle.decide.words import Channel
from rekindle.facts import build, steps, store
from rekindle.facts.types import Gathered, NoLeadError
from rekindle.kit.db import Conn
from rekindle.sequences import versions

# Drafts are judged, not sent; the real link is made when the message is planned.
NO_LINK_YET = "https://unsubscribe.example/u/draft"


async def load(conn: Conn, office_id: UUID, lead_id: UUID, *, at: datetime, office_key: bytes) -> Facts:
    """The facts of one lead at `at`; raises NoLeadError when there is none of that id (merged ones included)."""
    return (await gather(conn, office_id, lead_id, at=at, office_key=office_key)).facts


async def gather(conn: Conn, office_id: UUID, lead_id: UUID, *, at: datetime, office_key: bytes) -> Gathered:
    """The facts, and what it takes to write the messages they allow; raises NoLeadError."""
    row = await store.gather(conn, office_id, lead_id, at=at)
    if row is None or row["merged_into"] is not None:
        raise NoLeadError(f"no lead {lead_id} in this office")
    addresses, touches = build.addresses(row), build.touches(row)
    suppressions = tuple(await standing(conn, office_id, office_key, addresses)) if addresses else ()
    known = Gathered(
        facts=build.facts(row, office_id=office_id, lead_touches=touches, suppressions=suppressions),
        known=steps.known(row, addresses),
        templates={},
        openings=steps.openings(addresses, touches, at=at),
        lead_name=row["name"] or f"{row['first_name']} {row['last_name']}".strip(),
        score=row["score"],
        temperature=row["temperature"],
        next_touch_at=row["next_touch_at"],
    )
    return await with_steps(conn, office_id, known, at=at)


async def with_steps(conn: Conn, office_id: UUID, known: Gathered, *, at: datetime) -> Gathered:
    """The same lead with its walks as they stand now, after a change that touched nothing else of it."""
    facts = known.facts
    walks = await store.walks(conn, office_id, UUID(facts.lead_id))
    if not walks and not facts.steps:
        return known
    plans = await versions.by_ids(conn, office_id, {walk["version_id"] for walk in walks})
    texts = steps.templates(walks)
    drafting = steps.Drafting(
        texts=texts,
        values=values(known.known, unsubscribe_url=NO_LINK_YET),
        first=any(a.channel is Channel.SMS and a.value in known.openings for a in facts.addresses),
        touches=facts.touches,
        at=at,
    )
    past = tuple(sorted({*facts.past_sequences, *(walk["sequence"] for walk in walks)}))
    facts = replace(facts, steps=steps.planned(walks, plans, drafting), past_sequences=past)
    return replace(known, facts=facts, templates=texts)
