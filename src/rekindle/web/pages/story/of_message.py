"""Sentences about messages, from planned to settled, and about replies."""

from rekindle.web.pages.story.said import Context, Data, Said, a_message, because, channel_of, quote_of
from rekindle.web.pages.words import INTENTS, STATES, plain, word


def planned(data: Data, _: Context) -> Said:
    """timeline.Kind.PLANNED."""
    return Said("clock", f"Planned {a_message(data)}" + (f", step {data['step']}" if data.get("step") else ""))


def canceled(data: Data, _: Context) -> Said:
    """timeline.Kind.CANCELED."""
    return Said("cross", f"Took back a planned {channel_of(data)}" + because(data))


def left(data: Data, context: Context) -> Said:
    """timeline.Kind.LEFT."""
    if data.get("elsewhere"):
        return _elsewhere(data, context)
    text = f"{channel_of(data).capitalize()} handed to {data.get('provider', 'the provider')} and accepted"
    return Said("send", text, "good", quote=quote_of(data, context))


def _elsewhere(data: Data, context: Context) -> Said:
    who = "Somebody" if data["elsewhere"] == "person" else "An automation"
    text = f"{who} sent {a_message(data)} from {data.get('provider', 'elsewhere')}, not through us"
    return Said("send", text, quote=quote_of(data, context) or str(data.get("text") or ""))


def touched(data: Data, _: Context) -> Said:
    """timeline.Kind.TOUCHED."""
    return Said("spark", "Clicked a link in an e-mail" if data.get("act") != "open" else "Opened an e-mail", "in")


def receipt(data: Data, _: Context) -> Said:
    """timeline.Kind.RECEIPT."""
    icon, tone, state = STATES.get(str(data.get("state")), ("check", "", word({}, data.get("state"))))
    code = f" ({data['code']})" if data.get("code") else ""
    return Said(icon, f"{channel_of(data).capitalize()} {state}{code}{because({'text': data.get('text')})}", tone)


def unknown(_: Data, __: Context) -> Said:
    """timeline.Kind.UNKNOWN."""
    return Said("unknown", "Nobody knows yet whether this left; it is asked about, never sent twice", "warn")


def reconciled(data: Data, _: Context) -> Said:
    """timeline.Kind.RECONCILED."""
    answer = str(data.get("answer") or data.get("result") or "")
    return Said("check", "Asked the provider what became of it" + (f": {plain(answer)}" if answer else ""))


def failed(data: Data, _: Context) -> Said:
    """timeline.Kind.FAILED."""
    return Said(
        "cross", f"{channel_of(data).capitalize()} failed" + (because(data) or f": {data.get('code', '')}"), "bad"
    )


def replied(data: Data, context: Context) -> Said:
    """timeline.Kind.REPLIED."""
    meaning = INTENTS.get(str(data.get("intent", "")), "")
    return Said(
        "in",
        f"Replied by {channel_of(data)}" + (f": {meaning}" if meaning else ""),
        "in",
        quote=quote_of(data, context),
    )
