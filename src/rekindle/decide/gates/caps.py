"""How many attempts a lead gets on a channel over rolling absolute time, counting the reserved and the made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.decide.contact_law import whereabouts
from rekindle.decide.decision import Reason
from rekindle.decide.facts import Touch
from rekindle.decide.gates.question import Question, allow, hold
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
    broken = _first_broken(question, times)
    if broken is None:
        return allow(GATE, "UNDER_CAPS", f"{len(times)} attempts on this channel in the last weeks, under every cap.")
    return hold(GATE, broken.code, broken.text, _free_at(question, times))


def _first_broken(question: Question, times: list[datetime]) -> Limit | None:
    return next((limit for limit in _limits(question) if limit.blocked_until(times, question.at)), None)


def _free_at(question: Question, times: list[datetime]) -> datetime:
    at = question.at
    for _ in range(_ROUNDS):
        waits = [until for limit in _limits(question.later(at)) if (until := limit.blocked_until(times, at))]
        if not waits:
            break
        at = max(waits)
    return at


def _limits(question: Question) -> Iterator[Limit]:
    caps = question.policy.caps
    most = min([caps.hard_day, *_state_caps(question)])
    yield Limit("CAP_HARD_24H", most, _DAY, f"The lead has had {most} attempts in 24 hours, the most the law allows.")
    if question.by_person:
        return
    day = caps.first_day if _first_day(question) else caps.day
    yield Limit("CAP_24H", day, _DAY, f"The lead has had {day} of {day} attempts in 24 hours.")
    yield Limit("CAP_GAP", 1, caps.minimum_gap, "The last attempt on this channel was a moment ago.")
    yield Limit("CAP_7D", caps.week, 7 * _DAY, f"The lead has had {caps.week} attempts in 7 days.")
    yield Limit("CAP_30D", caps.month, 30 * _DAY, f"The lead has had {caps.month} attempts in 30 days.")


def _state_caps(question: Question) -> Iterator[int]:
    if question.by_text:
        facts, policy = question.facts, question.policy
        for state in whereabouts(policy, phone=question.attempt.address, state=facts.state, zip_code=facts.zip).states:
            if (cap := policy.states[state].cap_24h) is not None:
                yield cap


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
