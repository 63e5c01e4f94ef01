"""HighLevel's custom fields by our own names, as the office's map says."""

from collections.abc import Mapping
from typing import Any

import orjson

from rekindle.providers import plain
from rekindle.providers.ghl.reading_given import Given, instant
from rekindle.providers.ports import Account

# What we tell the CRM about a lead comes back with every event of the contact: an echo, not a statement of the lead.
ECHOED = frozenset({"score", "temperature", "stage", "intent"})
# The law of fair housing wants no age, and nobody wants a social security number in a sales tool.
NEVER_KEPT = frozenset({"ssn", "dateofbirth"})


def names(account: Account) -> dict[str, str]:
    """Our name of each mapped custom field, by HighLevel's id; an unreadable map maps nothing."""
    try:
        given = orjson.loads(account.get("fields") or "{}")
    except orjson.JSONDecodeError:
        return {}
    return {v: k for k, v in given.items() if isinstance(v, str)} if isinstance(given, Mapping) else {}


def custom(given: Given, account: Account) -> list[tuple[str, str]]:
    """The contact's custom fields: mapped ones by our names, the others as `custom <id>`; our own echo is left out."""
    known = names(account)
    found = [(known.get(name, f"custom {name}"), text(value)) for name, value in _pairs(given)]
    return [(name, value) for name, value in found if name not in ECHOED and value]


def text(value: object) -> str:
    """A custom field's value as text: lists joined, objects as JSON."""
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return plain.lines(", ".join(str(part) for part in value), limit=plain.ATTRIBUTE)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        try:
            return plain.lines(orjson.dumps(value).decode(), limit=plain.ATTRIBUTE)
        except orjson.JSONEncodeError:
            return ""  # nested too deep, or a lone half of a character: nothing a person wrote
    return plain.lines(value, limit=plain.ATTRIBUTE)


def _pairs(given: Given) -> list[tuple[str, Any]]:
    value = given.get("customfields", "customfield")
    if isinstance(value, dict):
        return [(plain.line(name, limit=50), part) for name, part in value.items()]
    fields = [Given(part) for part in plain.objects(value)]
    said = ("value", "fieldvalue", "fieldvaluestring", "fieldvaluearray", "fieldvaluenumber", "fieldvaluedate")
    return [(f.line("id", "fieldid", "key", limit=50), _dated(f, f.get(*said))) for f in fields]


def _dated(field: Given, value: object) -> object:
    if field.has("fieldvaluedate") and (at := instant(value)):
        return at.date().isoformat()
    return value
