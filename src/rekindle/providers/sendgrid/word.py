"""One SendGrid event as our words. What each kind means is SendGrid's own table of events and drop reasons."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rekindle.decide.words import Channel, MessageState
from rekindle.providers import plain
from rekindle.providers.ports import Consequence, Ignored, OptedOut, Parsed, Receipt, Touched
from rekindle.providers.sendgrid import PROVIDER

SEND_ID = "send_id"
EMAIL = frozenset({Channel.EMAIL})
EVERYWHERE = frozenset({Channel.EMAIL, Channel.SMS})  # who reports spam is not written to by text either
EARLIEST, LATEST = 1_000_000_000, 4_000_000_000  # a time outside is a mistake, not a time

# Whole reasons, not their beginnings: "Invalid SMTPAPI header" and "Spam Content" say nothing of the address.
DROPS: Mapping[str, tuple[str, Consequence]] = {
    "bounced address": ("dropped-bounced", Consequence.DEAD_ADDRESS),
    "unsubscribed address": ("dropped-unsubscribed", Consequence.OPTED_OUT),
    "spam reporting address": ("dropped-spam", Consequence.OPTED_OUT),
    "invalid": ("dropped-invalid", Consequence.DEAD_ADDRESS),
    "invalid address": ("dropped-invalid", Consequence.DEAD_ADDRESS),
    "spam content": ("dropped-content", Consequence.ALERT),
    "recipient list over package quota": ("dropped-quota", Consequence.ALERT),
}
OF_THE_ADDRESS = frozenset({Consequence.DEAD_ADDRESS, Consequence.OPTED_OUT})
PROGRESS = {
    "processed": MessageState.ACCEPTED,
    "deferred": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
}
OPT_OUTS = {
    "spamreport": EVERYWHERE,
    "unsubscribe": EMAIL,
    "group_unsubscribe": EMAIL,
}


def of(event: dict[str, Any], *, fallback: str) -> tuple[Parsed, ...]:
    """What one event says; `fallback` names it when it has no id. Never raises."""
    kind = plain.line(event.get("event"), limit=40)
    name = plain.line(event.get("sg_event_id")) or fallback
    if kind in OPT_OUTS:
        return (_opted_out(event, name, kind, OPT_OUTS[kind]),)
    if kind == "dropped":
        return _dropped(event, name)
    if kind in {"open", "click"}:
        return (_touched(event, name, kind),)
    if kind == "bounce" or kind in PROGRESS:
        return (_progress(event, name, kind),)
    return (Ignored(_why_ignored(kind)),)


def instant(value: object) -> datetime | None:
    """Seconds since 1970 as a time; None when it is none."""
    digits = plain.digits(value)
    seconds = int(digits) if digits else 0
    return datetime.fromtimestamp(seconds, UTC) if EARLIEST < seconds < LATEST else None


def message_of(sg_message_id: object) -> str:
    """What mail/send called the message: an event's id goes on with the servers it passed, after the first dot."""
    return plain.line(sg_message_id).partition(".")[0]


def _why_ignored(kind: str) -> str:
    if kind == "group_resubscribe":
        return "SendGrid lifts an opt-out of its own; ours is lifted only by the person's word to us"
    return f"an event of the unknown kind {kind!r}" if kind else "an event without a kind"


def _progress(event: dict[str, Any], name: str, kind: str) -> Parsed:
    if kind == "bounce":
        return _bounced(event, name)
    code = kind if kind == "deferred" else ""
    return _receipt(event, name, PROGRESS[kind], code, plain.line(event.get("response"), limit=500))


def _bounced(event: dict[str, Any], name: str) -> Parsed:
    given = plain.line(event.get("type"))
    status = plain.line(event.get("status"))
    text = plain.line(event.get("reason"), limit=500)
    # Older events have no type; a status of class 5 is then a refusal for good (RFC 3463).
    if given == "bounce" or (not given and status.startswith("5")):
        return _receipt(event, name, MessageState.UNDELIVERED, "bounce", text, consequence=Consequence.DEAD_ADDRESS)
    return _receipt(event, name, MessageState.UNDELIVERED, "blocked", text)


def _dropped(event: dict[str, Any], name: str) -> tuple[Parsed, ...]:
    reason = plain.line(event.get("reason"), limit=500)
    code, consequence = DROPS.get(reason.lower(), ("dropped", Consequence.NOTHING))
    receipt = _receipt(event, name, MessageState.FAILED, code, reason, consequence=consequence)
    if consequence is not Consequence.OPTED_OUT:
        return (receipt,)
    # An opt-out we missed is taken here, whoever's mail it was that met it.
    channels = EVERYWHERE if code == "dropped-spam" else EMAIL
    return (receipt, _opted_out(event, f"{name}:out", code, channels))


def _receipt(
    event: dict[str, Any],
    name: str,
    state: MessageState,
    code: str,
    text: str,
    *,
    consequence: Consequence = Consequence.NOTHING,
) -> Parsed:
    message_id = _send_id(event)
    if not message_id:
        return Ignored("not sent by Rekindle")
    return Receipt(
        external_id=name,
        provider=PROVIDER,
        provider_id=message_of(event.get("sg_message_id")),
        key="",
        state=state,
        code=code,
        text=text,
        permanent=consequence in OF_THE_ADDRESS,
        at=instant(event.get("timestamp")),
        message_id=message_id,
        consequence=consequence,
    )


def _opted_out(event: dict[str, Any], name: str, rule: str, channels: frozenset[Channel]) -> Parsed:
    address = plain.line(event.get("email"), limit=320)
    if "@" not in address:
        return Ignored(f"{rule} without an address")
    return OptedOut(
        external_id=name,
        channels=channels,
        address=address,
        rule=f"{PROVIDER}:{rule}",
        complaint=rule == "spamreport",
        at=instant(event.get("timestamp")),
    )


def _touched(event: dict[str, Any], name: str, kind: str) -> Parsed:
    message_id = _send_id(event)
    if not message_id:
        return Ignored("not sent by Rekindle")
    # Privacy proxies open and security scanners click, often within seconds of a delivery that comes in another
    # batch: one event never shows a person, so `human` stays False and who knows the whole story judges.
    return Touched(
        external_id=name,
        provider=PROVIDER,
        provider_id=message_of(event.get("sg_message_id")),
        key="",
        act=kind,
        url=plain.line(event.get("url"), limit=2000) if kind == "click" else "",
        human=False,
        at=instant(event.get("timestamp")),
        message_id=message_id,
    )


def _send_id(event: dict[str, Any]) -> str:
    try:
        return str(UUID(plain.line(event.get(SEND_ID))))
    except ValueError:
        return ""
