"""Sentences about the lead: arrived, changed, agreed, scored, walks through sequences, appointments."""

from collections.abc import Mapping

from rekindle.web.pages.story.said import Context, Data, Said, because, channel_of, moment_in
from rekindle.web.pages.words import BASES, CHANNELS, STAGES, plain, word


def created(data: Data, _: Context) -> Said:
    """timeline.Kind.CREATED."""
    source = data.get("source")
    return Said("spark", "Arrived" + (f" from {plain(str(source))}" if source else ""), "in")


def enquired(data: Data, _: Context) -> Said:
    """timeline.Kind.ENQUIRED."""
    source = data.get("source") or ""
    return Said("in", "Asked" + (f" through {plain(str(source))}" if source else ""), "in",
                quote=str(data.get("message") or data.get("enquiry") or ""))  # fmt: skip


def changed(data: Data, _: Context) -> Said:
    """timeline.Kind.CHANGED."""
    fields = data.get("fields") or data.get("changed") or [k for k in data if k not in ("event_id", "source")]
    names = sorted(fields) if isinstance(fields, Mapping | list | tuple | set) else [str(fields)]
    if "stage" in data:
        return Said("edit", f"Stage is now {word(STAGES, str(data['stage']))}" + because(data))
    return Said("edit", "Changed" + (": " + ", ".join(plain(str(n)) for n in names) if names else ""))


def merged(data: Data, _: Context) -> Said:
    """timeline.Kind.MERGED."""
    return Said("merge", "Found to be the same person as another lead; merged" + because(data))


def unmerged(data: Data, _: Context) -> Said:
    """timeline.Kind.UNMERGED."""
    return Said("merge", "The merge was taken back" + because(data))


def granted(data: Data, _: Context) -> Said:
    """timeline.Kind.CONSENT_GRANTED."""
    basis = word(BASES, data.get("basis"))
    return Said("shield", f"Agreed to {channel_of(data)}" + (f" ({basis})" if basis else ""), "good",
                quote=str(data.get("text") or ""))  # fmt: skip


def revoked(data: Data, _: Context) -> Said:
    """timeline.Kind.CONSENT_REVOKED."""
    channels = data.get("channels") or ([data["channel"]] if data.get("channel") else [])
    named = " and ".join(word(CHANNELS, str(c)) for c in channels) or "any message"
    # A box left unticked is a no as well, but nothing that was ever given is taken back by it.
    asked = data.get("basis") in (None, "reply")
    return Said("stop", f"Took back consent to {named}" if asked else f"Did not consent to {named}", "bad")


def suppressed(data: Data, _: Context) -> Said:
    """timeline.Kind.SUPPRESSED."""
    channels = data.get("channels") or ([data["channel"]] if data.get("channel") else [])
    named = " and ".join(word(CHANNELS, str(c)) for c in channels) or "message"
    return Said("stop", f"Address blocked for {named}" + because({"reason": data.get("reason")}), "bad")


def scored(data: Data, _: Context) -> Said:
    """timeline.Kind.SCORED."""
    points, before = data.get("points", data.get("score")), data.get("before")
    temperature = str(data.get("temperature") or "")
    text = "Scored" if points is None else f"Score {points}" if before is None else f"Score from {before} to {points}"
    icon = temperature if temperature in ("hot", "warm", "cold") else "spark"
    return Said(icon, f"{text}, {temperature}" if temperature else text)


def enrolled(data: Data, _: Context) -> Said:
    """timeline.Kind.ENROLLED."""
    return Said("list", f"Entered the sequence {data.get('sequence', '')}")


def exited(data: Data, _: Context) -> Said:
    """timeline.Kind.EXITED."""
    return Said("list", f"Left the sequence {data.get('sequence', '')}" + because(data))


def enriched(data: Data, _: Context) -> Said:
    """timeline.Kind.ENRICHED."""
    names, price = [plain(str(name)) for name in data.get("filled") or ()], float(data.get("credits") or 0)
    text = f"Looked up with {data.get('source') or 'a provider'}" + (f": filled in {', '.join(names)}" if names else "")
    return Said("spark", text + (f" ({price:g} {'credit' if price == 1 else 'credits'})" if price else ""))


def booked(data: Data, context: Context) -> Said:
    """timeline.Kind.BOOKED."""
    when = moment_in(data.get("starts_at"), context)
    if data.get("canceled"):
        return Said("calendar", "Appointment canceled" + (f" ({when})" if when else ""), "bad")
    return Said("calendar", "Appointment made" + (f" for {when}" if when else ""), "good")


def note(data: Data, _: Context) -> Said:
    """timeline.Kind.NOTE."""
    return Said("edit", str(data.get("text") or "Note"))
