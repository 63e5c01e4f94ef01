"""The points: one small function an input, each from what the lead stated or did, none from who they are.

Never an input: name, language, photo, ZIP or neighbourhood, age, family, origin, religion, disability, source of income
(42 U.S.C. 3604; COMPLIANCE 1.11). Geography only routes and picks content.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.decide.facts import Facts
from rekindle.decide.words import Channel, Intent


@dataclass(frozen=True)
class ScorePart:
    """One reason: its name, its points, and a sentence for a person."""

    name: str
    points: int
    text: str


BASE = 20
DAY = timedelta(days=1)

# What a stated timeline is worth; the first expression that fits speaks.
TIMELINES = (
    (r"\b(asap|now|immediate\w*|right away|this (week|month)|0 ?(-|to) ?\d|30 days|within a month|ya|ahora)\b", 20),
    (r"\b(1 ?(-|to) ?3|2 ?(-|to) ?3|60|90)\b|\b(one|two|three) months?\b|\b[123] months?\b", 14),
    (r"\b(3 ?(-|to) ?6|4 ?(-|to) ?6)\b|\b[456] months?\b|\bthis (spring|summer|fall|winter|year)\b", 8),
    (r"\b(6 ?(-|to) ?12|7 ?(-|to) ?12)\b|\b([789]|1[0-2]) months?\b|\bnext year\b", 2),
    (r"\b(12\+|year|just (looking|browsing)|not sure|no rush|someday)", -6),
)
FINANCING = (
    (r"\b(cash|pre-?approved|pre-?approval|preaprobad\w*)\b", 15),
    (r"\b(in progress|applied|talking to|lender)\b", 8),
    (r"\b(not (started|yet)|none|no|need)\b", 0),
)
WANTS_TO_ACT = re.compile(
    r"\b(see it|tour|visit|show(ing)?|view(ing)?|open house|offer|appraisal|valuation|worth|list my|sell my|ver la casa|visitar)\b",
    re.IGNORECASE,
)
REPLIES = {
    Intent.APPOINTMENT_REQUEST: (25, "asked for an appointment"),
    Intent.WANTS_PERSON: (22, "asked for a person"),
    Intent.INTERESTED_NOW: (20, "said they are interested now"),
    Intent.QUESTION_PROPERTY: (14, "asked about a property"),
    Intent.QUESTION_FINANCING: (14, "asked about financing"),
    Intent.PRICE_OBJECTION: (6, "talked about the price"),
    Intent.POSITIVE_ACK: (8, "answered kindly"),
    Intent.NOT_NOW_LATER: (-10, "said not now"),
    Intent.NEGATIVE_NO: (-25, "said no"),
    Intent.HOSTILE: (-30, "was annoyed"),
    Intent.WRONG_NUMBER: (-40, "said this is the wrong number"),
    Intent.OPT_OUT: (-40, "asked us to stop"),
    Intent.ALREADY_HAS_AGENT: (-35, "has an agent"),
    Intent.ALREADY_BOUGHT_OR_SOLD: (-35, "has bought or sold already"),
}
REFERRED = re.compile(r"\b(referral|referred|past client|sphere|repeat)\b", re.IGNORECASE)
PATIENT_TOUCHES = 4  # this many of ours may go unanswered before silence counts


def base(_: Facts, __: datetime) -> ScorePart | None:
    """Everybody who is here starts somewhere."""
    return ScorePart("base", BASE, "is in our books")


def timeline(facts: Facts, _: datetime) -> ScorePart | None:
    """When they want to move, in their words."""
    return _stated(facts, "timeline", TIMELINES, "wants to move: {}", 4)


def financing(facts: Facts, _: datetime) -> ScorePart | None:
    """Whether the money is arranged; how it is earned is nobody's business."""
    return _stated(facts, "financing", FINANCING, "financing: {}", 2)


def price(facts: Facts, _: datetime) -> ScorePart | None:
    """A stated price or budget."""
    stated = dict(facts.attributes)
    found = stated.get("budget") or stated.get("price")
    return ScorePart("price", 5, f"named a price: {found}") if found else None


def property_(facts: Facts, _: datetime) -> ScorePart | None:
    """A stated property, or an area to look in."""
    stated = dict(facts.attributes)
    if stated.get("property_address"):
        return ScorePart("property", 6, "named a property")
    return ScorePart("property", 4, "named an area") if stated.get("area") else None


def message(facts: Facts, _: datetime) -> ScorePart | None:
    """What they wrote when they asked."""
    if not facts.enquiry.strip():
        return None
    if WANTS_TO_ACT.search(facts.enquiry):
        return ScorePart("message", 10, "wrote that they want to see, sell or offer")
    return ScorePart("message", 4, "wrote a message")


def reach(facts: Facts, _: datetime) -> ScorePart | None:
    """How many ways there are to reach them."""
    channels = {address.channel for address in facts.addresses}
    if channels == {Channel.SMS, Channel.EMAIL}:
        return ScorePart("reach", 6, "left a phone number and an e-mail address")
    return None if not channels else ScorePart("reach", 0, "left one way to reach them")


def reply(facts: Facts, _: datetime) -> ScorePart | None:
    """The latest thing they said that means something."""
    for inbound in reversed(facts.inbound):
        if inbound.intent in REPLIES:
            points, text = REPLIES[inbound.intent]
            return ScorePart("reply", points, text)
    return ScorePart("reply", 6, "answered us") if facts.inbound else None


def recency(facts: Facts, at: datetime) -> ScorePart | None:
    """How long ago they were last heard of."""
    heard = max([facts.enquired_at or facts.created_at, *(inbound.at for inbound in facts.inbound)])
    days = (at - heard) // DAY
    for most, points in ((2, 8), (14, 4), (60, 0), (180, -10)):
        if days <= most:
            return ScorePart("recency", points, _ago(days))
    return ScorePart("recency", -18, _ago(days))


def silence(facts: Facts, _: datetime) -> ScorePart | None:
    """Our messages since their last word."""
    since = max((inbound.at for inbound in facts.inbound), default=facts.created_at)
    unanswered = sum(1 for touch in facts.touches if touch.at >= since)
    if unanswered <= PATIENT_TOUCHES:
        return None
    return ScorePart(
        "silence", -min(2 * (unanswered - PATIENT_TOUCHES), 10), f"{unanswered} of our messages unanswered"
    )


def source(facts: Facts, _: datetime) -> ScorePart | None:
    """Referrals and people we worked with trust us already."""
    return ScorePart("source", 8, f"came by {facts.source}") if REFERRED.search(facts.source) else None


def represented(facts: Facts, _: datetime) -> ScorePart | None:
    """Somebody else's client is not ours to win (REALTOR Code, Art. 16)."""
    stated = dict(facts.attributes).get("agent_status", "").casefold()
    return ScorePart("agent", -25, "works with an agent") if stated in {"has agent", "yes", "represented"} else None


PARTS: tuple[Callable[[Facts, datetime], ScorePart | None], ...] = (
    base, timeline, financing, price, property_, message, reach, reply, recency, silence, source, represented,
)  # fmt: skip


def _stated(
    facts: Facts, name: str, table: tuple[tuple[str, int], ...], sentence: str, otherwise: int
) -> ScorePart | None:
    said = dict(facts.attributes).get(name, "").strip()
    if not said:
        return None
    for pattern, points in table:
        if re.search(pattern, said, re.IGNORECASE):
            return ScorePart(name, points, sentence.format(said))
    return ScorePart(name, otherwise, sentence.format(said))


def _ago(days: int) -> str:
    return "last heard of today" if days < 1 else f"last heard of {days} day{'s' if days > 1 else ''} ago"
