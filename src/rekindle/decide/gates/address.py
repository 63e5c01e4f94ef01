"""The address must be one this lead gave, well formed, and in a country this policy serves."""

import re

from rekindle.decide.decision import Reason
from rekindle.decide.gates.question import Question, allow, deny
from rekindle.decide.places import area_code

GATE = "address"
_PHONE = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def judge(question: Question) -> Reason:
    """Deny what cannot or must not be reached at all."""
    attempt = question.attempt
    if not any(a.channel is attempt.channel and a.value == attempt.address for a in question.facts.addresses):
        return deny(GATE, "NOT_THEIRS", "The address is not one of this lead's.")
    if not (_PHONE if question.by_text else _EMAIL).fullmatch(attempt.address):
        outside = question.by_text and attempt.address.startswith("+") and not attempt.address.startswith("+1")
        if outside:
            return deny(GATE, "COUNTRY_DISABLED", "The number is outside the United States.")
        return deny(GATE, "BAD_ADDRESS", "The address is not well formed.")
    if question.by_text and area_code(attempt.address) in question.policy.elsewhere:
        return deny(GATE, "COUNTRY_DISABLED", "The area code is outside the fifty states and DC.")
    return allow(GATE, "GOOD_ADDRESS", "The address is this lead's and well formed.")
