"""What the lead wrote comes first: nothing leaves past an unread reply, a no, or a doubt that nobody has cleared."""

from datetime import timedelta

from rekindle.decide.decision import Reason
from rekindle.decide.facts import Facts, Inbound
from rekindle.decide.gates.question import Question, allow, deny, hold
from rekindle.decide.words import Basis, Conversation, Intent, OptOutTier

GATE = "inbound"
READ_SOON = timedelta(minutes=1)
# An answer with one of these is no sign that the lead wants to go on after a no.
_IDLE = frozenset({Intent.OUT_OF_OFFICE, Intent.POSITIVE_ACK, Intent.NEGATIVE_NO})


def judge(question: Question) -> Reason:
    """Hold while a reply is unread; deny after a stop, and to automation after a no or a doubt."""
    if question.confirms:
        return allow(GATE, "CONFIRMATION", "A confirmation answers the opt-out itself.")
    replies = question.facts.inbound
    if any(reply.tier is None for reply in replies):
        return hold(GATE, "UNREAD_INBOUND", "A reply has not been read yet.", question.at + READ_SOON)
    if any(_stops(question, reply) for reply in replies):
        return deny(GATE, "OPTED_OUT", "The lead asked us to stop on this channel and has not opted in again.")
    if _doubtful(question):
        return deny(GATE, "UNCERTAIN_INBOUND", "A reply may be an opt-out; a person must read it first.")
    if not question.by_person and soft_stop(question.facts):
        return deny(GATE, "SOFT_STOP", "The lead said no; only a person may write until they come back.")
    return allow(GATE, "READ", "Every reply has been read and none stands in the way.")


def soft_stop(facts: Facts) -> bool:
    """The lead said no and has not come back since."""
    return any(
        reply.tier is OptOutTier.SOFT_STOP and not _returned(facts, reply) and not _enquired(facts, reply)
        for reply in facts.inbound
    )


def doubt(facts: Facts) -> bool:
    """A reply may be an opt-out, and nothing since says that it was not."""
    return any(reply.tier is OptOutTier.UNCERTAIN and not _returned(facts, reply) for reply in facts.inbound)


def _doubtful(question: Question) -> bool:
    if question.by_person and question.facts.conversation is Conversation.PERSON:
        return False  # somebody took the conversation over and has read it
    return doubt(question.facts)


def _stops(question: Question, reply: Inbound) -> bool:
    if reply.tier is not OptOutTier.STOP or reply.channel is not question.attempt.channel:
        return False
    if reply.intent is Intent.WRONG_NUMBER and not question.same_address(reply):
        return False  # a stranger speaks for that number, not for the lead's others
    return not any(
        consent.granted
        and consent.at > reply.at
        and consent.basis in (Basis.WRITTEN, Basis.REPLY)
        and consent.channel is question.attempt.channel
        and consent.address == question.attempt.address
        for consent in question.facts.consents
    )


def _returned(facts: Facts, reply: Inbound) -> bool:
    """The lead wrote again as somebody who wants to go on, or opted in again."""
    wrote = any(i.at > reply.at and i.tier is OptOutTier.NONE and i.intent not in _IDLE for i in facts.inbound)
    return wrote or any(c.granted and c.at > reply.at and c.basis is Basis.REPLY for c in facts.consents)


def _enquired(facts: Facts, reply: Inbound) -> bool:
    return facts.enquired_at is not None and facts.enquired_at > reply.at
