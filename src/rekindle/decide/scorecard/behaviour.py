"""Points for what the lead does: how lately they came, whether and what they answer, how long they are silent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rekindle.decide.facts import Facts, Inbound
from rekindle.decide.scorecard.part import ScorePart
from rekindle.decide.words import Intent, OptOutTier

HALF_LIFE = timedelta(days=14)
_DAY = timedelta(days=1)
# What an answer is worth on the day it comes; good ones fade, a no does not.
_GOOD = {
    Intent.APPOINTMENT_REQUEST: (28, "Asked for a visit"),
    Intent.INTERESTED_NOW: (24, "Said that they are interested"),
    Intent.WANTS_PERSON: (24, "Asked for a person"),
    Intent.QUESTION_PROPERTY: (16, "Asked about a property"),
    Intent.QUESTION_FINANCING: (16, "Asked about financing"),
    Intent.PRICE_OBJECTION: (8, "Talks about the price"),
    Intent.CHANNEL_PREFERENCE: (8, "Said how to be reached"),
    Intent.POSITIVE_ACK: (6, "Answered kindly"),
    Intent.OTHER: (4, "Answered"),
}
_BAD = {
    Intent.NOT_NOW_LATER: (-5, "Said later"),
    Intent.NEGATIVE_NO: (-20, "Said no"),
    Intent.HOSTILE: (-25, "Was angry"),
    Intent.ALREADY_HAS_AGENT: (-30, "Has another agent"),
    Intent.ALREADY_BOUGHT_OR_SOLD: (-40, "Has bought or sold already"),
    Intent.WRONG_NUMBER: (-40, "The number is somebody else's"),
}
_RECENT = ((_DAY, 8, "a day"), (7 * _DAY, 5, "a week"), (30 * _DAY, 2, "a month"))
_SILENT = ((180 * _DAY, -30), (60 * _DAY, -20), (30 * _DAY, -10), (14 * _DAY, -5))


def parts(facts: Facts, *, at: datetime) -> Iterator[ScorePart]:
    """One part for each thing done or left undone."""
    enquired = facts.enquired_at or facts.created_at
    for span, points, name in _RECENT:
        if at - enquired <= span:
            yield ScorePart("recency", points, f"Enquired within {name}.")
            break
    answers = [reply for reply in facts.inbound if reply.intent is not Intent.OUT_OF_OFFICE]
    if (reply := max(answers, key=lambda answer: answer.at, default=None)) is not None:
        yield from _answer(reply, at)
    if facts.appointment_at is not None and facts.appointment_at > at:
        yield ScorePart("appointment", 20, "Has an appointment.")
    last = max([enquired, *(answer.at for answer in answers)])
    for span, points in _SILENT:
        if at - last >= span:
            yield ScorePart("silence", points, f"Silent for {(at - last).days} days.")
            break


def _answer(reply: Inbound, at: datetime) -> Iterator[ScorePart]:
    if reply.tier is OptOutTier.STOP and reply.intent is not Intent.WRONG_NUMBER:
        yield ScorePart("reply", -60, "Asked us to stop.")
    elif reply.intent in _BAD:
        points, text = _BAD[reply.intent]
        yield ScorePart("reply", points, f"{text}.")
    elif reply.intent in _GOOD:
        points, text = _GOOD[reply.intent]
        age = max(at - reply.at, timedelta(0))
        yield ScorePart("reply", round(points * 0.5 ** (age / HALF_LIFE)), f"{text} {_ago(age.days)}.")


def _ago(days: int) -> str:
    """Whole days, as people say them."""
    if days == 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"
