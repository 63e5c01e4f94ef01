"""Somebody asked and waits, and nothing of ours may reach them: a person must answer, and is told why."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rekindle.decide import person_needed
from rekindle.decide.decision import HandOff, Reason, Wait
from rekindle.decide.facts import Facts
from rekindle.decide.gates.suppression import ABOUT_THE_ADDRESS
from rekindle.decide.words import Channel, Lane, MessageState, Verdict

RULE = "unanswered"
ADDRESS: Final = {Channel.SMS: "phone number", Channel.EMAIL: "e-mail address"}
_LATELY = timedelta(days=30)  # as long as facts remember what left
_NOT_REACHED = (MessageState.FAILED, MessageState.UNDELIVERED, MessageState.CANCELED)


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
    """They asked lately, nothing of ours reached them since, and nobody ever asked us to be silent."""
    silenced = any(suppression.reason not in ABOUT_THE_ADDRESS for suppression in facts.suppressions)
    return not silenced and _in_vain(facts, at=at)


def taken_back(facts: Facts, found: Wait, *, at: datetime) -> HandOff | None:
    """Our first answer was not let out, nothing else has reached them, and no more is planned for today."""
    back = facts.taken_back
    if back is None or facts.enquired_at is None or back.at < facts.enquired_at or not _in_vain(facts, at=at):
        return None
    office = ZoneInfo(facts.office_timezone)
    today = at.astimezone(office).date()
    if any(instant.astimezone(office).date() <= today for instant in _next_looks(facts, found, at=at)):
        return None
    text = f"The first answer was kept from leaving: {back.why}"
    return hand_off(facts, (*found.reasons, Reason(RULE, Verdict.DENY, "TAKEN_BACK", text)))


def _next_looks(facts: Facts, found: Wait, *, at: datetime) -> list[datetime]:
    """When something may leave yet, if this is how we wait."""
    skipped = found.skipped
    if skipped is None:
        return [found.until] if found.until else []
    others = [step.due_at for step in facts.steps if step is not skipped]
    # `next_due_at` is for a step that leaves now; a dropped one does not push the rest.
    return others + ([skipped.next_due_at - (at - skipped.due_at)] if skipped.next_due_at else [])


def _in_vain(facts: Facts, *, at: datetime) -> bool:
    """Nobody and nothing has answered their latest enquiry, though we tried."""
    asked, handed, back = facts.enquired_at, facts.handed_off_at, facts.taken_back
    if asked is None or at - asked >= _LATELY or (handed is not None and handed >= asked):
        return False
    made = [touch for touch in facts.touches if touch.at >= asked]
    tried = bool(made) or (back is not None and back.at >= asked)
    return tried and all(touch.state in _NOT_REACHED for touch in made)


def asks_anew(facts: Facts) -> bool:
    """They come with a new enquiry after their addresses were closed: nothing automated leaves, but a person learns."""
    asked, closed = facts.enquired_at, max((s.at for s in facts.suppressions), default=None)
    first = any(step.index == 0 and step.lane is Lane.FIRST_TOUCH for step in facts.steps)
    return first and asked is not None and closed is not None and closed < asked
