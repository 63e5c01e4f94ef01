"""Appointments: of the webhooks with their own offset, of workflows in the zone they name."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rekindle.providers.ghl.reading_given import YEARS, Given
from rekindle.providers.ports import Booking, Ignored

_CANCELED = frozenset({"cancelled", "canceled", "invalid", "deleted"})


def booking(given: Given, external_id: str, *, gone: bool) -> Booking | Ignored:
    """An appointment made, moved or canceled; one without a contact only blocks somebody's time."""
    inner = given.inner("appointment", "calendar")
    made = inner if inner.raw else given
    contact_id = made.line("contactid") or given.line("contactid")
    email, phone = given.line("email"), given.line("phone")
    if not (contact_id or email or phone):
        return Ignored("an appointment without a contact blocks time, it is nobody's")
    # `appoinmentStatus` is how workflows spell it.
    status = made.line("appointmentstatus", "appoinmentstatus", "status").lower()
    return Booking(
        external_id=made.line("id", "appointmentid") or external_id,
        email=email,
        phone=phone,
        starts_at=starts_at(made),
        canceled=gone or status in _CANCELED,
        name=given.line("fullname", "name"),
        contact_id=contact_id,
        at=made.instant("dateupdated") or given.instant("timestamp") or made.instant("dateadded"),
    )


def starts_at(made: Given) -> datetime | None:
    """The beginning, its offset kept; a time that names no zone in any way is no time: a wrong one would mislead."""
    try:
        said = datetime.fromisoformat(made.line("starttime"))
    except ValueError:
        return None
    if said.tzinfo is None:
        zone = _zone(made.line("selectedtimezone", "timezone"))
        if zone is None:
            return None
        said = said.replace(tzinfo=zone)
    return said if said.year in YEARS else None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, KeyError, OSError):
        return None
