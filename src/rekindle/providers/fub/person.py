"""The source `fub-person`: a person as Follow Up Boss gave it to us. Nobody can post to it."""

from typing import Any

from rekindle.decide.words import LeadKind
from rekindle.providers import plain
from rekindle.providers.fub.inbound import PERSON_SOURCE
from rekindle.providers.ports import (
    Account,
    Contact,
    Event,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

TRASH = "trash"  # the stage of deleted people, where they stay until somebody empties it
INVALID = "invalid"
TAGS = 200
ADDRESSES = 20
KINDS = {str(kind) for kind in LeadKind} - {LeadKind.UNKNOWN.value}
# What says something of the wish; an agent's private notes (`background`) stay where they are.
ATTRIBUTES = (("price", "price"), ("timeframe", "timeframe"), ("sourceUrl", "source url"))


class FubPerson(Inbound):
    """What the fetcher brings; its bytes come over our own call, so there is nothing to verify."""

    source = PERSON_SOURCE
    provider = "fub"
    pasted = False

    def verify(self, request: Request, account: Account) -> Verified:  # noqa: ARG002 nobody is believed here
        """Refuses everybody; raises RefusedSignatureError."""
        raise RefusedSignatureError("people are fetched, not posted")

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """One contact; raises UnparsableError."""
        given = plain.fields(event.body)
        person = plain.digits(given.get("id"))
        if not person:
            raise UnparsableError("the person has no id")
        stage = plain.line(given.get("stage"))
        tags = tuple(dict.fromkeys(tag for tag in map(plain.line, _list(given.get("tags"))) if tag))[:TAGS]
        home = next(iter(plain.objects(given.get("addresses"))), {})
        contact = Contact(
            external_id=event.external_id,
            crm="fub",
            contact_id=person,
            account="",
            name=plain.line(given.get("name")),
            first_name=plain.line(given.get("firstName")),
            last_name=plain.line(given.get("lastName")),
            emails=_usable(given.get("emails")),
            phones=_usable(given.get("phones")),
            tags=tags,
            activated=_activated(tags, account.get("activation_tags")),
            dnd=frozenset(),
            source=plain.line(given.get("source")),
            kind=_kind(given.get("type")),
            state=plain.line(home.get("state")),
            zip=plain.line(home.get("code")),
            city=plain.line(home.get("city")),
            street=plain.line(home.get("street")),
            attributes=_attributes(given),
            assigned_to=plain.digits(given.get("assignedUserId")) or plain.line(given.get("assignedTo")),
            stage=stage,
            deleted=stage.casefold() == TRASH,
            at=plain.instant(given.get("updated")),
        )
        return (contact,)


def _usable(given: object) -> tuple[str, ...]:
    """Addresses that Follow Up Boss does not know to be dead, the primary one first."""
    parts = [part for part in plain.objects(given) if plain.line(part.get("status")).casefold() != INVALID]
    parts.sort(key=lambda part: part.get("isPrimary") not in (1, True, "1"))
    values = (plain.line(part.get("value")) for part in parts)
    return tuple(dict.fromkeys(value for value in values if value))[:ADDRESSES]


def _activated(tags: tuple[str, ...], wanted: str) -> bool | None:
    """Whether one of the office's activation tags is on them, in any case; None when it takes everybody."""
    names = {plain.line(name).casefold() for name in wanted.split(",")} - {""}
    return any(tag.casefold() in names for tag in tags) if names else None


def _kind(given: object) -> str:
    word = plain.line(given).casefold()
    return word if word in KINDS else ""


def _attributes(given: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    custom = [(name, value) for name, value in given.items() if name.startswith("custom")]
    return plain.attributes([*((label, given.get(name) or None) for name, label in ATTRIBUTES), *custom])


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []
