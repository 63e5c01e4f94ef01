"""What a reply is about: the intent that matters most for the lead's safety, then for the sale."""

import re
from dataclasses import dataclass

from rekindle.decide import intent_rules
from rekindle.decide.optout import classify
from rekindle.decide.optout.normalise import normalise
from rekindle.decide.words import Intent, OptOutTier

_REACTED = re.compile(r"^\s*(?:liked|loved|laughed at|emphasi[sz]ed)\b", re.IGNORECASE)
_THUMBS = re.compile("^[\\s\U0001f44d\U0001f44c\U0001f64f\U0001f60a\u2764\ufe0f\U0001f3fb-\U0001f3ff!]+$")


@dataclass(frozen=True)
class IntentReading:
    """The intent, how sure the rule is (0..1), and which rule spoke."""

    intent: Intent
    confidence: float
    rule: str


def read(text: str) -> IntentReading:
    """The dominant intent of a lead's message, by rules alone; OTHER when none speaks."""
    optout = classify(text)
    if optout.tier is OptOutTier.STOP:
        wrong = optout.rule.startswith("wrong_number")
        return IntentReading(Intent.WRONG_NUMBER if wrong else Intent.OPT_OUT, 0.95, optout.rule)
    if _REACTED.match(text) or _THUMBS.match(text):
        return IntentReading(Intent.POSITIVE_ACK, 0.9, "positive_ack:reaction")
    said = normalise(text)
    if found := intent_rules.match(said):
        return IntentReading(found.intent, 0.8 if len(said.split()) > 1 else 0.7, found.rule)
    if said.rstrip("!. ") in {"yes", "si", "yeah", "yep", "sure", "yes please", "si por favor", "y", "ya"}:
        return IntentReading(Intent.INTERESTED_NOW, 0.6, "interested_now:plain-yes")
    return IntentReading(Intent.OTHER, 0.3, "none")
