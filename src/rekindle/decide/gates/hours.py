"""Texts leave in contact hours of every place where the lead may be; e-mail has no hours."""

from rekindle.decide.contact_law import GATE, window
from rekindle.decide.decision import Reason
from rekindle.decide.gates.question import Question, allow


def judge(question: Question) -> Reason:
    """Hold a text until every plausible place is open."""
    if not question.by_text:
        return allow(GATE, "NO_HOURS", "E-mail has no quiet hours.")
    if question.confirms:
        return allow(GATE, "CONFIRMATION", "An opt-out is confirmed at any hour.")
    if question.in_conversation():
        return allow(GATE, "IN_CONVERSATION", "The lead wrote a moment ago; an answer is expected.")
    facts = question.facts
    found = window(
        question.policy, phone=question.attempt.address, state=facts.state, zip_code=facts.zip, at=question.at
    )
    return found.reasons[0]
