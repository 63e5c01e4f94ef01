"""Codes of the engine in words a person reads; an unknown code is shown as it is, in plain letters."""

from collections.abc import Mapping
from typing import Any, Final

STAGES: Final = {
    "new": "new",
    "attempting": "attempting",
    "contacted": "contacted",
    "qualified": "qualified",
    "appointment": "appointment",
    "client": "client",
    "closed": "closed",
    "nurture": "nurture",
    "represented": "has an agent",
    "lost": "lost",
    "do_not_contact": "do not contact",
}
KINDS: Final = {"buyer": "buyer", "seller": "seller", "renter": "renter", "unknown": "not stated"}
CHANNELS: Final = {"sms": "text", "email": "e-mail", "voice": "call"}
BASES: Final = {
    "written": "signed consent",
    "given": "gave the address for this",
    "inquiry": "their own inquiry",
    "attested": "stated by the importer",
    "reply": "their own message",
}
INTENTS: Final = {
    "opt_out": "asks us to stop",
    "wrong_number": "wrong number",
    "hostile": "is upset",
    "already_has_agent": "has an agent",
    "already_bought_or_sold": "bought or sold already",
    "channel_preference": "prefers another channel",
    "appointment_request": "wants an appointment",
    "interested_now": "is interested now",
    "question_property": "asks about a property",
    "question_financing": "asks about financing",
    "price_objection": "finds it too expensive",
    "not_now_later": "not now, later",
    "negative_no": "says no",
    "positive_ack": "says yes",
    "out_of_office": "is out of office",
    "wants_person": "wants a person",
    "other": "",
}
# A hand-off without an agent is offered anew every minute: it waits for somebody's hours, not for a click.
NOBODY = "nobody: no agent is available now"

CAUSES: Final = INTENTS | {
    "reply": "the lead replied",
    "opt_out": "the lead asked us to stop",
    "completed": "all steps done",
    "takeover": "a person took over",
    "taken_over": "a person took over",
    "handoff": "handed to a person",
    "hand_off": "handed to a person",
    "booking": "an appointment was made",
    "booked": "an appointment was made",
    "paused": "paused",
    "resumed": "resumed",
    "released": "released",
    "merged": "merged with another lead",
    "expired": "too late to be of use",
    "opted_out": "opted out with the provider",
    "unreachable": "the address does not work",
    "other": "needs a person",
}
STATES: Final = {
    "planned": ("clock", "", "planned"),
    "in_flight": ("send", "", "leaving"),
    "unknown": ("unknown", "warn", "unknown"),
    "accepted": ("check", "", "accepted"),
    "sent": ("check", "", "sent"),
    "delivered": ("check", "good", "delivered"),
    "undelivered": ("cross", "bad", "not delivered"),
    "failed": ("cross", "bad", "failed"),
    "canceled": ("cross", "", "canceled"),
    "received": ("in", "", "received"),
}
VERDICTS: Final = {
    "allow": ("check", "good", "allowed"),
    "hold": ("clock", "wait", "held"),
    "deny": ("stop", "bad", "denied"),
}
DECISIONS: Final = {
    "send": ("send", "good", "send"),
    "wait": ("clock", "wait", "wait"),
    "hand_off": ("person", "hot", "hand off"),
    "stop": ("stop", "bad", "stop"),
}
NOTICES: Final = {"handoff": "person", "uncovered": "warn", "assigned": "assign", "reply": "in", "problem": "warn"}


def plain(code: str) -> str:
    """A code nobody gave words to, readable at least."""
    return code.replace("_", " ").replace("-", " ")


def word(words: Mapping[str, str], code: str | None) -> str:
    """Its word, or the code in plain letters."""
    return "" if code is None else words.get(code) or plain(code)


def name_of(row: Mapping[str, Any], otherwise: str = "Somebody without a name") -> str:
    """What to call a lead."""
    return row["name"] or f"{row['first_name']} {row['last_name']}".strip() or otherwise


def first_name_of(row: Mapping[str, Any]) -> str:
    """The short form for sentences."""
    return row["first_name"] or row["name"] or "the lead"


def phone(value: str) -> str:
    """A North American number as people write it; every other one as it is."""
    if len(value) == 12 and value.startswith("+1"):  # noqa: PLR2004 +1 and ten digits
        return f"({value[2:5]}) {value[5:8]}-{value[8:]}"
    return value


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 text", "3 texts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
