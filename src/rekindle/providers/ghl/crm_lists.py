"""The CRM's own lists, page by page, as events for the inbox: how we find what no webhook told us."""

from datetime import UTC, datetime
from typing import Any

import orjson

from rekindle.providers.ghl.client import LONGEST_ID, Call, Line, is_id, malformed, named
from rekindle.providers.ghl.people import texts
from rekindle.providers.ports import CrmPage, Fetched

CONTACTS = 100
TEXTS = 100
EMAILS = 10  # the fewest the export gives; an e-mail may need a call of its own, so a page of them stays cheap
LATEST = 3  # e-mails of a thread that are looked into
JSON = "application/json"
OF_MAIL = ("subject", "body", "from", "to", "direction", "dateAdded", "status", "contentType", "source")


async def contacts(line: Line, since: datetime, cursor: str) -> CrmPage:
    """Contacts whose `dateUpdated` is `since` or later, oldest first; raises CallFailedError.

    The description leaves the body of this search open; filters, sort and searchAfter are those of its guide.
    """
    body = {
        "locationId": line.location,
        "pageLimit": CONTACTS,
        "filters": [{"field": "dateUpdated", "operator": "range", "value": {"gte": moment(since)}}],
        "sort": [{"field": "dateUpdated", "direction": "asc"}],
        **({"searchAfter": orjson.loads(cursor)} if cursor else {}),
    }
    rows = _rows(await line.call(Call("POST", "/contacts/search", body=body)), "contacts")
    after = ""
    if len(rows) == CONTACTS:
        mark = rows[-1].get("searchAfter")
        after = orjson.dumps(mark).decode()
        if not isinstance(mark, list) or after == cursor:
            raise malformed("a full page of contacts without a way to the next")
    return CrmPage(tuple(contact_event(row) for row in rows), after)


async def messages(line: Line, since: datetime, cursor: str) -> CrmPage:
    """Messages added since then, both directions; texts and the rest first, then e-mails; raises CallFailedError.

    The export leaves e-mails out unless they are asked for (conversations-v3.json), hence two walks in one cursor.
    """
    walk, _, place = (cursor or "texts:").partition(":")
    email = walk == "emails"
    params = {
        "locationId": line.location,
        "limit": str(EMAILS if email else TEXTS),
        "sortBy": "updatedAt" if email else "createdAt",  # an answer by e-mail changes the row of its thread
        "sortOrder": "asc",
        "startDate": moment(since),
        **({"channel": "Email"} if email else {}),
        **({"cursor": place} if place else {}),
    }
    said = await line.call(Call("GET", "/conversations/messages/export", params=params))
    rows = _rows(said, "messages")
    events = [event for row in rows for event in (await _mails(line, row) if email else [_message_event(row)])]
    following = said.get("nextCursor")
    if following and (not isinstance(following, str) or following == place):
        raise malformed("a page of messages without a way to the next")
    then = f"{walk}:{following}" if following and rows else ("" if email else "emails:")
    return CrmPage(tuple(events), then)


def contact_event(row: dict[str, Any]) -> Fetched:
    """A contact as an event; the same state of it is the same event, however it came."""
    changed = str(row.get("dateUpdated") or row.get("dateAdded") or "")
    if not changed.isprintable():
        raise malformed("a contact whose date is none")
    return Fetched(f"{row['id']}:{changed}"[:LONGEST_ID], JSON, orjson.dumps({"contact": row}))


def _message_event(row: dict[str, Any]) -> Fetched:
    return Fetched(row["id"], JSON, orjson.dumps(row))


def moment(at: datetime) -> str:
    """A moment as HighLevel writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _rows(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = said.get(name)
    if not isinstance(listed, list):
        raise malformed(f"no list of {name}")
    for row in listed:
        if not isinstance(row, dict) or not is_id(row.get("id")):
            raise malformed(f"one of the {name} has no id")
    return listed


async def _mails(line: Line, row: dict[str, Any]) -> list[Fetched]:
    """A row is a thread: one e-mail, or several of both directions, of which it names only the ids."""
    meta = row.get("meta")
    email = meta.get("email") if isinstance(meta, dict) else None
    ids = [each for each in texts(email.get("messageIds")) if is_id(each)] if isinstance(email, dict) else []
    if len(ids) > 1:
        return [await _mail(line, row, each, each) for each in ids[-LATEST:]]
    if ids and row.get("direction") == "inbound" and not row.get("body"):
        return [await _mail(line, row, ids[0], row["id"])]
    return [_message_event(row)]


async def _mail(line: Line, row: dict[str, Any], name: str, external_id: str) -> Fetched:
    said = await line.call(Call("GET", f"/conversations/messages/email/{named(name)}"))
    told = {each: said[each] for each in OF_MAIL if each in said}
    whole = {**row, **told, "emailMessageId": name}
    return Fetched(external_id, JSON, orjson.dumps(whole))
