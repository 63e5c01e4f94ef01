"""A text from a lead (https://www.twilio.com/docs/messaging/guides/webhook-request)."""

import re
from collections.abc import Mapping

from rekindle.decide.words import Channel
from rekindle.providers.ports import Carrier, Reply, UnparsableError

MOST_MEDIA = 20
KINDS = {"image": "picture", "video": "video", "audio": "recording"}

# RCS is what a Messaging Service makes of a text on newer phones: the same person at the same number.
_RCS = "rcs:"
_ELSEWHERE = re.compile(r"(?P<kind>[a-z]+):")


def sender(given: Mapping[str, str]) -> str:
    """Who wrote."""
    return given["From"].removeprefix(_RCS)


def read(given: Mapping[str, str], external_id: str) -> Reply:
    """The text with the addresses of its pictures below it; raises UnparsableError when it is no text message."""
    elsewhere = _ELSEWHERE.match(sender(given))
    if elsewhere:
        raise UnparsableError(f"it came by {elsewhere['kind']}, which is not connected here; answer it at Twilio")
    return Reply(
        external_id=external_id,
        channel=Channel.SMS,
        sender=sender(given),
        to=given["To"].removeprefix(_RCS),
        subject="",
        body="\n".join(part for part in (given["Body"], *_media(given)) if part),
        at=None,
        handled=_handled(given.get("OptOutType", "")),
    )


def _media(given: Mapping[str, str]) -> list[str]:
    found = []
    for place in range(MOST_MEDIA):
        url = given.get(f"MediaUrl{place}", "")
        kind = KINDS.get(given.get(f"MediaContentType{place}", "").partition("/")[0], "file")
        if url:
            found.append(f"[{kind}: {url}]")
    return found


def _handled(word: str) -> Carrier:
    """Advanced Opt-Out answered the keyword already; a word it may learn later means nothing to us yet."""
    try:
        return Carrier(word.upper())
    except ValueError:
        return Carrier.NOTHING
