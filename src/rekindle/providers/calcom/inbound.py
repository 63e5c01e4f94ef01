"""The webhook source `calcom`: what happened to a booking."""

from typing import Any
from uuid import UUID

from rekindle.providers import plain
from rekindle.providers.ports import (
    Account,
    Booking,
    Event,
    Ignored,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

HEADER = "x-cal-signature-256"
# A booking that still waits for the host's yes is one: the lead has chosen a time, and must not be chased further.
BOOKED = frozenset({"BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_REQUESTED"})
CANCELED = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})
# Where a form of Cal.com keeps a phone number, most telling first.
PHONES = ("attendeePhoneNumber", "smsReminderNumber", "phone", "phoneNumber")
# Who books with a phone number alone gets an address made of it, at which nobody reads.
MADE_UP = "@sms.cal.com"


class CalcomInbound(Inbound):
    """Hex HMAC-SHA256 over the raw body, which Cal.com adds only when a secret was set.

    The signature covers no time. A body played again bears the same name and counts once, and the booking's own time
    of saying stops an old word from overruling a newer one; so nothing is refused for its age, which would lose the
    bookings of a server that was down or whose clock is wrong.
    """

    source = "calcom"
    provider = "calcom"

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by booking, trigger and time; raises RefusedSignatureError."""
        if not plain.signed(request.headers.get(HEADER, ""), account.get("secret"), request.body):
            raise RefusedSignatureError("x-cal-signature-256 is missing or does not fit")
        given = plain.peek(request.body)
        booking = plain.inner(given, "payload")
        parts = [plain.line(value) for value in (booking.get("uid"), given.get("triggerEvent"), given.get("createdAt"))]
        name = plain.named(*parts) if all(parts) else plain.hashed(request.body)
        return Verified(name, party=_party(booking))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 it names no account
        """One booking; raises UnparsableError."""
        given = plain.fields(event.body)
        trigger = given.get("triggerEvent")
        if not isinstance(trigger, str) or not trigger:
            raise UnparsableError("no webhook of Cal.com: it names no trigger (is a custom payload template set?)")
        if trigger not in BOOKED and trigger not in CANCELED:
            return (Ignored(f"{plain.line(trigger, limit=60)} says nothing of when a lead comes"),)
        booking = plain.inner(given, "payload")
        starts_at = plain.instant(booking.get("startTime"))
        if starts_at is None and trigger not in CANCELED:
            raise UnparsableError("the booking has no start time")
        email, phone, lead = _email(booking), _phone(booking), _lead(booking)
        if not email and not phone and not lead:
            raise UnparsableError("the booking names nobody: no e-mail address, phone number or lead")
        return (
            Booking(
                external_id=event.external_id,
                email=email,
                phone=phone,
                starts_at=starts_at,
                canceled=trigger in CANCELED,
                lead=lead,
                name=plain.line(_attendee(booking).get("name")) or _answer(booking, "name"),
                at=plain.instant(given.get("createdAt")),
            ),
        )


def _party(booking: dict[str, Any]) -> str:
    party = _lead(booking) or _email(booking).casefold() or _phone(booking)
    return party.encode("utf-8", "replace").decode()


def _attendee(booking: dict[str, Any]) -> dict[str, Any]:
    """Who booked; guests stand behind."""
    return next(iter(plain.objects(booking.get("attendees"))), {})


def _answer(booking: dict[str, Any], name: str) -> str:
    """What was entered on the booking form, as `{label, value}` or bare."""
    answer = plain.inner(booking, "responses").get(name)
    return plain.line(answer.get("value") if isinstance(answer, dict) else answer)


def _email(booking: dict[str, Any]) -> str:
    found = plain.line(_attendee(booking).get("email")) or _answer(booking, "email")
    return "" if found.casefold().endswith(MADE_UP) else found


def _phone(booking: dict[str, Any]) -> str:
    answers = (_answer(booking, name) for name in PHONES)
    return plain.line(_attendee(booking).get("phoneNumber")) or next((answer for answer in answers if answer), "")


def _lead(booking: dict[str, Any]) -> str:
    """Our own lead id from the booking link. Whoever has a link can write any: it must at least be an id."""
    for given in (plain.inner(booking, "metadata").get("lead"), _answer(booking, "lead")):
        try:
            return str(UUID(plain.line(given)))
        except ValueError:
            continue
    return ""
