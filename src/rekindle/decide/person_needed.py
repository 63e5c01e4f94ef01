"""When a person must take over: what the lead wrote, and what to tell the person in two lines."""

from rekindle.decide.facts import Facts, Inbound
from rekindle.decide.words import Channel, Intent, LeadKind, OptOutTier

# What each reply asks of a person. The others ask nothing: thanks, a plain no, later, an absence note, an opt-out.
ASKS = {
    Intent.WANTS_PERSON: "asks to talk to a person",
    Intent.APPOINTMENT_REQUEST: "asks for a visit or a meeting",
    Intent.INTERESTED_NOW: "is interested now",
    Intent.QUESTION_PROPERTY: "asks about a property",
    Intent.QUESTION_FINANCING: "asks about financing",
    Intent.PRICE_OBJECTION: "objects to the price",
    Intent.CHANNEL_PREFERENCE: "says how to be reached",
    Intent.HOSTILE: "is angry",
    Intent.OTHER: "wrote something that needs reading",
}
DOUBT = "uncertain_opt_out"
UNANSWERED = "no_automatic_answer"  # somebody asked, and nothing automated may reach them
_TOLD = ("timeline", "budget", "price", "area", "beds", "financing", "property_address", "motivation", "agent_status")


def pending(facts: Facts) -> Inbound | None:
    """The latest reply since the last hand-off that a person must answer."""
    since = facts.handed_off_at
    waiting = [r for r in facts.inbound if (since is None or r.at > since) and cause(r) is not None]
    return max(waiting, key=lambda reply: reply.at, default=None)


def cause(reply: Inbound) -> str | None:
    """Why a person must see this reply; None when nobody must."""
    if reply.tier is OptOutTier.UNCERTAIN:
        return DOUBT
    if reply.tier in (None, OptOutTier.STOP) or reply.intent not in ASKS:
        return None
    return reply.intent.value


def asks(reply: Inbound) -> str:
    """The reply in a few words, as the end of a sentence about the lead."""
    if reply.tier is OptOutTier.UNCERTAIN:
        return "may be asking us to stop: read it before anybody writes"
    return ASKS.get(reply.intent or Intent.OTHER, "wrote")


def summary(facts: Facts, reply: Inbound) -> str:
    """What the person who takes over should know first."""
    way = "text" if reply.channel is Channel.SMS else "e-mail"
    return f"The lead {asks(reply)} (by {way}). {_who(facts)}"


def no_way(facts: Facts, whys: tuple[str, ...]) -> str:
    """The same for a lead whom automation may not write to, with the reasons why not."""
    return f"New enquiry that cannot be answered automatically. {' '.join(whys)} {_who(facts)}"


def _who(facts: Facts) -> str:
    told = dict(facts.attributes)
    stated = "; ".join(f"{name.replace('_', ' ')}: {told[name]}" for name in _TOLD if told.get(name))
    kind = "Lead" if facts.kind is LeadKind.UNKNOWN else f"{facts.kind.value.capitalize()} lead"
    who = f"{kind} from {facts.source or 'an unknown source'}."
    return who + (f" Stated: {stated}." if stated else "")
