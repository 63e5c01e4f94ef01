"""The body of an enquiry, field by field: one reading for the form hook and for the JSON API."""

import re
from collections.abc import Mapping

import orjson

from rekindle.decide.words import LeadKind
from rekindle.providers.form import consent, text
from rekindle.providers.form.reading import FieldError, Fields
from rekindle.providers.ports import Enquiry

__all__ = ["FieldError", "read", "usable_attributes"]

NAME_LIMIT = 200
EMAIL_LIMIT = 254
PHONE_LIMIT = 64
MESSAGE_LIMIT = 5000
PAGE_LIMIT = 2000
PLACE_LIMIT = 200
ATTRIBUTES_LIMIT = 50
ATTRIBUTE_NAME_LIMIT = 64
ATTRIBUTE_LIMIT = 1000
PHONE_DIGITS = range(7, 16)

KNOWN = frozenset(
    {"name", "first_name", "last_name", "email", "phone", "kind", "message", "page", "consent", "attributes"}
    | {"state", "zip", "city", "street", "at"}
)
KINDS = {str(kind) for kind in LeadKind}

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+\.[^\s@<>()\[\],;:\"\\.]{2,}")
_EXTENSION = re.compile(r"(?:ext|x|#).*$", re.IGNORECASE)


def read(given: object, *, external_id: str = "", source: str = "form") -> Enquiry | tuple[FieldError, ...]:
    """An enquiry from a decoded body, or every field that is wrong; e-mail or phone is enough."""
    if not isinstance(given, Mapping):
        return (FieldError("", "must be an object with the fields of an enquiry"),)
    fields = Fields(given)
    email = _email(fields)
    phone = _phone(fields)
    enquiry = Enquiry(
        external_id=external_id,
        source=source,
        name=fields.text("name", limit=NAME_LIMIT),
        first_name=fields.text("first_name", limit=NAME_LIMIT),
        last_name=fields.text("last_name", limit=NAME_LIMIT),
        emails=(email,) if email else (),
        phones=(phone,) if phone else (),
        kind=_kind(fields),
        message=fields.text("message", limit=MESSAGE_LIMIT, clean=text.lines),
        page=fields.text("page", limit=PAGE_LIMIT),
        at=fields.instant("at"),
        state=fields.text("state", limit=PLACE_LIMIT),
        zip=fields.text("zip", limit=PLACE_LIMIT),
        city=fields.text("city", limit=PLACE_LIMIT),
        street=fields.text("street", limit=PLACE_LIMIT),
        attributes=_attributes(fields),
        consents=consent.read(fields, has_email=bool(email)),
    )
    if not email and not phone and not any(e.field in {"email", "phone"} for e in fields.errors):
        fields.wrong("email", "an e-mail address or a phone number is needed")
    return tuple(fields.errors) or enquiry


def _email(fields: Fields) -> str:
    given = fields.text("email", limit=EMAIL_LIMIT)
    if given and not _EMAIL.fullmatch(given):
        fields.wrong("email", "must be one e-mail address like ann@mail.example")
        return ""
    return given


def _phone(fields: Fields) -> str:
    given = fields.text("phone", limit=PHONE_LIMIT)
    digits = sum(character.isdigit() for character in _EXTENSION.sub("", given))
    if given and digits not in PHONE_DIGITS:
        fields.wrong("phone", "must be a phone number like (312) 555-0142 or +13125550142")
        return ""
    return given


def _kind(fields: Fields) -> str:
    given = fields.text("kind", limit=PLACE_LIMIT).lower()
    if given and given not in KINDS:
        fields.wrong("kind", "must be buyer, seller or renter")
        return ""
    return given


def _attributes(fields: Fields) -> tuple[tuple[str, str], ...]:
    """The stated attributes and every field we do not know, sorted by name."""
    inner = fields.inner("attributes")
    found: dict[str, str] = {}
    for part in (_strangers(fields), inner or Fields({})):
        for name, value in part.given.items():
            _keep_attribute(found, part, str(name), value)
    if len(found) > ATTRIBUTES_LIMIT:
        fields.wrong("attributes", f"must not be more than {ATTRIBUTES_LIMIT}")
        return ()
    return tuple(sorted(found.items()))


def usable_attributes(given: Mapping[str, object]) -> dict[str, str]:
    """The attributes and strangers that can be kept as they are; the others are left out."""
    found: dict[str, str] = {}
    stated = given.get("attributes")
    for part in (_strangers(Fields(given)), Fields(stated if isinstance(stated, Mapping) else {})):
        for name, value in part.given.items():
            _keep_attribute(found, part, str(name), value)
    return found


def _strangers(fields: Fields) -> Fields:
    return Fields({k: v for k, v in fields.given.items() if k not in KNOWN}, fields.errors)


def _keep_attribute(found: dict[str, str], part: Fields, name: str, value: object) -> None:
    label = text.line(name)
    if not label or len(label) > ATTRIBUTE_NAME_LIMIT:
        part.wrong(name, f"the name must have 1 to {ATTRIBUTE_NAME_LIMIT} characters")
        return
    written = value if value is None or isinstance(value, str) else _json(value)
    kept = Fields({name: written}, part.errors, part.path).text(name, limit=ATTRIBUTE_LIMIT, clean=text.lines)
    if kept:
        found[label] = kept


def _json(value: object) -> object:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        return value  # nested too deep or not of JSON: reported as "must be text"
