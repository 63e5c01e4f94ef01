"""Points for what the lead states: when, with what money, which home, how to reach them."""

from collections.abc import Iterator

from rekindle.decide import intent_rules
from rekindle.decide.facts import Facts
from rekindle.decide.optout.normalise import normalise
from rekindle.decide.scorecard.part import ScorePart
from rekindle.decide.timeline_said import days_until
from rekindle.decide.words import Channel, Intent, LeadKind

_SEARCHING = ("timeline", "financing", "budget", "area", "beds")
_RENTING = ("timeline", "budget", "area", "beds")
_SELLING = ("timeline", "property_address", "price", "motivation")
_TIMELINE = ((30, 20), (90, 15), (180, 8), (365, 3))
# Only what helps is counted: no kind of loan or voucher ever takes points away.
_READY_MONEY = ("cash", "pre-approved", "preapproved", "pre approved", "approved")
_WANTS = {
    Intent.APPOINTMENT_REQUEST: (12, "asked for a visit"),
    Intent.WANTS_PERSON: (10, "asked for a person"),
    Intent.INTERESTED_NOW: (10, "said that they are interested"),
    Intent.QUESTION_PROPERTY: (6, "asked about a property"),
    Intent.QUESTION_FINANCING: (6, "asked about financing"),
}
_SOURCES = {"referral": 8, "open house": 4, "open_house": 4, "website": 3, "form": 3}
_HAS_AGENT = ("yes", "has agent", "represented", "have an agent", "signed")


def inputs(facts: Facts) -> tuple[str, ...]:
    """The attributes this kind of lead is asked for."""
    if facts.kind is LeadKind.SELLER:
        return _SELLING
    return _RENTING if facts.kind is LeadKind.RENTER else _SEARCHING


def parts(facts: Facts) -> Iterator[ScorePart]:
    """One part for each thing stated."""
    told = {name: value.strip() for name, value in facts.attributes if value.strip()}
    if (timeline := told.get("timeline")) is not None:
        yield _timeline(timeline)
    if "financing" in inputs(facts) and (financing := told.get("financing")) is not None:
        ready = any(word in financing.casefold() for word in _READY_MONEY) and "not" not in financing.casefold()
        text = "Can pay: cash or approved." if ready else "Stated how they will pay."
        yield ScorePart("financing", 12 if ready else 3, text)
    for name in inputs(facts):
        if name in told and name not in ("timeline", "financing"):
            yield ScorePart(name, 3, f"Stated: {name.replace('_', ' ')}.")
    if told.get("agent_status", "").casefold() in _HAS_AGENT:
        yield ScorePart("agent_status", -20, "Works with another agent.")
    yield from _message(facts.enquiry)
    yield from _reach(facts)
    if points := _SOURCES.get(facts.source.casefold(), 0):
        yield ScorePart("source", points, f"Came by {facts.source}.")


def _timeline(said: str) -> ScorePart:
    days = days_until(said)
    if days is None:
        return ScorePart("timeline", 2, "Stated when, in words we cannot date.")
    points = next((points for most, points in _TIMELINE if days <= most), 0)
    return ScorePart("timeline", points, f"Wants to move within about {days} days." if days else "Wants to move now.")


def _message(text: str) -> Iterator[ScorePart]:
    said = normalise(text)
    if len(said) >= 20:
        yield ScorePart("message", 3, "Wrote more than a word or two.")
    found = intent_rules.match(said) if said else None
    if found is not None and found.intent in _WANTS:
        points, what = _WANTS[found.intent]
        yield ScorePart("message_intent", points, f"In the enquiry the lead {what}.")


def _reach(facts: Facts) -> Iterator[ScorePart]:
    channels = {address.channel for address in facts.addresses}
    if Channel.SMS in channels:
        yield ScorePart("phone", 4, "Gave a phone number.")
    if Channel.EMAIL in channels:
        yield ScorePart("email", 3, "Gave an e-mail address.")
