"""Which walk a lead should begin now, if any: one for the new, by what they want, and one for those gone silent."""

from datetime import datetime, timedelta

from rekindle.decide.facts import Facts
from rekindle.decide.gates.inbound import doubt, soft_stop
from rekindle.decide.words import FINAL_STAGES, Basis, Conversation, Intent, LeadKind, OptOutTier, Stage

NEW_BUYER = "new-buyer"
NEW_SELLER = "new-seller"
SILENT = "silent-lead"
FRESH = timedelta(days=30)  # an enquiry this young is answered as new; one older is a lead gone silent
_BUSY = frozenset({*FINAL_STAGES, Stage.APPOINTMENT})


def choose(facts: Facts, *, at: datetime) -> str | None:
    """The built-in sequence that fits, never a second at once; one walked before only for a new enquiry."""
    if not _free(facts, at):
        return None
    asked = facts.enquired_at or facts.created_at
    replied = max((r.at for r in facts.inbound if r.intent is not Intent.OUT_OF_OFFICE), default=None)
    if at - asked < FRESH:
        name = NEW_SELLER if facts.kind is LeadKind.SELLER else NEW_BUYER
        return name if (replied is None or replied < asked) and _new(facts, name) else None
    silent = at - max(asked, replied or asked) >= FRESH and not any(at - touch.at < FRESH for touch in facts.touches)
    return SILENT if silent and SILENT not in facts.past_sequences else None


def _new(facts: Facts, name: str) -> bool:
    """Not walked before; or they came back with another enquiry, and nothing has left for them since."""
    if name not in facts.past_sequences:
        return True
    asked = facts.enquired_at
    return asked is not None and all(touch.at < asked for touch in facts.touches)


def _free(facts: Facts, at: datetime) -> bool:
    """Automation may speak, nobody asked it not to, and nothing is arranged."""
    arranged = facts.appointment_at is not None and facts.appointment_at > at
    taken = facts.conversation is Conversation.PERSON or facts.handoff_open or bool(facts.steps)
    return not (taken or arranged or _opted_out(facts) or facts.stage in _BUSY or soft_stop(facts) or doubt(facts))


def _opted_out(facts: Facts) -> bool:
    """They said stop, an address is still closed, and they have neither opted in again nor asked anew since."""
    said = max((reply.at for reply in facts.inbound if reply.tier is OptOutTier.STOP), default=None)
    if said is None or not facts.suppressions or (facts.enquired_at is not None and facts.enquired_at > said):
        return False
    return not any(c.granted and c.basis in (Basis.REPLY, Basis.WRITTEN) and c.at > said for c in facts.consents)
