"""Who should be offered a lead: the available agent who has waited longest."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from rekindle.decide.decision import Reason
from rekindle.decide.words import Verdict

RULE = "route"
Span = tuple[time, time]  # from inclusive, to exclusive, local wall time; a `to` of 00:00 is midnight
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class AgentFacts:
    """What routing may know of an agent. `week`: each day's spans, Monday first; `load`: open leads they hold."""

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
    """The agent to offer to, who comes next, and why each other does not."""

    best: str | None
    backups: tuple[str, ...]
    reasons: tuple[Reason, ...]


def choose(agents: tuple[AgentFacts, ...], *, at: datetime, office_timezone: str) -> Route:
    """Round-robin over the agents at work now; nobody at work is an answer too."""
    reasons = tuple(_judge(agent, at, office_timezone) for agent in agents)
    able = [a for a, r in zip(agents, reasons, strict=True) if r.verdict is Verdict.ALLOW]
    able.sort(key=lambda a: (a.last_offered_at or _NEVER, a.load / max(a.capacity, 1), a.name, a.person_id))
    if not able:
        nobody = Reason(RULE, Verdict.HOLD, "NOBODY_AT_WORK", "No agent is available now.")
        return Route(None, (), (*reasons, nobody))
    turn = Reason(RULE, Verdict.ALLOW, "NEXT_IN_TURN", f"{able[0].name} has waited longest.")
    return Route(able[0].person_id, tuple(a.person_id for a in able[1:]), (*reasons, turn))


def _judge(agent: AgentFacts, at: datetime, office_timezone: str) -> Reason:
    if not agent.accepting:
        return Reason(RULE, Verdict.DENY, "NOT_ACCEPTING", f"{agent.name} takes no leads now.")
    if agent.away_until is not None and agent.away_until > at:
        return Reason(RULE, Verdict.HOLD, "AWAY", f"{agent.name} is away.", agent.away_until)
    if agent.load >= agent.capacity:
        return Reason(RULE, Verdict.DENY, "FULL", f"{agent.name} holds {agent.load} of {agent.capacity} leads.")
    local = at.astimezone(ZoneInfo(agent.timezone or office_timezone))
    if not any(_within(span, local.time()) for span in agent.week[local.weekday()]):
        return Reason(RULE, Verdict.DENY, "OFF_HOURS", f"{agent.name} is not at work at {local:%H:%M}.")
    return Reason(RULE, Verdict.ALLOW, "AT_WORK", f"{agent.name} is at work at {local:%H:%M}.")


def _within(span: Span, now: time) -> bool:
    start, end = span
    return start <= now and (now < end or end == time(0))
