"""Who should take this lead: an available agent, in turn; nobody is invented when nobody is there."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from rekindle.decide.decision import Reason
from rekindle.decide.words import Verdict

Span = tuple[time, time]
LATEST = 2  # most backups worth naming


@dataclass(frozen=True)
class AgentFacts:
    """What routing may know of an agent. `week`: seven days of spans, Monday first; `load`: open leads in hand."""

    person_id: str
    name: str
    timezone: str
    week: tuple[tuple[Span, ...], ...]
    accepting: bool
    away_until: datetime | None
    capacity: int
    load: int
    last_offered_at: datetime | None


@dataclass(frozen=True)
class Route:
    """The best agent, who comes next, and a line of why for everybody."""

    best: str | None
    backups: tuple[str, ...]
    reasons: tuple[Reason, ...]


def choose(agents: tuple[AgentFacts, ...], *, at: datetime, office_timezone: str) -> Route:
    """Round robin among those on duty: whoever waited longest for an offer comes first; None when nobody is on."""
    barred = {agent.person_id: _bar(agent, at, office_timezone) for agent in agents}
    on = sorted((agent for agent in agents if barred[agent.person_id] is None), key=_turn)
    reasons = [Reason("route", Verdict.DENY, code, text) for bar in barred.values() if bar for code, text in (bar,)]
    if not on:
        return Route(None, (), (Reason("route", Verdict.HOLD, "NOBODY_ON", "No agent is available now."), *reasons))
    best, *others = (agent.person_id for agent in on)
    text = f"{on[0].name} is on duty and has waited longest for a lead."
    return Route(best, tuple(others[:LATEST]), (Reason("route", Verdict.ALLOW, "IN_TURN", text), *reasons))


def _bar(agent: AgentFacts, at: datetime, office_timezone: str) -> tuple[str, str] | None:
    """Why this agent cannot take a lead now; None when they can."""
    if not agent.accepting:
        return "NOT_ACCEPTING", f"{agent.name} takes no leads at the moment."
    if agent.away_until is not None and at < agent.away_until:
        return "AWAY", f"{agent.name} is away."
    if agent.load >= agent.capacity:
        return "FULL", f"{agent.name} has {agent.load} of {agent.capacity} leads in hand."
    local = at.astimezone(ZoneInfo(agent.timezone or office_timezone))
    if not any(_within(span, local.time()) for span in agent.week[local.weekday()]):
        return "OFF_DUTY", f"{agent.name} is off duty at {local:%H:%M} on {local:%A}."
    return None


def _turn(agent: AgentFacts) -> tuple[float, int, str]:
    """Sorts who waited longest first; who never had an offer before all others."""
    waited_since = agent.last_offered_at.timestamp() if agent.last_offered_at else float("-inf")
    return waited_since, agent.load, agent.person_id


def _within(span: Span, now: time) -> bool:
    start, end = span
    return start <= now and (now < end or end == time(0))  # an end of 00:00 is midnight
