"""Contacts as HighLevel tells of them: finding one, and what it says about being disturbed."""

from collections.abc import Mapping
from typing import Any

from rekindle.decide.words import Channel
from rekindle.providers.ghl.client import Call, Line, is_id, malformed, named
from rekindle.providers.ports import CallFailedError, Outgoing

BLOCKED = frozenset({"active", "permanent"})
GONE = frozenset({"400", "404", "422"})  # what an id that is none, was deleted or merged away is answered with

Contact = Mapping[str, Any]


async def by_id(line: Line, contact_id: str) -> Contact | None:
    """The contact with this id, None when there is none any more; raises CallFailedError."""
    try:
        return contact_in(await line.call(Call("GET", f"/contacts/{named(contact_id)}")))
    except CallFailedError as error:
        if error.code in GONE:
            return None
        raise


async def by_address(line: Line, *, phone: str, email: str) -> Contact | None:
    """The contact HighLevel itself would call a duplicate of this person, None when there is none; CallFailedError."""
    given = {"number": phone, "email": email}
    params = {"locationId": line.location, **{name: value for name, value in given.items() if value}}
    said = await line.call(Call("GET", "/contacts/search/duplicate", params=params))
    found = said.get("contact")
    return contact_in(said) if found else None


async def addressed(line: Line, outgoing: Outgoing) -> Contact | None:
    """The contact with the address a message goes to, None when there is none; raises CallFailedError."""
    if outgoing.channel is Channel.SMS:
        return await by_address(line, phone=outgoing.to, email="")
    return await by_address(line, phone="", email=outgoing.to)


def contact_in(said: Mapping[str, Any]) -> Contact:
    """The contact of an answer; raises CallFailedError when it holds none with an id."""
    found = said.get("contact")
    if not isinstance(found, dict) or not is_id(found.get("id")):
        raise malformed("no contact with an id in it")
    return found


def texts(given: object) -> tuple[str, ...]:
    """The texts of a list, whatever else is in it."""
    return tuple(one for one in given if isinstance(one, str)) if isinstance(given, list) else ()


def dnd_of(contact: Contact) -> dict[str, dict[str, Any]]:
    """Settings by channel in lower case: the API writes `sms`, its webhooks and older records `SMS`."""
    given = contact.get("dndSettings")
    if not isinstance(given, dict):
        return {}
    return {name.lower(): said for name, said in given.items() if isinstance(name, str) and isinstance(said, dict)}


def barred(contact: Contact, channel: Channel) -> bool:
    """Whether the contact must not be disturbed on this channel: by its one switch for all, or by the channel's own."""
    return contact.get("dnd") is True or dnd_of(contact).get(channel.value, {}).get("status") in BLOCKED
