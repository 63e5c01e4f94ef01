"""What an enquiry states, normalised; or why it cannot be used."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rekindle.decide.words import LeadKind, Stage
from rekindle.leads import identity, names, places
from rekindle.leads.types import FieldError, Point
from rekindle.providers.ports import Enquiry

LONGEST = 20_000  # characters of a message; more is no enquiry
LONGEST_ASIDE = 200
LEAST_DIGITS = 4
OURS = frozenset({"appointment_at", "appointment_said"})  # attributes that only the engine itself may set
KINDS = frozenset(LeadKind)
STAGES = frozenset(Stage)


@dataclass(frozen=True)
class Stated:
    """One usable enquiry. `points` maps each normalised address to what was written; empty text = not stated."""

    source: str
    external_id: str
    points: dict[Point, str]
    fields: dict[str, str]  # column of lead → value, only what was stated
    stage: str
    attributes: dict[str, str]
    message: str
    page: str
    at: datetime
    asks: bool  # somebody wants something now, as opposed to a row of an old list

    @property
    def key(self) -> tuple[str, str]:
        return (self.source, self.external_id)


def read(enquiry: Enquiry, *, at: datetime, listed: bool) -> Stated | tuple[FieldError, ...]:
    """The usable form of an enquiry, or the errors of its fields; `listed`: it is a row of an imported list."""
    points, aside = _points(enquiry)
    if not points:
        return _unreachable(enquiry)
    name, first, last = names.settle(clean(enquiry.name), clean(enquiry.first_name), clean(enquiry.last_name))
    fields = {
        "name": name,
        "first_name": first,
        "last_name": last,
        "kind": enquiry.kind if enquiry.kind in KINDS and enquiry.kind != LeadKind.UNKNOWN else "",
        "state": places.state(enquiry.state) if enquiry.state else "",
        "zip": places.zip_code(enquiry.zip) if enquiry.zip else "",
        "street": clean(enquiry.street),
        "city": word(enquiry.city),
    }
    message = clean(enquiry.message)[:LONGEST]
    return Stated(
        source=word(enquiry.source),
        external_id=clean(enquiry.external_id),
        points=points,
        fields={column: value for column, value in fields.items() if value},
        stage=enquiry.stage if enquiry.stage in STAGES else "",
        attributes={word(k): word(v) for k, v in enquiry.attributes if v and k not in OURS} | aside,
        message=message,
        page=clean(enquiry.page),
        at=min(enquiry.at, at) if enquiry.at else at,
        asks=bool(message) or not listed,
    )


def unusable(enquiry: Enquiry) -> tuple[FieldError, ...]:
    """The addresses given in which there is none, by field; the enquiry may be usable without them."""
    errors = []
    if any(cell.strip() and not identity.phones(cell) for cell in enquiry.phones):
        errors.append(FieldError("phone", "invalid", "This is not a phone number that can be reached."))
    if any(cell.strip() and not identity.emails(cell) for cell in enquiry.emails):
        errors.append(FieldError("email", "invalid", "This is not an e-mail address."))
    return tuple(errors)


def clean(text: str) -> str:
    """Without what PostgreSQL text cannot hold (NUL, lone surrogates) and without space around it."""
    if not text:
        return ""
    if text.isascii():
        return text.strip() if "\x00" not in text else text.replace("\x00", "").strip()
    return text.encode("utf-8", "replace").decode().replace("\x00", "").strip()


# For what is said again and again: names of attributes, sources, cities, budgets.
word = lru_cache(maxsize=4096)(clean)


def _points(enquiry: Enquiry) -> tuple[dict[Point, str], dict[str, str]]:
    """The addresses, each with what was written; and what was given as one and is none, as attributes.

    What is none is kept where a person sees it: it may be a typo worth a look. Words like "n/a" are not.
    """
    found: dict[Point, str] = {}
    aside: dict[str, str] = {}
    for cell in enquiry.phones:
        values = identity.phones(cell)
        for value in values:
            found.setdefault(Point("phone", value), clean(cell))
        if not values and sum(c.isdigit() for c in cell) >= LEAST_DIGITS:
            aside["refused phone"] = clean(cell)[:LONGEST_ASIDE]
    for cell in enquiry.emails:
        values = identity.emails(cell)
        for value in values:
            found.setdefault(Point("email", value), clean(cell))
        if not values and "@" in cell:
            aside["refused email"] = clean(cell)[:LONGEST_ASIDE]
    return found, aside


def _unreachable(enquiry: Enquiry) -> tuple[FieldError, ...]:
    needed = FieldError("contact", "missing", "An e-mail address or a phone number is needed.")
    return unusable(enquiry) or (needed,)
