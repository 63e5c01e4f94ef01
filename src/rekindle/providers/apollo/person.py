"""One record of Apollo's in our words (https://docs.apollo.io/reference/people-enrichment)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.providers.apollo.json_text import text

FACTS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "title": "title",
    "headline": "headline",
    "seniority": "seniority",
    "city": "city",
    "state": "state",
    "country": "country",
    "linkedin_url": "linkedin",
}
COMPANY = {"name": "company", "industry": "industry"}
# Addresses Apollo made up from a pattern, or knows not to work, are no facts.
NO_EMAIL = frozenset({"guessed", "extrapolated", "unavailable", "bounced", "invalid", "update_required"})
LOCKED = "email_not_unlocked"
# What says that a number is on no do-not-call list. Anything else, also what Apollo invents tomorrow, bars it.
CLEAR = frozenset({"", "not_found", "not_on_dnc", "not_listed", "clear", "none", "no"})
MOST = 20


@dataclass(frozen=True)
class Person:
    """What is known of somebody; all empty for nobody."""

    facts: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    barred_phones: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        return bool(self.facts or self.emails or self.phones or self.barred_phones)


def read(given: object) -> Person:
    """Whatever of a record can be used; a record of another shape is nobody."""
    if not isinstance(given, dict):
        return Person()
    numbers = [number for number in _list(given, "phone_numbers") if isinstance(number, dict)]
    barred = tuple(dict.fromkeys(_number(number) for number in numbers if _barred(number)))
    usable = (_number(number) for number in numbers if not _barred(number) and _valid(number))
    return Person(
        facts=_facts(given),
        emails=_emails(given),
        phones=tuple(dict.fromkeys(phone for phone in usable if phone and phone not in barred)),
        barred_phones=tuple(phone for phone in barred if phone),
    )


def _facts(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    company = given.get("organization")
    company = company if isinstance(company, dict) else {}
    named = [(ours, text(given.get(theirs))) for theirs, ours in FACTS.items()]
    named += [(ours, text(company.get(theirs))) for theirs, ours in COMPANY.items()]
    return tuple((name, value) for name, value in named if value)


def _emails(given: Mapping[str, Any]) -> tuple[str, ...]:
    main = text(given.get("email"))
    known = [] if text(given.get("email_status")).lower() in NO_EMAIL else [main]
    known += [text(email) for email in _list(given, "personal_emails")]
    return tuple(dict.fromkeys(email for email in known if "@" in email and LOCKED not in email.lower()))


def _number(number: Mapping[str, Any]) -> str:
    return text(number.get("sanitized_number"), limit=40) or text(number.get("raw_number"), limit=40)


def _barred(number: Mapping[str, Any]) -> bool:
    code = number.get("dnc_status_cd")
    return code is not None and (not isinstance(code, str) or code.strip().lower() not in CLEAR)


def _valid(number: Mapping[str, Any]) -> bool:
    return "invalid" not in text(number.get("status_cd")).lower()


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    listed = given.get(name)
    return listed[:MOST] if isinstance(listed, list) else []
