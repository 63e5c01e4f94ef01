"""Did a mail we are not sure of leave? SendGrid's two records, both add-ons, both late: Email Activity and Email Logs.

Activity finds our own id at once; Logs find the recipient's mails, each of which must then be opened for the id.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from rekindle.decide.words import MessageState
from rekindle.providers import calls, plain
from rekindle.providers.calls import Answer, AwayError
from rekindle.providers.ports import CannotTell, Found, Missing, Outgoing, SendUncertainError
from rekindle.providers.sendgrid import calling
from rekindle.providers.sendgrid.word import SEND_ID, message_of

GRACE = timedelta(minutes=60)  # until then a record may simply not have got there
KEPT = timedelta(days=2)  # records may be kept for as little as three days; what is older may be gone
SKEW = timedelta(minutes=5)
PAGE = 100
OPENED = 20  # most mails to one person within the window that are opened

STATES = {
    "processed": MessageState.ACCEPTED,
    "deferred": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "not_delivered": MessageState.UNDELIVERED,
    "bounced": MessageState.UNDELIVERED,
    "blocked": MessageState.UNDELIVERED,
    "dropped": MessageState.FAILED,
}


@dataclass(frozen=True)
class Desk:
    """Where to ask, as whom, and when it is."""

    http: httpx.AsyncClient
    url: str
    headers: dict[str, str]
    at: datetime
    deadline: float  # seconds for all questions together

    async def get(self, path: str, query: str = "") -> Answer:
        params = {"query": query, "limit": str(PAGE)} if query else None
        return await self._ask("GET", path, params=params)

    async def post(self, path: str, query: str) -> Answer:
        return await self._ask("POST", path, json={"query": query, "limit": PAGE})

    async def _ask(self, method: str, path: str, **what: Any) -> Answer:
        return await calls.ask(self.http, method, self.url + path, deadline=self.deadline, headers=self.headers, **what)


async def find(desk: Desk, outgoing: Outgoing) -> Found | Missing | CannotTell:
    """Found, or Missing when a record that demonstrably knows that time does not know it; raises SendUncertainError."""
    try:
        async with asyncio.timeout(desk.deadline):
            return await _by_activity(desk, outgoing) or await _by_logs(desk, outgoing) or CannotTell()
    except (AwayError, TimeoutError) as error:
        raise SendUncertainError(f"SendGrid's records cannot be asked: {error}") from error


async def _by_activity(desk: Desk, outgoing: Outgoing) -> Found | Missing | CannotTell | None:
    """None when the account has no Email Activity."""
    answer = await desk.get("/v3/messages", f"(unique_args['{SEND_ID}']=\"{outgoing.message_id}\")")
    listed = _listed(answer)
    if listed is None:
        return None
    for one in listed:
        # The recipient too: a filter the provider did not understand would show somebody else's mail.
        if plain.line(one.get("msg_id")) and plain.line(one.get("to_email")).lower() == outgoing.to.lower():
            return _found(one.get("msg_id"), one.get("status"))
    if listed or not _old_enough(desk, outgoing):
        return CannotTell()
    # Some regions answer with an empty list for ever: only one that knows other mail since then is believed.
    since, until = _stamp(outgoing.attempted_at), _stamp(desk.at)
    known = _listed(
        await desk.get("/v3/messages", f'last_event_time BETWEEN TIMESTAMP "{since}" AND TIMESTAMP "{until}"')
    )
    return Missing() if known else CannotTell()


async def _by_logs(desk: Desk, outgoing: Outgoing) -> Found | Missing | CannotTell | None:
    """None when the account has no Email Logs either, or cannot be asked for this address."""
    if outgoing.attempted_at is None or not set("'\"\\").isdisjoint(outgoing.to):
        return None
    window = f'sg_message_id_created_at >= TIMESTAMP "{_stamp(outgoing.attempted_at - SKEW)}"'
    listed = _listed(await desk.post("/v3/logs", f"to_email = '{outgoing.to}' AND {window}"))
    if listed is None:
        return None
    if len(listed) > OPENED:
        return CannotTell()
    unread = False
    for one in listed:
        name = plain.line(one.get("sg_message_id"))
        answer = await desk.get(f"/v3/logs/{quote(name, safe='')}")
        unread = unread or not name or not answer.good
        if answer.good and _ours(answer.fields(), str(outgoing.message_id)):
            return _found(name, one.get("status"))
    if unread or not _old_enough(desk, outgoing):
        return CannotTell()
    known = listed or _listed(await desk.post("/v3/logs", window))
    return Missing() if known else CannotTell()


def _listed(answer: Answer) -> list[dict[str, Any]] | None:
    """The messages of an answer; None when this account cannot ask. Busy and broken are nobody's answer."""
    if answer.status == 429 or answer.status >= 500:  # noqa: PLR2004 too fast, or theirs to mend
        raise AwayError(calling.explained(answer))
    messages = answer.fields().get("messages")
    if not answer.good or not isinstance(messages, list):
        return None
    objects = plain.objects(messages)
    return objects if len(objects) == len(messages) else None


def _ours(message: dict[str, Any], send_id: str) -> bool:
    """In the logs custom arguments stand apart: on the message, or on each of its events."""
    places = [message, *plain.objects(message.get("events"))]
    return any(plain.inner(place, "custom_args").get(SEND_ID) == send_id for place in places)


def _found(name: object, status: object) -> Found:
    return Found(message_of(name), STATES.get(plain.line(status), MessageState.ACCEPTED))


def _old_enough(desk: Desk, outgoing: Outgoing) -> bool:
    return outgoing.attempted_at is not None and GRACE <= desk.at - outgoing.attempted_at <= KEPT


def _stamp(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")
