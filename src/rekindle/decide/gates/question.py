"""What every gate is asked, and the three ways to answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rekindle.decide.decision import Reason
from rekindle.decide.facts import Attempt, Facts, Inbound
from rekindle.decide.policy import Policy
from rekindle.decide.words import Actor, Channel, MessageClass, Verdict


@dataclass(frozen=True)
class Question:
    """May this attempt leave at this instant?"""

    facts: Facts
    attempt: Attempt
    policy: Policy
    at: datetime

    @property
    def by_person(self) -> bool:
        """A person of the office writes by hand; all else is automation."""
        return self.attempt.actor is Actor.PERSON

    @property
    def by_text(self) -> bool:
        return self.attempt.channel is Channel.SMS

    @property
    def confirms(self) -> bool:
        """It claims to be the one confirmation of an opt-out."""
        return self.attempt.message_class is MessageClass.COMPLIANCE

    def answered(self) -> Inbound | None:
        """The message of the lead this attempt answers, on the same channel and address."""
        for inbound in self.facts.inbound:
            if inbound.message_id == self.attempt.reply_to and self.same_address(inbound):
                return inbound
        return None

    def same_address(self, inbound: Inbound) -> bool:
        return inbound.channel is self.attempt.channel and inbound.address == self.attempt.address

    def in_conversation(self) -> bool:
        """It answers what the lead wrote within the last few minutes."""
        if self.attempt.message_class is not MessageClass.CONVERSATIONAL_REPLY:
            return False
        inbound = self.answered()
        return inbound is not None and self.at - inbound.at <= timedelta(minutes=self.policy.reply_minutes)

    def later(self, at: datetime) -> "Question":
        """The same question at another instant."""
        return replace(self, at=at)


def allow(gate: str, code: str, text: str) -> Reason:
    """The gate has no objection."""
    return Reason(gate, Verdict.ALLOW, code, text)


def hold(gate: str, code: str, text: str, until: datetime) -> Reason:
    """Not now; `until` is the first instant worth asking again."""
    return Reason(gate, Verdict.HOLD, code, text, until)


def deny(gate: str, code: str, text: str) -> Reason:
    """Never, as things stand."""
    return Reason(gate, Verdict.DENY, code, text)
