"""Events of HighLevel in our words."""

from rekindle.providers.ghl.reading_booking import booking
from rekindle.providers.ghl.reading_contact import contact
from rekindle.providers.ghl.reading_given import Given
from rekindle.providers.ghl.reading_kind import What, what
from rekindle.providers.ghl.reading_message import message
from rekindle.providers.ghl.reading_opportunity import stage
from rekindle.providers.ports import Account, Event, Ignored, Parsed, Uninstalled, UnparsableError


def word(given: Given, event: Event, account: Account) -> Parsed:
    """The event in our word; raises UnparsableError for what looks like nothing HighLevel publishes."""
    kind, about = what(given)
    match kind:
        case What.CONTACT | What.CONTACT_GONE:
            whole = given.over(given.inner("contact").raw)
            found: Parsed = contact(whole, event, account, gone=kind is What.CONTACT_GONE)
        case What.INBOUND | What.OUTBOUND | What.MESSAGE:
            said = {What.INBOUND: True, What.OUTBOUND: False}.get(kind)
            found = message(given, event.external_id, inbound=said)
        case What.APPOINTMENT | What.APPOINTMENT_GONE:
            found = booking(given, event.external_id, gone=kind is What.APPOINTMENT_GONE)
        case What.OPPORTUNITY:
            found = stage(given, event.external_id, account)
        case What.INSTALL:
            found = Ignored("the app was installed; connecting the office by its consent page finishes it")
        case What.UNINSTALL:
            found = Uninstalled(event.external_id, account.provider)
        case What.OTHER:
            found = Ignored(f"HighLevel tells of {about}")
        case What.UNKNOWN:
            raise UnparsableError("nothing in it says what it is about")
    return found
