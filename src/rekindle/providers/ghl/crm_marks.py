"""Tags, one by one, and notes, each once."""

from rekindle.providers.ghl.client import Call, Line, named
from rekindle.providers.ghl.people import Contact, texts
from rekindle.providers.ports import Card


async def tag(line: Line, contact: Contact, card: Card) -> tuple[str, ...]:
    """The contact's tags afterwards: stale ones of ours off, new ones on, all others as they were; CallFailedError.

    HighLevel keeps tags in lower case, whatever they are written in.
    """
    path = f"/contacts/{named(contact['id'])}/tags"
    on = {each.lower() for each in card.tags_on}
    off = {each.lower() for each in card.tags_off} - on
    # An answer that leaves the tags out may hide a stale one: then all of ours are told, which changes nothing twice.
    there = _lower(contact.get("tags")) if isinstance(contact.get("tags"), list) else off
    if stale := sorted(off & there):
        there = await _told(line, Call("DELETE", path, body={"tags": stale}), there - off)
    if new := sorted(on - there):
        there = await _told(line, Call("POST", path, body={"tags": new}), there | on)
    return tuple(sorted(there))


async def _told(line: Line, call: Call, otherwise: set[str]) -> set[str]:
    tags = (await line.call(call)).get("tags")
    return _lower(tags) if isinstance(tags, list) else otherwise


def _lower(given: object) -> set[str]:
    return {each.lower() for each in texts(given)}


async def note(line: Line, contact_id: str, notes: tuple[tuple[str, str], ...]) -> None:
    """Write the notes that are not there yet; the last line of each holds its key, by which a repeat sees it."""
    if not notes:
        return
    path = f"/contacts/{named(contact_id)}/notes"
    listed = (await line.call(Call("GET", path))).get("notes")
    written = [str(row.get("body", "")) for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    for key, text in notes:
        mark = f"(Rekindle {key})"
        if not any(mark in body for body in written):
            await line.call(Call("POST", path, body={"body": f"{text}\n{mark}"}))
