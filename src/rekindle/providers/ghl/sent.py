"""What HighLevel lists as sent: the only way to learn what became of a message whose answer was lost."""

import html
import re
from datetime import timedelta
from typing import Any

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.ghl import people
from rekindle.providers.ghl.client import Call, Line, is_id, malformed
from rekindle.providers.ghl.crm_lists import moment
from rekindle.providers.ports import CannotTell, Found, Missing, Outgoing

PAGE = 100
MOST_PAGES = 5
TELLING = 20  # characters; a shorter text may stand in another message by chance
SKEW = timedelta(minutes=1)  # between their clock and ours
CHANNELS = {Channel.SMS: "SMS", Channel.EMAIL: "Email"}
STATES = {
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "opened": MessageState.DELIVERED,
    "clicked": MessageState.DELIVERED,
    "connected": MessageState.SENT,
    "sent": MessageState.SENT,
    "undelivered": MessageState.UNDELIVERED,
    "failed": MessageState.FAILED,
    "opt_out": MessageState.FAILED,
}

_MARKUP = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


async def look(line: Line, outgoing: Outgoing) -> Found | Missing | CannotTell:
    """Search the export of the contact since the attempt began; raises CallFailedError.

    A contact that is not there (deleted, merged) leaves the whole sub-account to search; then a text that is there
    may have gone to somebody else, and only its absence says something.
    """
    if outgoing.attempted_at is None:
        return CannotTell()
    contact = await people.addressed(line, outgoing)
    params = {
        "locationId": line.location,
        "channel": CHANNELS[outgoing.channel],
        "startDate": moment(outgoing.attempted_at - SKEW),
        "sortBy": "createdAt",
        "sortOrder": "asc",
        "limit": str(PAGE),
        **({"contactId": contact["id"]} if contact else {}),
    }
    verdict: Found | Missing | CannotTell = Missing()
    for _ in range(MOST_PAGES):
        said = await line.call(Call("GET", "/conversations/messages/export", params=params))
        for row in _rows(said):
            alike = _alike(row, outgoing)
            if alike is True:
                return _found(row) if contact else CannotTell()
            if alike is None:
                verdict = CannotTell()
        following = said.get("nextCursor")
        if not isinstance(following, str) or not following:
            return verdict
        params["cursor"] = following
    return CannotTell()


def _rows(said: dict[str, Any]) -> list[dict[str, Any]]:
    listed = said.get("messages")
    if not isinstance(listed, list):
        raise malformed("no list of messages")
    return [row for row in listed if isinstance(row, dict) and row.get("direction") == "outbound"]


def _alike(row: dict[str, Any], outgoing: Outgoing) -> bool | None:
    """Whether this row is the message; None when it may be.

    HighLevel may add a footer of its own, wrap an e-mail in markup, or leave an e-mail's text out of the export.
    """
    body = row.get("body")
    if not isinstance(body, str) or not body:
        return None if outgoing.channel is Channel.EMAIL else False
    ours, theirs = _plain(outgoing.body), _plain(body)
    if ours == theirs:
        return True
    if ours not in theirs:
        return False
    return True if len(ours) >= TELLING else None


def _plain(text: str) -> str:
    """Without markup and without any white space, which mail programs and carriers change as they like."""
    return _SPACE.sub("", html.unescape(_MARKUP.sub("", text)))


def _found(row: dict[str, Any]) -> Found | CannotTell:
    named = row.get("id")
    if not is_id(named):
        return CannotTell()
    status = row.get("status")
    state = STATES.get(status, MessageState.ACCEPTED) if isinstance(status, str) else MessageState.ACCEPTED
    return Found(named, state)
