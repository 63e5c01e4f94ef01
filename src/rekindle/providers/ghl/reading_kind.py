"""What an event of HighLevel is about: by its type, and by its fields when it has none or one that says nothing.

Types and fields are those of the published webhook events (GoHighLevel/highlevel-api-docs, docs/webhook events).
"""

from enum import StrEnum

from rekindle.providers.ghl.reading_given import Given, plain_name


class What(StrEnum):
    """The kinds we act on, OTHER for what is understood and left alone, UNKNOWN for what is not understood."""

    CONTACT = "contact"
    CONTACT_GONE = "contact gone"
    INBOUND = "inbound message"
    OUTBOUND = "outbound message"
    MESSAGE = "message"
    APPOINTMENT = "appointment"
    APPOINTMENT_GONE = "appointment gone"
    OPPORTUNITY = "opportunity"
    INSTALL = "install"
    UNINSTALL = "uninstall"
    OTHER = "other"
    UNKNOWN = "unknown"


_ACTED_ON = {
    "contactdelete": What.CONTACT_GONE,
    "inboundmessage": What.INBOUND,
    "outboundmessage": What.OUTBOUND,
    "appointmentdelete": What.APPOINTMENT_GONE,
    "install": What.INSTALL,
    "appinstall": What.INSTALL,
    "uninstall": What.UNINSTALL,
    "appuninstall": What.UNINSTALL,
}
_LEFT_ALONE = {
    "association": "how objects of HighLevel relate",
    "campaign": "a campaign of HighLevel's own",
    "conversationunread": "a read mark",
    "invoice": "an invoice",
    "lcemailstats": "what became of an e-mail HighLevel sent",
    "location": "the sub-account itself",
    "note": "a note",
    "objectschema": "a custom object",
    "opportunitydelete": "a deleted opportunity; the lead keeps its stage",
    "opportunityassignedto": "who an opportunity is assigned to",
    "opportunitymonetaryvalue": "what an opportunity is worth",
    "order": "an order",
    "planchange": "the plan of the app",
    "price": "a price",
    "product": "a product",
    "provideroutboundmessage": "a message HighLevel asks a conversation provider to send",
    "record": "a custom object",
    "relation": "how objects of HighLevel relate",
    "task": "a task",
    "user": "a user of HighLevel",
}
_FAMILIES = {"contact": What.CONTACT, "appointment": What.APPOINTMENT, "opportunity": What.OPPORTUNITY}
_MARKS = {
    "an association or relation": ("firstobjectkey", "associationid", "associationtype"),
    "an invoice": ("invoicenumber", "invoiceitems"),
    "an order": ("fulfillmentstatus", "amountsummary", "contactsnapshot"),
    "a custom object": ("searchableproperties", "owners", "properties"),
    "a product": ("producttype", "variants", "availableinstore"),
    "a read mark": ("unreadcount",),
    "what became of an e-mail HighLevel sent": ("webhookpayload",),
    "the sub-account itself": ("stripeproductid",),
    "a user of HighLevel": ("permissions", "role"),
    "a campaign of HighLevel's own": ("templateid",),
    "a task": ("duedate",),
    "a message HighLevel asks a conversation provider to send": ("emailto", "emailfrom"),
    "the plan of the app": ("newplanid", "currentplanid"),
}
_TYPE = ("type", "eventtype", "event")
_PERSON = ("email", "phone", "tags", "dnd", "dndsettings", "firstname", "lastname", "fullname", "customfields")


def what(given: Given) -> tuple[What, str]:
    """What it is about, and for OTHER in words what that is."""
    kind, about = typed(given)
    if kind is not What.UNKNOWN:
        return kind, about
    kind, about = _guessed(given)
    if kind is What.UNKNOWN and (said := given.line(*_TYPE, limit=60)):
        return What.OTHER, f"something of the type {said!r}"
    return kind, about


def typed(given: Given) -> tuple[What, str]:
    """What its type alone says; UNKNOWN when it has none that HighLevel publishes."""
    named = plain_name(given.line(*_TYPE))
    if named in _ACTED_ON:
        return _ACTED_ON[named], ""
    for family, about in _LEFT_ALONE.items():
        if named.startswith(family):
            return What.OTHER, about
    for family, kind in _FAMILIES.items():
        if named.startswith(family) and named != family:
            return kind, ""
    return What.UNKNOWN, ""


def _guessed(given: Given) -> tuple[What, str]:
    """By fields alone; the order goes from what only one kind has to what many have."""
    if given.inner("appointment").raw or (given.has("calendarid") and given.has("starttime", "appointmentstatus")):
        return What.APPOINTMENT, ""
    if given.has("contactid") and given.has("direction", "messagetype"):
        return What.MESSAGE, ""
    if about := next((about for about, marks in _MARKS.items() if given.has(*marks)), ""):
        return What.OTHER, about
    if given.has("messageid") and given.has("message"):
        return What.OTHER, _LEFT_ALONE["provideroutboundmessage"]
    return _guessed_person(given)


def _guessed_person(given: Given) -> tuple[What, str]:
    if given.has("pipelineid", "pipelinestageid"):
        return What.OPPORTUNITY, ""
    if given.has("id", "contactid") and given.has(*_PERSON):
        return What.CONTACT, ""
    if given.has("contactid") and given.has("body"):
        return What.OTHER, _LEFT_ALONE["note"]
    if given.has("appid"):
        return What.OTHER, "an app, without saying what became of it"
    return What.UNKNOWN, ""
