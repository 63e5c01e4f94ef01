"""How many attempts a lead gets on a channel over rolling absolute time, counting the reserved and the made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from rekindle.decide.contact_law import whereabouts
from rekindle.decide.decision import Reason
from rekindle.decide.facts import Touch
from rekindle.decide.gates.question import Question, allow, hold
from rekindle.decide.policy import Caps
from rekindle.decide.words import MessageClass, MessageState

GATE = "caps"
_DAY = timedelta(days=1)
_UNCOUNTED = frozenset({MessageClass.CONVERSATIONAL_REPLY, MessageClass.COMPLIANCE})
_NEVER_LEFT = frozenset({MessageState.CANCELED, MessageState.FAILED})
_ROUNDS = 12  # a limit that frees may run into the next; there are five


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts in any `span`."""

    code: str
    most: int
    span: timedelta
    text: str

    def blocked_until(self, times: list[datetime], at: datetime) -> datetime | None:
        """When one more fits, if it does not fit at `at`; `times` in order."""
        near = [time for time in times if at - self.span < time < at + self.span]
        return near[-self.most] + self.span if len(near) >= self.most else None


def judge(question: Question) -> Reason:
    """Hold until one more attempt fits under every limit."""
    if question.confirms or question.in_conversation():
        return allow(GATE, "UNCOUNTED", "Answers and confirmations are not counted.")
    times = sorted(touch.at for touch in question.facts.touches if _counts(question, touch))
    if not times:
        return allow(GATE, "UNDER_CAPS", "No attempt on this channel in the last weeks.")
    most = _law(question)
    broken = next((limit for limit in _limits(question, most) if limit.blocked_until(times, question.at)), None)
    if broken is None:
        return allow(GATE, "UNDER_CAPS", f"{len(times)} attempts on this channel in the last weeks, under every cap.")
    return hold(GATE, broken.code, broken.text, _free_at(question, times, most))


def _free_at(question: Question, times: list[datetime], most: int) -> datetime:
    at = question.at
    for _ in range(_ROUNDS):
        limits = _limits(question.later(at), most)
        waits = [until for limit in limits if (until := limit.blocked_until(times, at))]
        if not waits:
            break
        at = max(waits)
    return at


def _limits(question: Question, most: int) -> tuple[Limit, ...]:
    law = Limit("CAP_HARD_24H", most, _DAY, f"The lead has had {most} attempts in 24 hours, the most the law allows.")
    return (law,) if question.by_person else (law, *_ours(question.policy.caps, first_day=_first_day(question)))


@lru_cache(maxsize=64)
def _ours(caps: Caps, *, first_day: bool) -> tuple[Limit, ...]:
    day = caps.first_day if first_day else caps.day
    return (
        Limit("CAP_24H", day, _DAY, f"The lead has had {day} of {day} attempts in 24 hours."),
        Limit("CAP_GAP", 1, caps.minimum_gap, "The last attempt on this channel was a moment ago."),
        Limit("CAP_7D", caps.week, 7 * _DAY, f"The lead has had {caps.week} attempts in 7 days."),
        Limit("CAP_30D", caps.month, 30 * _DAY, f"The lead has had {caps.month} attempts in 30 days."),
    )


def _law(question: Question) -> int:
    """Most attempts in 24 hours that every plausible state allows."""
    facts, policy = question.facts, question.policy
    if not question.by_text:
        return policy.caps.hard_day
    places = whereabouts(policy, phone=question.attempt.address, state=facts.state, zip_code=facts.zip)
    caps = (policy.states[state].cap_24h for state in places.states)
    return min([policy.caps.hard_day, *(cap for cap in caps if cap is not None)])


def _first_day(question: Question) -> bool:
    enquired = question.facts.enquired_at
    return enquired is not None and timedelta(0) <= question.at - enquired < _DAY


def _counts(question: Question, touch: Touch) -> bool:
    if touch.channel is not question.attempt.channel or touch.message_id == question.attempt.message_id:
        return False
    if touch.message_class in _UNCOUNTED or touch.state in _NEVER_LEFT:
        return False
    return not _stands_behind(question, touch)


def _stands_behind(question: Question, touch: Touch) -> bool:
    """At the claim, of two reserved messages the later yields, or both would wait for each other for ever."""
    own = question.attempt.message_id
    if own is None or touch.state is not MessageState.PLANNED:
        return False
    ours = next(((t.at, t.message_id) for t in question.facts.touches if t.message_id == own), (question.at, own))
    return (touch.at, touch.message_id) > ours
