"""Somebody asked and waits, and nothing of ours may reach them: a person must answer, and is told why."""

from datetime import datetime, timedelta
from typing import Final

from rekindle.decide import person_needed
from rekindle.decide.decision import HandOff, Reason
from rekindle.decide.facts import Facts
from rekindle.decide.gates.suppression import ABOUT_THE_ADDRESS
from rekindle.decide.words import Channel, Lane, MessageState, Verdict

RULE = "unanswered"
ADDRESS: Final = {Channel.SMS: "phone number", Channel.EMAIL: "e-mail address"}
_LATELY = timedelta(days=30)  # as long as facts remember what left


def hand_off(facts: Facts, reasons: tuple[Reason, ...]) -> HandOff:
    """The first answer is a person's, who is told what stands in the way of ours."""
    denials = (reason for reason in reasons if reason.verdict is Verdict.DENY and reason.code != "NO_WAY")
    whys = tuple(dict.fromkeys(reason.text for reason in denials))
    text = "The lead asked and cannot be written to automatically; a person must answer."
    needed = Reason(RULE, Verdict.ALLOW, "PERSON_NEEDED", text)
    return HandOff(person_needed.UNANSWERED, person_needed.no_way(facts, whys), (*reasons, needed))


def closed(facts: Facts) -> HandOff:
    """The same for a lead whose every address is closed."""
    whys = dict.fromkeys(f"The {ADDRESS[s.channel]} is closed: {s.reason}." for s in facts.suppressions)
    return hand_off(facts, tuple(Reason(RULE, Verdict.DENY, "CLOSED_ADDRESS", why) for why in whys))


def tried_in_vain(facts: Facts, *, at: datetime) -> bool:
    """They asked lately, everything we sent since came back, and nobody ever asked us to be silent."""
    asked = facts.enquired_at
    if asked is None or at - asked >= _LATELY or (facts.handed_off_at is not None and facts.handed_off_at >= asked):
        return False
    made = [touch for touch in facts.touches if touch.at >= asked]
    in_vain = bool(made) and all(touch.state in (MessageState.FAILED, MessageState.UNDELIVERED) for touch in made)
    return in_vain and all(suppression.reason in ABOUT_THE_ADDRESS for suppression in facts.suppressions)


def asks_anew(facts: Facts) -> bool:
    """They come with a new enquiry after their addresses were closed: nothing automated leaves, but a person learns."""
    asked, closed = facts.enquired_at, max((s.at for s in facts.suppressions), default=None)
    first = any(step.index == 0 and step.lane is Lane.FIRST_TOUCH for step in facts.steps)
    return first and asked is not None and closed is not None and closed < asked
