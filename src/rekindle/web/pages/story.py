"""A lead's story in sentences: one for every kind of line a timeline can hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.timeline.types import Entry, Kind
from rekindle.web.pages import times, why
from rekindle.web.pages.times import Moment
from rekindle.web.pages.why import Line
from rekindle.web.pages.words import BASES, CAUSES, CHANNELS, DECISIONS, INTENTS, STAGES, STATES, counted, plain, word


@dataclass(frozen=True)
class Said:
    """One line of the story without its time. `quote` is what somebody wrote, `why` the gate's lines."""

    icon: str
    text: str
    tone: str = ""
    quote: str = ""
    why: tuple[Line, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class StoryLine:
    """One line of the story as a template needs it; `day` is set on the first line of a day."""

    id: str
    day: str
    at: Moment
    by: str
    said: Said


@dataclass(frozen=True)
class Context:
    """What sentences need beyond the line itself."""

    names: Mapping[str, str]  # people by id
    bodies: Mapping[str, tuple[str, str]]  # (subject, body) by message id, and inbound ones by event id
    reasons: Mapping[str, Any]  # by decision id
    zone: ZoneInfo
    at: datetime


def tell(entries: list[Entry], context: Context) -> tuple[StoryLine, ...]:
    """The lines, newest first as they came, each with its sentence."""
    told, last_day = [], ""
    for entry in entries:
        day = times.day_name(entry.at, context.zone, context.at)
        told.append(
            StoryLine(
                id=f"line-{entry.id}",
                day=day if day != last_day else "",
                at=times.clock(entry.at, context.zone, context.at),
                by=_by(entry.actor, context),
                said=SENTENCES[entry.kind](entry.data, context),
            )
        )
        last_day = day
    return tuple(told)


def _by(actor: str, context: Context) -> str:
    role, _, key = actor.partition(":")
    if role == "person":
        return context.names.get(key, "a person")
    return {"engine": "", "lead": "", "import": "from a file", "api": "by API", "provider": f"told by {key}"}.get(
        role, role
    )


Data = Mapping[str, Any]


def _channel(data: Data) -> str:
    return word(CHANNELS, data.get("channel")) or "message"


def _a_message(data: Data) -> str:
    return ("an " if data.get("channel") == "email" else "a ") + _channel(data)


def _because(data: Data) -> str:
    said = data.get("text") or word(CAUSES, data.get("reason") or data.get("cause"))
    return f": {said}" if said else ""


def _quote(data: Data, context: Context) -> str:
    for key in ("message_id", "inbound_id", "event_id"):
        if found := context.bodies.get(str(data.get(key, ""))):
            return "\n".join(part for part in found if part)
    return str(data.get("body") or "")


def _created(data: Data, _: Context) -> Said:
    source = data.get("source")
    return Said("spark", "Arrived" + (f" from {plain(str(source))}" if source else ""), "in")


def _enquired(data: Data, _: Context) -> Said:
    source = data.get("source") or ""
    return Said("in", "Asked" + (f" through {plain(str(source))}" if source else ""), "in",
                quote=str(data.get("message") or data.get("enquiry") or ""))  # fmt: skip


def _changed(data: Data, _: Context) -> Said:
    fields = data.get("fields") or data.get("changed") or [k for k in data if k not in ("event_id", "source")]
    names = sorted(fields) if isinstance(fields, Mapping | list | tuple | set) else [str(fields)]
    if "stage" in data:
        return Said("edit", f"Stage is now {word(STAGES, str(data['stage']))}" + _because(data))
    return Said("edit", "Changed" + (": " + ", ".join(plain(str(n)) for n in names) if names else ""))


def _merged(data: Data, _: Context) -> Said:
    return Said("merge", "Found to be the same person as another lead; merged" + _because(data))


def _unmerged(data: Data, _: Context) -> Said:
    return Said("merge", "The merge was taken back" + _because(data))


def _granted(data: Data, _: Context) -> Said:
    basis = word(BASES, data.get("basis"))
    return Said("shield", f"Agreed to {_channel(data)}" + (f" ({basis})" if basis else ""), "good",
                quote=str(data.get("text") or ""))  # fmt: skip


def _revoked(data: Data, _: Context) -> Said:
    channels = data.get("channels") or ([data["channel"]] if data.get("channel") else [])
    named = " and ".join(word(CHANNELS, str(c)) for c in channels) or "any message"
    return Said("stop", f"Took back consent to {named}", "bad")


def _suppressed(data: Data, _: Context) -> Said:
    channels = data.get("channels") or ([data["channel"]] if data.get("channel") else [])
    named = " and ".join(word(CHANNELS, str(c)) for c in channels) or "message"
    return Said("stop", f"Address blocked for {named}" + _because({"reason": data.get("reason")}), "bad")


def _scored(data: Data, _: Context) -> Said:
    points, before = data.get("points", data.get("score")), data.get("before")
    temperature = str(data.get("temperature") or "")
    text = "Scored" if points is None else f"Score {points}" if before is None else f"Score from {before} to {points}"
    icon = temperature if temperature in ("hot", "warm", "cold") else "spark"
    return Said(icon, f"{text}, {temperature}" if temperature else text)


def _enrolled(data: Data, _: Context) -> Said:
    return Said("list", f"Entered the sequence {data.get('sequence', '')}")


def _exited(data: Data, _: Context) -> Said:
    return Said("list", f"Left the sequence {data.get('sequence', '')}" + _because(data))


def _decided(data: Data, context: Context) -> Said:
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
    until = _moment(data.get("until"), context)
    if kind == "send" and verdict != "allow":
        return f"The gate {'held' if verdict == 'hold' else 'refused'} {_a_message(data)}"
    if kind == "send":
        return f"Decided to send {_a_message(data)}"
    if kind == "wait" and verdict == "deny":
        return f"Skipped step{step}"
    if kind == "wait":
        return "Waits" + (f" until {until}" if until else "")
    return {"hand_off": "Decided that a person should answer", "stop": "Automation ends here"}.get(kind, "Decided")


def _moment(iso: Any, context: Context) -> str:
    return times.moment(datetime.fromisoformat(iso), context.zone, context.at).text if iso else ""


def _planned(data: Data, _: Context) -> Said:
    return Said("clock", f"Planned {_a_message(data)}" + (f", step {data['step']}" if data.get("step") else ""))


def _canceled(data: Data, _: Context) -> Said:
    return Said("cross", f"Took back a planned {_channel(data)}" + _because(data))


def _left(data: Data, context: Context) -> Said:
    return Said("send", f"{_channel(data).capitalize()} handed to {data.get('provider', 'the provider')} and accepted",
                "good", quote=_quote(data, context))  # fmt: skip


def _receipt(data: Data, _: Context) -> Said:
    icon, tone, state = STATES.get(str(data.get("state")), ("check", "", word({}, data.get("state"))))
    code = f" ({data['code']})" if data.get("code") else ""
    return Said(icon, f"{_channel(data).capitalize()} {state}{code}{_because({'text': data.get('text')})}", tone)


def _unknown(_: Data, __: Context) -> Said:
    return Said("unknown", "Nobody knows yet whether this left; it is asked about, never sent twice", "warn")


def _reconciled(data: Data, _: Context) -> Said:
    answer = str(data.get("answer") or data.get("result") or "")
    return Said("check", "Asked the provider what became of it" + (f": {plain(answer)}" if answer else ""))


def _failed(data: Data, _: Context) -> Said:
    return Said(
        "cross", f"{_channel(data).capitalize()} failed" + (_because(data) or f": {data.get('code', '')}"), "bad"
    )


def _replied(data: Data, context: Context) -> Said:
    meaning = INTENTS.get(str(data.get("intent", "")), "")
    return Said(
        "in", f"Replied by {_channel(data)}" + (f": {meaning}" if meaning else ""), "in", quote=_quote(data, context)
    )


def _booked(data: Data, context: Context) -> Said:
    when = _moment(data.get("starts_at"), context)
    if data.get("canceled"):
        return Said("calendar", "Appointment canceled" + (f" ({when})" if when else ""), "bad")
    return Said("calendar", "Appointment made" + (f" for {when}" if when else ""), "good")


def _handed_off(data: Data, _: Context) -> Said:
    return Said("person", "Handed to a person" + _because({"reason": data.get("cause") or data.get("reason")}), "in",
                quote=str(data.get("summary") or ""))  # fmt: skip


def _who(data: Data, context: Context) -> str:
    return context.names.get(str(data.get("person_id") or data.get("to") or data.get("owner_id")), "")


def _offered(data: Data, context: Context) -> Said:
    return Said("person", "Offered to " + (_who(data, context) or "nobody: no agent is available"),
                quote="\n".join(str(r) for r in data.get("reasons") or ()))  # fmt: skip


def _acknowledged(data: Data, context: Context) -> Said:
    return Said("hand", (_who(data, context) or "A person") + " took the lead that was handed over", "good")


def _taken_over(data: Data, context: Context) -> Said:
    took, back = _who(data, context) or "A person", int(data.get("canceled") or 0)
    taken_back = f"; {counted(back, 'planned message')} taken back" if back else ""
    return Said("hand", f"{took} took the conversation over; automation is silent{taken_back}", "good")


def _released(data: Data, context: Context) -> Said:
    if data.get("offer") == "declined":
        return Said("release", (_who(data, context) or "Somebody") + " passed the offer on", "wait")
    return Said("release", "Released: automation may speak again" + _because(data))


def _assigned(data: Data, context: Context) -> Said:
    return Said("assign", "Assigned to " + (_who(data, context) or "nobody"))


def _paused(data: Data, context: Context) -> Said:
    when = _moment(data.get("until"), context)
    return Said("pause", "Paused" + (f" until {when}" if when else "") + _because(data), "wait")


def _resumed(data: Data, _: Context) -> Said:
    return Said("play", "Resumed" + _because(data), "good")


def _note(data: Data, _: Context) -> Said:
    return Said("edit", str(data.get("text") or "Note"))


SENTENCES: dict[Kind, Callable[[Data, Context], Said]] = {
    Kind.CREATED: _created,
    Kind.ENQUIRED: _enquired,
    Kind.CHANGED: _changed,
    Kind.MERGED: _merged,
    Kind.UNMERGED: _unmerged,
    Kind.CONSENT_GRANTED: _granted,
    Kind.CONSENT_REVOKED: _revoked,
    Kind.SUPPRESSED: _suppressed,
    Kind.SCORED: _scored,
    Kind.ENROLLED: _enrolled,
    Kind.EXITED: _exited,
    Kind.DECIDED: _decided,
    Kind.PLANNED: _planned,
    Kind.CANCELED: _canceled,
    Kind.LEFT: _left,
    Kind.RECEIPT: _receipt,
    Kind.UNKNOWN: _unknown,
    Kind.RECONCILED: _reconciled,
    Kind.FAILED: _failed,
    Kind.REPLIED: _replied,
    Kind.BOOKED: _booked,
    Kind.HANDED_OFF: _handed_off,
    Kind.OFFERED: _offered,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.TAKEN_OVER: _taken_over,
    Kind.RELEASED: _released,
    Kind.ASSIGNED: _assigned,
    Kind.PAUSED: _paused,
    Kind.RESUMED: _resumed,
    Kind.NOTE: _note,
}
