"""The message itself: still worth sending, and whole."""

from rekindle.decide.decision import Reason
from rekindle.decide.gates.question import Question, allow, deny

EXPIRY = "expiry"
CONTENT = "content"


def judge_expiry(question: Question) -> Reason:
    """Deny what is no longer worth sending."""
    expires = question.attempt.expires_at
    if expires is not None and question.at >= expires:
        return deny(EXPIRY, "EXPIRED", "The message was only worth sending until then.")
    return allow(EXPIRY, "IN_TIME", "The message is still worth sending.")


def judge_fields(question: Question) -> Reason:
    """Deny a message with holes in it."""
    if question.attempt.missing:
        return deny(CONTENT, "MISSING_FIELDS", f"The text needs {', '.join(question.attempt.missing)}.")
    return allow(CONTENT, "WHOLE", "Every merge field has a value.")
