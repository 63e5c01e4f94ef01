"""Whether a message is on Twilio's own list: the only way to settle a send nobody knows the end of.

The date filter is on the day of *sending*, so what is still queued may not show under it: the newest are read without
it as well, until they are older than the attempt (https://www.twilio.com/docs/messaging/api/message-resource).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from rekindle.decide.words import MessageState
from rekindle.providers.calls import Answer, AwayError, ask
from rekindle.providers.ports import Account, CannotTell, Found, Missing, Outgoing, SendUncertainError
from rekindle.providers.twilio import access
from rekindle.providers.twilio.alike import alike
from rekindle.providers.twilio.states import STATES

PAGE = 200
MOST_PAGES = 10
BEFORE = timedelta(seconds=60)
AFTER = timedelta(minutes=15)
SETTLED = timedelta(minutes=2)


@dataclass(frozen=True)
class Listing:
    """One account's list of messages."""

    http: httpx.AsyncClient
    base: str
    account: Account

    async def pages(self, params: Mapping[str, str]) -> AsyncIterator[list[Any] | None]:
        """Pages of rows, newest first; None in place of what cannot be read, and instead of an eleventh page."""
        path = f"/2010-04-01/Accounts/{self.account.get('account_sid')}/Messages.json"
        further = path
        asked: Mapping[str, str] | None = {**params, "PageSize": str(PAGE)}
        for _ in range(MOST_PAGES):
            said = await self._get(further, asked)
            rows = said.fields().get("messages") if said.status == 200 else None  # noqa: PLR2004 OK
            if not isinstance(rows, list):
                break
            yield rows
            named = said.fields().get("next_page_uri")
            if not named:
                return
            # Only the same list goes on: no other host or account may be named to us.
            if not isinstance(named, str) or not named.startswith(path + "?"):
                break
            further, asked = named, None
        yield None

    async def _get(self, path: str, params: Mapping[str, str] | None) -> Answer:
        auth = access.credentials(self.account)
        # `find` holds the deadline of all pages together.
        said = await ask(self.http, "GET", self.base + path, deadline=60.0, auth=auth, params=params)
        if said.status >= 500 or said.status == 429:  # noqa: PLR2004 theirs to mend, or too fast
            raise AwayError(f"status {said.status}")
        return said


async def find(
    asked: Listing, outgoing: Outgoing, attempted_at: datetime, *, at: datetime, deadline: float
) -> Found | Missing | CannotTell:
    """Missing only when the list was read to before the attempt, two minutes after it; raises SendUncertainError."""
    day = attempted_at.astimezone(UTC).date()
    dated = {"DateSent>": _midnight(day - timedelta(days=1)), "DateSent<": _midnight(day + timedelta(days=2))}
    complete = True
    try:
        async with asyncio.timeout(deadline):
            for params in (dated, {}):
                found, whole = await _look(asked, outgoing, attempted_at, {"To": outgoing.to, **params})
                complete = complete and whole
                if found is not None:
                    return found
    except (AwayError, TimeoutError) as error:
        raise SendUncertainError(f"Twilio's list cannot be read ({error})") from error
    return Missing() if complete and at - attempted_at > SETTLED else CannotTell()


async def _look(
    asked: Listing, outgoing: Outgoing, attempted_at: datetime, params: Mapping[str, str]
) -> tuple[Found | None, bool]:
    """The message, and whether all rows that could be it were read."""
    whole = True
    async for rows in asked.pages(params):
        if rows is None:
            return None, False
        times = [_created(row) for row in rows]
        whole = whole and None not in times
        for row, created in zip(rows, times, strict=True):
            if created is not None and _ours(row, created, outgoing, asked.account, attempted_at):
                found = _found(row)
                return found, whole and found is not None
        if times and all(time is not None and time < attempted_at - BEFORE for time in times):
            break
    return None, whole


def _ours(row: Mapping[str, Any], created: datetime, outgoing: Outgoing, account: Account, since: datetime) -> bool:
    service, number = account.get("messaging_service_sid"), account.get("from_number")
    # With a Messaging Service `from` is empty until Twilio has chosen a number.
    sender = row.get("messaging_service_sid") == service if service else row.get("from") in (number, "", None)
    return (
        sender
        and since - BEFORE <= created <= since + AFTER
        and row.get("to") == outgoing.to
        and str(row.get("direction", "")).startswith("outbound")
        and alike(row.get("body"), outgoing.body)
    )


def _found(row: Mapping[str, Any]) -> Found | None:
    sid, state = row.get("sid"), STATES.get(str(row.get("status")), MessageState.ACCEPTED)
    return Found(sid, state) if isinstance(sid, str) else None


def _midnight(day: date) -> str:
    return f"{day}T00:00:00Z"


def _created(row: object) -> datetime | None:
    text = row.get("date_created") if isinstance(row, dict) else None
    try:
        created = parsedate_to_datetime(text) if isinstance(text, str) else None
    except (ValueError, TypeError, OverflowError):
        return None
    if created is None:
        return None
    return created.replace(tzinfo=UTC) if created.tzinfo is None else created.astimezone(UTC)
