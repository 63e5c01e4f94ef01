"""Sentences about people: offered, taken, released, assigned, paused."""

from rekindle.web.pages.story.said import Context, Data, Said, because, moment_in, who_in
from rekindle.web.pages.words import counted


def handed_off(data: Data, _: Context) -> Said:
    """timeline.Kind.HANDED_OFF."""
    return Said("person", "Handed to a person" + because({"reason": data.get("cause") or data.get("reason")}), "in",
                quote=str(data.get("summary") or ""))  # fmt: skip


def offered(data: Data, context: Context) -> Said:
    """timeline.Kind.OFFERED."""
    return Said("person", "Offered to " + (who_in(data, context) or "nobody: no agent is available"),
                quote="\n".join(str(r) for r in data.get("reasons") or ()))  # fmt: skip


def acknowledged(data: Data, context: Context) -> Said:
    """timeline.Kind.ACKNOWLEDGED."""
    return Said("hand", (who_in(data, context) or "A person") + " took the lead that was handed over", "good")


def taken_over(data: Data, context: Context) -> Said:
    """timeline.Kind.TAKEN_OVER."""
    took, back = who_in(data, context) or "A person", int(data.get("canceled") or 0)
    taken_back = f"; {counted(back, 'planned message')} taken back" if back else ""
    return Said("hand", f"{took} took the conversation over; automation is silent{taken_back}", "good")


def released(data: Data, context: Context) -> Said:
    """timeline.Kind.RELEASED."""
    if data.get("offer") == "declined":
        return Said("release", (who_in(data, context) or "Somebody") + " passed the offer on", "wait")
    return Said("release", "Released: automation may speak again" + because(data))


def assigned(data: Data, context: Context) -> Said:
    """timeline.Kind.ASSIGNED."""
    return Said("assign", "Assigned to " + (who_in(data, context) or "nobody"))


def paused(data: Data, context: Context) -> Said:
    """timeline.Kind.PAUSED."""
    when = moment_in(data.get("until"), context)
    return Said("pause", "Paused" + (f" until {when}" if when else "") + because(data), "wait")


def resumed(data: Data, _: Context) -> Said:
    """timeline.Kind.RESUMED."""
    return Said("play", "Resumed" + because(data), "good")
