"""Whose turn it is: automation is silent while a person owns the conversation, while paused, and once it is over."""

from rekindle.decide.decision import Reason
from rekindle.decide.gates.question import Question, allow, deny, hold
from rekindle.decide.words import FINAL_STAGES, Conversation, Stage

GATE = "conversation"


def judge(question: Question) -> Reason:
    """Deny automation where a person speaks or nothing is left to say; hold it while the lead is paused."""
    if question.confirms:
        return allow(GATE, "CONFIRMATION", "A confirmation is sent whoever owns the conversation.")
    if question.facts.stage is Stage.DO_NOT_CONTACT:
        return deny(GATE, "DO_NOT_CONTACT", "The lead is marked do not contact.")
    if question.by_person:
        return allow(GATE, "BY_PERSON", "A person writes by hand.")
    return _automation(question)


def _automation(question: Question) -> Reason:
    facts = question.facts
    if facts.conversation is Conversation.PERSON:
        return deny(GATE, "HUMAN_OWNS", "A person owns the conversation.")
    if facts.handoff_open:
        return deny(GATE, "HANDOFF_OPEN", "The lead waits for a person.")
    if facts.stage in FINAL_STAGES:
        return deny(GATE, "STAGE_FINAL", f"Automation ends at stage {facts.stage}.")
    if facts.paused_until is not None and facts.paused_until > question.at:
        return hold(GATE, "PAUSED", "The lead is paused.", facts.paused_until)
    return allow(GATE, "AUTOMATION_SPEAKS", "Automation owns the conversation.")
