"""Offer a hand-off: to the lead's own agent when on, else round robin among those who are, else to the managers."""

from datetime import datetime
from uuid import UUID

from rekindle.alerts import notice
from rekindle.alerts.types import Kind as Notices
from rekindle.decide import route
from rekindle.decide.decision import Reason
from rekindle.decide.words import Verdict
from rekindle.kit.db import Conn
from rekindle.leads.types import Lead
from rekindle.office import store as offices
from rekindle.office.types import Agent
from rekindle.routing import store
from rekindle.routing.types import Handoff
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def make(
    conn: Conn,
    office_id: UUID,
    handoff: Handoff,
    lead: Lead,
    *,
    at: datetime,
    declined: UUID | None = None,
    again: bool = False,
) -> bool:
    """Offer it to the best available agent and tell them; True when there is one. The caller holds the lead.

    `declined` gave it back just now; `again` tries anew and does not tell the managers a second time.
    """
    chosen = await _choose(conn, office_id, lead, at=at, declined=declined)
    who = lead.name or "A lead"
    if chosen.best is None:
        if handoff.person_id is not None:
            await store.set_offer(conn, office_id, handoff.id, None, at=None)
        if not again:
            text = f"{who} needs a person and nobody is available: {handoff.summary}"
            await notice.notify(
                conn,
                office_id,
                key=uncovered_key(handoff.id),
                person_id=None,
                lead_id=lead.id,
                kind=Notices.UNCOVERED,
                text=text,
                at=at,
            )
        return False
    person_id = UUID(chosen.best)
    await store.set_offer(conn, office_id, handoff.id, person_id, at=at)
    await store.set_offered(conn, office_id, person_id, at=at)
    told = {
        "handoff_id": str(handoff.id),
        "person_id": chosen.best,
        "backups": list(chosen.backups),
        "reasons": [reason.text for reason in chosen.reasons],
    }
    await timeline.append(conn, office_id, lead.id, Kind.OFFERED, told, at=at)
    await notice.settle(conn, office_id, uncovered_key(handoff.id), by=None, at=at)
    await notice.notify(
        conn,
        office_id,
        key=key(handoff.id),
        person_id=person_id,
        lead_id=lead.id,
        kind=Notices.HANDOFF,
        text=f"{who} needs you: {handoff.summary}",
        at=at,
    )
    return True


async def settle_notices(conn: Conn, office_id: UUID, handoff_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Somebody has it now: nobody need be told any more."""
    await notice.settle(conn, office_id, key(handoff_id), by=by, at=at)
    await notice.settle(conn, office_id, uncovered_key(handoff_id), by=by, at=at)


def key(handoff_id: UUID) -> str:
    """The key of the notice to the agent it is offered to."""
    return f"handoff:{handoff_id}"


def uncovered_key(handoff_id: UUID) -> str:
    """The key of the notice to the managers."""
    return f"uncovered:{handoff_id}"


async def _choose(conn: Conn, office_id: UUID, lead: Lead, *, at: datetime, declined: UUID | None) -> route.Route:
    office = await offices.get(conn, office_id)
    agents = await store.hold_agents(conn, office_id)
    loads = await store.loads(conn, office_id)
    facts = [_facts(agent, loads) for agent in agents if agent.person_id != declined]
    own = tuple(f for f in facts if lead.owner_id is not None and f.person_id == str(lead.owner_id))
    if own:
        first = route.choose(own, at=at, office_timezone=office.timezone)
        if first.best is not None:
            why = Reason("route", Verdict.ALLOW, "OWN_LEAD", f"{own[0].name} is on duty and it is their lead.")
            return route.Route(first.best, (), (why,))
    return route.choose(tuple(facts), at=at, office_timezone=office.timezone)


def _facts(agent: Agent, loads: dict[UUID, int]) -> route.AgentFacts:
    return route.AgentFacts(
        person_id=str(agent.person_id),
        name=agent.name,
        timezone=agent.timezone,
        week=agent.week,
        accepting=agent.accepting,
        away_until=agent.away_until,
        capacity=agent.capacity,
        load=loads.get(agent.person_id, 0),
        last_offered_at=agent.last_offered_at,
    )
