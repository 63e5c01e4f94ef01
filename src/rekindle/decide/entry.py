"""Which built-in sequence a lead should enter now, if any."""

from datetime import datetime, timedelta

from rekindle.decide.facts import Facts
from rekindle.decide.words import FINAL_STAGES, Conversation, LeadKind, Stage

NEW_BUYER, NEW_SELLER, SILENT_LEAD = "new-buyer", "new-seller", "silent-lead"

# A lead that asked longer ago than this is not new: "thanks for asking" would be a lie.
FRESH = timedelta(days=14)
TALKING = frozenset({Stage.QUALIFIED, Stage.APPOINTMENT})


def choose(facts: Facts, *, at: datetime) -> str | None:
    """The sequence's name; None when the lead is in one, has been through it, or a person is in charge."""
    if facts.steps or facts.conversation is Conversation.PERSON or facts.handoff_open:
        return None
    if facts.stage in FINAL_STAGES or facts.stage in TALKING or facts.appointment_at is not None:
        return None
    if not facts.addresses:
        return None
    wanted = _wanted(facts, at)
    return None if wanted in facts.past_sequences else wanted


def _wanted(facts: Facts, at: datetime) -> str:
    asked = facts.enquired_at or facts.created_at
    heard = max((inbound.at for inbound in facts.inbound), default=asked)
    if at - max(asked, heard) > FRESH:
        return SILENT_LEAD
    return NEW_SELLER if facts.kind is LeadKind.SELLER else NEW_BUYER
