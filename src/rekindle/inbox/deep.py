"""A longer comparison with the CRM's lists than the one every few minutes: nightly, or when somebody asks for it.

It has its own place in the lists and leaves the other's alone. What it finds comes in like any event.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from rekindle.alerts import notice
from rekindle.errands import ask as errands
from rekindle.errands.line import NotConnectedError
from rekindle.errands.types import Errand, Handler, HopelessError, Kind, PutOffError
from rekindle.inbox.poll import CONTACTS, MESSAGES, Compared, Poller, next_page, take_in
from rekindle.providers.ports import CallFailedError

NIGHTLY = timedelta(hours=36)  # a day, and half of one more in case last night's run did not come through
LISTS = (CONTACTS, MESSAGES)
PAGES_BY_HAND = 50  # of each list
PAGES_A_RUN = 4  # of an errand, well inside its lease; it asks itself to go on
PAGES_A_NIGHT = 1000  # of each list: a list that never ends must
PATIENCE = timedelta(seconds=60)  # by hand somebody sits there and waits
WAITS = 10

Sleep = Callable[[float], Awaitable[None]]


async def compare_since(
    poller: Poller, office_id: UUID, crm: str, since: datetime, *, sleep: Sleep = asyncio.sleep
) -> dict[str, Compared]:
    """Contacts, then messages since then, while somebody waits; what stopped a list is told in its note."""
    return {what: await _while_watched(poller, office_id, crm, what, since, sleep=sleep) for what in LISTS}


async def _while_watched(
    poller: Poller, office_id: UUID, crm: str, what: str, since: datetime, *, sleep: Sleep
) -> Compared:
    place, waits = _Place(what, since), 0
    while place.pages < PAGES_BY_HAND:
        try:
            place = await _step(poller, office_id, crm, place)
        except PutOffError as error:
            wait = error.until - poller.clock.now()
            waits += 1
            if wait > PATIENCE or waits > WAITS:
                return Compared(place.looked_at, place.found, f"{error}: not before {error.until:%H:%M:%S} UTC")
            await sleep(max(wait.total_seconds(), 0.0))
            continue
        except (CallFailedError, NotConnectedError) as error:
            return Compared(place.looked_at, place.found, _why(error))
        if place.what != what:
            return Compared(place.looked_at, place.found)
    return Compared(place.looked_at, place.found, f"stopped after {PAGES_BY_HAND} pages: ask for a shorter time")


@dataclass(frozen=True)
class _Place:
    """How far a comparison is; `what` "" when both lists are through."""

    what: str
    since: datetime
    cursor: str = ""
    pages: int = 0  # of this list
    looked_at: int = 0
    found: int = 0


def handler(poller: Poller) -> Handler:
    """Runs errands of kind COMPARE, a few pages each; payload: provider, and where it is once it has begun."""

    async def run(errand: Errand) -> str:
        crm = errand.payload["provider"]
        if crm not in poller.crms:
            raise HopelessError(f"nothing is wired in for {crm}")
        place = begun = _read(errand, poller.clock.now())
        try:
            for _ in range(PAGES_A_RUN):
                place = await _step(poller, errand.office_id, crm, place)
                if not place.what or place.pages > PAGES_A_NIGHT:
                    break
        finally:
            # Kept however the run ends: an interrupted one goes on from here, and nothing is looked at for nothing.
            if place is not begun and place.what and place.pages <= PAGES_A_NIGHT:
                await _go_on(poller, errand, place)
        if not place.what or place.pages > PAGES_A_NIGHT:
            await _tell(poller, errand.office_id, crm, place)
        return f"{place.looked_at} looked at, {place.found} found"

    return run


async def _step(poller: Poller, office_id: UUID, crm: str, place: _Place) -> _Place:
    """One page further; raises what `Line.call` raises."""
    wired = poller.crms[crm]
    page = await next_page(poller, office_id, wired, place.what, since=place.since, cursor=place.cursor)
    found = await take_in(poller, office_id, wired, place.what, page)
    place = replace(
        place,
        cursor=page.cursor,
        pages=place.pages + 1,
        looked_at=place.looked_at + len(page.events),
        found=place.found + found,
    )
    if page.cursor:
        return place
    return replace(place, what=MESSAGES if place.what == CONTACTS else "", pages=0)


def _read(errand: Errand, at: datetime) -> _Place:
    given = errand.payload
    if "what" not in given:
        return _Place(CONTACTS, at - NIGHTLY)
    return _Place(
        given["what"],
        datetime.fromisoformat(given["since"]),
        given["cursor"],
        given["pages"],
        given["looked_at"],
        given["found"],
    )


async def _go_on(poller: Poller, errand: Errand, place: _Place) -> None:
    payload: dict[str, Any] = {
        "provider": errand.payload["provider"],
        "what": place.what,
        "since": place.since.isoformat(),
        "cursor": place.cursor,
        "pages": place.pages,
        "looked_at": place.looked_at,
        "found": place.found,
    }
    async with poller.db.office(errand.office_id) as conn:
        await errands.ask(conn, errand.office_id, Kind.COMPARE, errand.key, payload, at=poller.clock.now())


async def _tell(poller: Poller, office_id: UUID, crm: str, place: _Place) -> None:
    if not place.found:
        return
    text = f"Last night's comparison with {crm} found {place.found} entries that had never reached us by webhook; "
    async with poller.db.office(office_id) as conn:
        await notice.problem(
            conn,
            office_id,
            key=f"compare:{crm}",
            text=text + "they are taken in now.",
            at=poller.clock.now(),
        )


def _why(error: Exception) -> str:
    return f"{error} is not connected" if isinstance(error, NotConnectedError) else str(error)[:300]
