"""Merge fields: our names, and the aliases pasted in from other CRMs; a blank is left out, so it counts as missing."""

import unicodedata
from collections.abc import Mapping

from rekindle.content.types import Known, Values

AREA = ("area", "areas", "neighborhood", "location", "city")
ADDRESS = ("property_address", "property", "address", "listing")

# What a lead states comes from a public form: whoever fills it in must not write our messages to somebody's number.
LONGEST_NAME = 40
LONGEST = 60
TELLTALE = ("://", "www.", "@", "<", ">", "[", "]", "{", "}")
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}  # control, format (a text turned around), line and paragraph breaks


def values(known: Known, *, unsubscribe_url: str) -> Values:
    """The names a template may use, with their values; nothing blank is among them."""
    attributes = {name: text for name, text in known.attributes if stated(text).strip()}
    first, last = stated(known.first_name, longest=LONGEST_NAME), stated(known.last_name, longest=LONGEST_NAME)
    city, street = stated(known.city), stated(known.street)
    lead = {
        **attributes,
        "first_name": tidy(first),
        "last_name": tidy(last),
        "name": tidy(f"{first} {last}".strip()),
        "full_name": tidy(f"{first} {last}".strip()),
        "email": known.email,
        "phone": readable(known.phone),
        "city": city,
        "state": stated(known.state),
        "postal_code": stated(known.zip),
        "address1": street,
        "area": _first(attributes, AREA) or city,
        "property_address": _first(attributes, ADDRESS) or street,
        "attributes": attributes,
    }
    office = {
        "name": known.office_name,
        "brokerage": known.brokerage,
        "phone": readable(known.office_phone),
        "email": known.office_email,
        "address": known.office_address,
        "full_address": known.office_address,
    }
    agent = {
        "name": known.agent_name,
        "first_name": known.agent_name.split(" ")[0],
        "phone": readable(known.agent_phone),
        "email": known.agent_email,
    }
    fields = {
        "lead": _filled(lead),
        "contact": _filled(lead),
        "office": _filled(office),
        "location": _filled(office),
        "agent": _filled(agent),
        "user": _filled(agent),
        "booking_url": known.booking_url,
        "unsubscribe_url": unsubscribe_url,
    }
    return _filled(fields)


def stated(text: str, *, longest: int = LONGEST) -> str:
    """What a lead stated, or nothing when it holds a link, an address, markup or a line break, or is too long."""
    plain = text.lower()
    if len(text) > longest or any(mark in plain for mark in TELLTALE):
        return ""
    return "" if any(unicodedata.category(each) in UNSEEN for each in text) else text


def readable(phone: str) -> str:
    """A North American number as people write it; anything else as it is."""
    if len(phone) == 12 and phone.startswith("+1"):  # noqa: PLR2004 "+1" and ten digits
        return f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    return phone


def tidy(name: str) -> str:
    """A name typed all in capitals or all in small letters, made readable; any other is left alone."""
    return name.title() if name.isupper() or name.islower() else name


def _filled(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _first(attributes: dict[str, str], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if name in attributes), "")
