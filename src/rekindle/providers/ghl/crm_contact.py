"""The contact itself: found or made, and what of it we may write."""

from typing import Any

from rekindle.providers.ghl import people
from rekindle.providers.ghl.client import Call, Line, named
from rekindle.providers.ghl.maps import custom_fields
from rekindle.providers.ghl.people import Contact
from rekindle.providers.ports import Account, CallFailedError, Card, Fault

OPTED_OUT = "Opted out (told by Rekindle)"  # how we know our own mark again, to lift it and no other
WRITTEN = {"call": "call", "email": "email", "sms": "sms", "whatsapp": "whatsApp", "gmb": "gmb", "fb": "fb"}


async def write(line: Line, card: Card) -> Contact:
    """The contact as it stands afterwards; raises CallFailedError.

    Tags never pass here: the body's `tags` would overwrite all others (contacts-v3.json).
    """
    if not card.contact_id and not card.emails and not card.phones:
        raise CallFailedError("no_address", "a contact needs an e-mail address or a phone number", fault=Fault.MESSAGE)
    contact = await _known(line, card)
    if contact is None:
        return await _make(line, card)
    changes = _changes(line.account, card, contact)
    if not changes:
        return contact
    said = await line.call(Call("PUT", f"/contacts/{named(contact['id'])}", body=changes))
    now = said.get("contact")
    return {**contact, **changes, **(now if isinstance(now, dict) else {}), "id": contact["id"]}


async def _known(line: Line, card: Card) -> Contact | None:
    if card.contact_id:
        contact = await people.by_id(line, card.contact_id)
        if contact is not None:
            return contact
    contact = None
    if card.emails or card.phones:
        phone, email = _first(card.phones), _first(card.emails)
        contact = await people.by_address(line, phone=phone, email=email)
    if contact is None and card.contact_id:
        # A person took it out of the CRM. Making it again would undo that at every push.
        text = "the contact was deleted in GoHighLevel; it is not made again"
        raise CallFailedError("contact_gone", text, fault=Fault.MESSAGE)
    return contact


async def _make(line: Line, card: Card) -> Contact:
    """Upsert and not create: somebody else may have made it since we looked."""
    given = {**_about(card), "source": card.source, **_marks(line.account, card, {})}
    body = {"locationId": line.location, **{name: value for name, value in given.items() if value}}
    return people.contact_in(await line.call(Call("POST", "/contacts/upsert", body=body)))


def _changes(account: Account, card: Card, contact: Contact) -> dict[str, Any]:
    blank = {name: value for name, value in _about(card).items() if value and not contact.get(name)}
    if contact.get("firstName") or contact.get("lastName"):
        blank.pop("name", None)
    return {**blank, **_marks(account, card, contact)}


def _about(card: Card) -> dict[str, str]:
    return {
        "firstName": card.first_name,
        "lastName": card.last_name,
        "name": card.name,
        "email": _first(card.emails),
        "phone": _first(card.phones),
    }


def _marks(account: Account, card: Card, contact: Contact) -> dict[str, Any]:
    mapped, there = custom_fields(account), _custom(contact)
    wanted = [(mapped[name], value) for name, value in card.fields if name in mapped]
    fields = [{"id": of, "fieldValue": value} for of, value in wanted if there.get(of, "") != value]
    dnd = _dnd(card, contact)
    return {**({"customFields": fields} if fields else {}), **({"dndSettings": dnd} if dnd else {})}


def _custom(contact: Contact) -> dict[str, str]:
    given = contact.get("customFields")
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    return {str(row.get("id")): str(row.get("value", row.get("fieldValue", ""))) for row in rows}


def _dnd(card: Card, contact: Contact) -> dict[str, Any]:
    """All settings, ours changed; empty when nothing changes. Who opted in again is unmarked only where we marked."""
    settings = people.dnd_of(contact)
    changed = False
    for channel, opted_out in (("sms", card.no_sms), ("email", card.no_email)):
        now = settings.get(channel, {})
        marked = now.get("status") in people.BLOCKED
        if opted_out and not marked:
            settings[channel] = {"status": "active", "message": OPTED_OUT, "code": "opted_out"}
            changed = True
        elif not opted_out and marked and now.get("message") == OPTED_OUT:
            settings[channel] = {"status": "inactive", "message": "", "code": ""}
            changed = True
    if not changed:
        return {}
    return {WRITTEN[name]: _setting(said) for name, said in settings.items() if name in WRITTEN and said.get("status")}


def _setting(said: dict[str, Any]) -> dict[str, str]:
    return {name: said[name] for name in ("status", "message", "code") if isinstance(said.get(name), str)}


def _first(given: tuple[str, ...]) -> str:
    return given[0] if given else ""
