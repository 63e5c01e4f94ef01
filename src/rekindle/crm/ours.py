"""What in the CRM is ours: tags and fields that we write there, and whose echo therefore says nothing new."""

import hashlib

import orjson

from rekindle.leads import identity
from rekindle.providers.ports import Contact
from rekindle.providers.ports.crm import CANARY, CANARY_EMAIL

PREFIX = "rekindle: "
TEMPERATURES = ("hot", "warm", "cold")
FIELDS = frozenset({"score", "temperature", "intent", "priority", "stage", "last_touch", "next_touch"})


def temperature_tag(temperature: str) -> str:
    """The one tag that says how warm a lead is."""
    return PREFIX + temperature


def is_ours(tag: str) -> bool:
    """Whether this tag is written by us and nobody else, in whatever case the CRM keeps it."""
    return tag.strip().lower().startswith(PREFIX.strip())


def canary_stamp(contact: Contact) -> str | None:
    """The stamp of the contact that is nobody; None when it is somebody."""
    if CANARY_EMAIL not in {email.strip().lower() for email in contact.emails}:
        return None
    stamps = [
        tag.strip().lower().removeprefix(CANARY) for tag in contact.tags if tag.strip().lower().startswith(CANARY)
    ]
    return max(stamps, default="")


def seen_hash(contact: Contact) -> bytes:
    """A digest of what a contact says without what we wrote there, without when and in which format it was said."""
    said = [
        contact.name,
        contact.first_name,
        contact.last_name,
        [value for text in contact.emails for value in identity.emails(text)],
        [value for text in contact.phones for value in identity.phones(text)],
        sorted({tag.strip().lower() for tag in contact.tags if not is_ours(tag)}),
        sorted(contact.dnd),
        contact.kind,
        contact.state,
        contact.zip,
        contact.city,
        contact.street,
        sorted((name, value) for name, value in contact.attributes if name not in FIELDS),
        contact.assigned_to,
        contact.stage,
        contact.deleted,
    ]
    return hashlib.sha256(orjson.dumps(said)).digest()
