"""Sentences about decisions."""

from rekindle.web.pages import why
from rekindle.web.pages.story.said import Context, Data, Said, a_message, moment_in
from rekindle.web.pages.words import CAUSES, DECISIONS, word


def decided(data: Data, context: Context) -> Said:
    """timeline.Kind.DECIDED."""
    kind, verdict = str(data.get("kind", "")), str(data.get("verdict", ""))
    icon, tone, _ = DECISIONS.get(kind, ("decisions", "", ""))
    if kind in ("send", "wait") and verdict == "deny":
        icon, tone = "stop", "bad"
    reasons = context.reasons.get(str(data.get("decision_id")), ())
    reason = str(data.get("text") or "") or word(CAUSES, data.get("code"))
    if verdict == "allow":  # of many gates that agreed the last one is no reason
        reason = why.short(reasons, verdict)
    return Said(
        icon,
        _decision(kind, verdict, data, context) + (f": {reason}" if reason else ""),
        tone,
        why=why.lines(reasons, context.zone, context.at),
    )


def _decision(kind: str, verdict: str, data: Data, context: Context) -> str:
    step = f" {data['sequence']}/{data['step']}" if data.get("sequence") and data.get("step") else ""
    until = moment_in(data.get("until"), context)
    if kind == "send" and verdict != "allow":
        return f"The gate {'held' if verdict == 'hold' else 'refused'} {a_message(data)}"
    if kind == "send":
        return f"Decided to send {a_message(data)}"
    if kind == "wait" and verdict == "deny":
        return f"Skipped step{step}"
    if kind == "wait":
        return "Waits" + (f" until {until}" if until else "")
    return {"hand_off": "Decided that a person should answer", "stop": "Automation ends here"}.get(kind, "Decided")
