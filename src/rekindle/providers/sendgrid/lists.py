"""SendGrid's own lists of addresses it will not write to, told to us, and ours told to it.

Blocks are not among them: a block is about one mail, SendGrid itself goes on writing to the address.
"""

from dataclasses import dataclass
from datetime import timedelta

import orjson

from rekindle.providers import plain
from rekindle.providers.calls import Answer
from rekindle.providers.ports import Account, CallFailedError, Fault, Fetched, Limit
from rekindle.providers.sendgrid import PROVIDER
from rekindle.providers.sendgrid.cursor import Cursor
from rekindle.providers.sendgrid.requests import SendGridRequests

# https://www.twilio.com/docs/sendgrid/api-reference/suppressions: one path a list, 500 entries a page at most.
PATHS = {
    "spam_reports": "/v3/suppression/spam_reports",
    "unsubscribes": "/v3/suppression/unsubscribes",
    "bounces": "/v3/suppression/bounces",
    "invalid_emails": "/v3/suppression/invalid_emails",
}
PAGE = 500
PAGES = 20  # most pages of one call; the cursor goes on where it stopped
SOURCE = "sendgrid-list"
LIMIT = Limit("lists", 300, 60)


@dataclass(frozen=True)
class SendGridLists:
    """Both ways, repeatable: adding twice is adding once, and a page read twice is one event."""

    requests: SendGridRequests
    provider: str = PROVIDER
    source: str = SOURCE  # the inbox source that reads what `since` brings
    every: timedelta = timedelta(hours=1)

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the same for every plan
        """What this account may call at most."""
        return (LIMIT,)

    def wanted(self, account: Account) -> bool:  # noqa: ARG002 every account has these lists
        """Always: what is listed there must not be written to."""
        return True

    async def add(self, address: str, account: Account, *, deadline: float) -> None:
        """Put an address on the account's global list; raises CallFailedError."""
        said = {"recipient_emails": [address]}
        await self.requests.post("/v3/asm/suppressions/global", account, said, deadline=deadline)

    async def since(self, cursor: str, account: Account, *, deadline: float) -> tuple[tuple[Fetched, ...], str]:
        """Pages of all lists since `cursor` ("" = the beginning), and the next cursor; raises CallFailedError."""
        place = Cursor.read(cursor, now=int(self.requests.clock.now().timestamp()), lists=tuple(PATHS))
        if place.fresh:
            return (), cursor
        fetched: list[Fetched] = []
        for _ in range(PAGES):
            answer = await self._page(place, account, deadline=deadline)
            entries = _entries(answer)
            if entries:
                fetched.append(_event(place.name, entries))
            place = place.after(full=len(entries) >= PAGE, page=PAGE)
            if place.whole:
                break
        return tuple(fetched), place.written()

    async def _page(self, place: Cursor, account: Account, *, deadline: float) -> Answer:
        window = {"start_time": str(place.start)} if place.start else {}
        return await self.requests.get(
            PATHS[place.name],
            account,
            deadline=deadline,
            limit=str(PAGE),
            offset=str(place.offset),
            end_time=str(place.end),
            **window,
        )


def _entries(answer: Answer) -> list[object]:
    entries = answer.json()
    if not isinstance(entries, list):
        raise CallFailedError("nonsense", "SendGrid's list is no list", fault=Fault.AWAY)
    return entries


def _event(name: str, entries: list[object]) -> Fetched:
    body = orjson.dumps({"list": name, "entries": entries})
    return Fetched(plain.hashed(body), "application/json", body)
