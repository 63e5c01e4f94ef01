"""A contact of HighLevel, from a webhook, a workflow or the API."""

from datetime import datetime

from rekindle.decide.words import Channel, LeadKind
from rekindle.providers import plain
from rekindle.providers.ghl import reading_fields, reading_tags
from rekindle.providers.ghl.reading_given import Given, things
from rekindle.providers.ports import Account, Contact, Event, UnparsableError

CRM = "ghl"
MOST_POINTS = 10

_BARRED = frozenset({"active", "permanent"})  # "active" means that do-not-disturb is on
_CHANNELS = {"sms": frozenset({Channel.SMS}), "email": frozenset({Channel.EMAIL}), "all": frozenset(Channel)}
_KINDS = {kind.value for kind in LeadKind}


def contact(given: Given, event: Event, account: Account, *, gone: bool = False) -> Contact:
    """The contact as it stands now; raises UnparsableError when it has no id."""
    contact_id = given.line("contactid", "id")
    if not contact_id:
        raise UnparsableError("a contact without an id")
    tags = reading_tags.tags(given.get("tags"))
    custom = dict(reading_fields.custom(given, account))
    kind = custom.pop("kind", "").lower()
    return Contact(
        external_id=event.external_id,
        crm=CRM,
        contact_id=contact_id,
        account=account.get("location_id"),
        name=given.line("name", "fullname", "contactname"),
        first_name=given.line("firstname"),
        last_name=given.line("lastname"),
        emails=points(given, "email", "additionalemails"),
        phones=points(given, "phone", "additionalphones"),
        tags=tags,
        activated=reading_tags.activated(tags, account),
        dnd=dnd(given),
        source=given.line("source", "contactsource"),
        kind=kind if kind in _KINDS else "",
        state=given.line("state"),
        zip=given.line("postalcode", "zip"),
        city=given.line("city"),
        street=given.line("address1", "street"),
        attributes=plain.attributes([*_stated(given), *custom.items()]),
        assigned_to=given.line("assignedto"),
        stage="",
        deleted=gone,
        at=_at(given),
        added_at=given.instant("dateadded", "datecreated"),
    )


def points(given: Given, name: str, more: str) -> tuple[str, ...]:
    """The contact's own address first, then its further ones, as given."""
    return tuple(dict.fromkeys((*things(given.get(name)), *things(given.get(more)))))[:MOST_POINTS]


def dnd(given: Given) -> frozenset[Channel]:
    """The channels the CRM says not to use: all by its one switch, or each by its own."""
    channels = frozenset(Channel) if _on(given.get("dnd")) else frozenset()
    for name, setting in given.inner("dndsettings").raw.items():
        if isinstance(setting, dict) and Given(setting).line("status").lower() in _BARRED:
            channels |= _CHANNELS.get(str(name).lower(), frozenset())
    return channels


def _on(value: object) -> bool:
    return value is True or str(value).strip().lower() in {"true", "yes", "1"}


def _at(given: Given) -> datetime | None:
    """When the contact was so. When it was made says that only of an event that tells of the making."""
    said = ("timestamp", "dateupdated")
    created = given.line("type").lower() == "contactcreate"
    return given.instant(*said, "dateadded") if created else given.instant(*said)


def _stated(given: Given) -> list[tuple[str, str]]:
    return [(name, given.line(field)) for name, field in (("company", "companyname"), ("website", "website"))]
