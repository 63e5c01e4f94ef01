"""Free times of the office's calendar, and appointments in them."""

from datetime import UTC, datetime, timedelta

from rekindle.providers.ghl.client import Call, Line, is_id, malformed, named
from rekindle.providers.ghl.people import texts
from rekindle.providers.ports import Account, CallFailedError, Fault, Slot

LONGEST = timedelta(days=31)  # "date range cannot be more than 31 days" (calendars-v3.json)
USUAL_LENGTH = timedelta(minutes=30)
TAKEN = ("slot", "no longer available", "not available", "already booked")


async def slots(line: Line, first: datetime, last: datetime) -> tuple[Slot, ...]:
    """Free times from `first` on, at most 31 days; raises CallFailedError.

    HighLevel names only where each begins; how long it lasts is the calendar's own setting.
    """
    path = f"/calendars/{named(_calendar(line.account))}"
    length = await _length(line, path)
    window = {"startDate": _milliseconds(first), "endDate": _milliseconds(min(last, first + LONGEST))}
    said = await line.call(Call("GET", f"{path}/free-slots", params=window))
    begins = sorted(
        begin
        for day in said.values()
        if isinstance(day, dict)
        for begin in map(_moment, texts(day.get("slots")))
        if first <= begin <= last
    )
    return tuple(Slot(begin, begin + length) for begin in dict.fromkeys(begins))


async def book(line: Line, contact_id: str, slot: Slot, title: str) -> str:
    """The appointment's id; raises CallFailedError, fault MESSAGE and code `taken` when the time is no longer free.

    Safe to repeat: HighLevel checks the time, and a refusal may be our own appointment whose answer was lost.
    """
    body = {
        "calendarId": _calendar(line.account),
        "locationId": line.location,
        "contactId": contact_id,
        "startTime": slot.starts_at.astimezone(UTC).isoformat(),
        "endTime": slot.ends_at.astimezone(UTC).isoformat(),
        "title": title,
        "appointmentStatus": "confirmed",
    }
    try:
        said = await line.call(Call("POST", "/calendars/events/appointments", body=body))
    except CallFailedError as error:
        if error.fault is not Fault.MESSAGE or not any(word in error.text.lower() for word in TAKEN):
            raise
        ours = await _booked(line, contact_id, slot)
        if ours is None:
            raise CallFailedError("taken", "this time was just taken", fault=Fault.MESSAGE) from error
        return ours
    made = said.get("id")
    if not is_id(made):
        raise malformed("no appointment with an id in it")
    return made


async def _booked(line: Line, contact_id: str, slot: Slot) -> str | None:
    """The contact's own appointment at this time, if that is what takes it."""
    params = {
        "locationId": line.location,
        "calendarId": _calendar(line.account),
        "startTime": _milliseconds(slot.starts_at),
        "endTime": _milliseconds(slot.ends_at),
    }
    listed = (await line.call(Call("GET", "/calendars/events", params=params))).get("events")
    for event in listed if isinstance(listed, list) else ():
        if isinstance(event, dict) and event.get("contactId") == contact_id and is_id(event.get("id")):
            return str(event["id"])
    return None


async def _length(line: Line, path: str) -> timedelta:
    said = (await line.call(Call("GET", path))).get("calendar")
    calendar = said if isinstance(said, dict) else {}
    length, unit = calendar.get("slotDuration"), calendar.get("slotDurationUnit", "mins")
    if not isinstance(length, (int, float)) or isinstance(length, bool) or not 0 < length <= LONGEST.days * 24 * 60:
        return USUAL_LENGTH
    return timedelta(hours=length) if unit == "hours" else timedelta(minutes=length)


def _calendar(account: Account) -> str:
    if not account.get("calendar_id"):
        raise CallFailedError("no_calendar", "no GoHighLevel calendar is chosen", fault=Fault.ACCOUNT)
    return account.get("calendar_id")


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _moment(given: str) -> datetime:
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise malformed("a free time that is none") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
