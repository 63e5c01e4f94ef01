"""The webhook source `zillow`: somebody asks about a rental.

Zillow signs nothing. Who may post is told by a secret at the end of the URL; the same enquiry posted again is told by
its content.
"""

from datetime import UTC
from urllib.parse import parse_qsl

from rekindle.decide.words import Basis, Channel, Lane, LeadKind
from rekindle.providers import plain
from rekindle.providers.ports import (
    Account,
    Enquiry,
    Event,
    GivenConsent,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

SHORTEST = 22  # characters of a path secret: 128 bits in base64url
FIELDS = 200
# What makes an enquiry this one and no other; the rest (order, encoding, new fields) may change between two tries.
NAMING = ("listingId", "name", "email", "phone", "movingDate", "message", "listingStreet", "listingUnit")
# Kept: the rental and the wish. Left in the raw event, unread: credit scores, incomes, jobs, occupants, smoking and
# pets, none of which may decide how a person is answered.
ATTRIBUTES = (
    ("listingId", "listing"),
    ("listingStreet", "listing street"),
    ("listingUnit", "listing unit"),
    ("listingCity", "listing city"),
    ("listingState", "listing state"),
    ("listingPostalCode", "listing zip"),
    ("listingContactEmail", "listing contact"),
    ("providerListingId", "provider listing"),
    ("movingDate", "move in"),
    ("moveInTimeframe", "move in timeframe"),
    ("leaseLengthMonths", "lease months"),
    ("numBedroomsSought", "bedrooms"),
    ("numBathroomsSought", "bathrooms"),
    ("neighborhoods", "neighborhoods"),
    ("propertyTypesDesired", "property types"),
    ("leadType", "zillow lead type"),
)


class ZillowInbound(Inbound):
    """The path secret is compared in constant time; one that is too short to be unguessable opens nothing."""

    source = "zillow"
    provider = "zillow"
    tail_field = "path_token"
    tails = True
    lane = Lane.FIRST_TOUCH

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by its content and the day; raises RefusedSignatureError."""
        token = account.get("path_token")
        if len(token) < SHORTEST:
            raise RefusedSignatureError("no path secret is set, or it is too short")
        if not plain.same(request.tail, token):
            raise RefusedSignatureError("the path secret is another one")
        try:
            given = _fields(request.body)
        except UnparsableError:
            given = {}
        # Somebody who asks for the same home with the same ready-made words next month is waiting again.
        day = request.at.astimezone(UTC).date().isoformat()
        naming = "\n".join([day, *(plain.lines(given.get(name)) for name in NAMING)]) if given else ""
        content = naming.encode("utf-8", "replace") if naming else request.body
        return Verified(plain.hashed(content), party=plain.line(given.get("phone")) or plain.line(given.get("email")))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 it names no account
        """One enquiry of a renter; raises UnparsableError."""
        given = _fields(event.body)
        email, phone = plain.line(given.get("email")), plain.line(given.get("phone"))
        if not email and not phone:
            raise UnparsableError("neither an e-mail address nor a phone number")
        # The address of the listing is where the renter wants to go, not where they are: it is no address of theirs.
        enquiry = Enquiry(
            external_id=event.external_id,
            source="zillow",
            name=plain.line(given.get("name")),
            first_name="",
            last_name="",
            emails=(email,) if email else (),
            phones=(phone,) if phone else (),
            kind=LeadKind.RENTER.value,
            message=plain.lines(given.get("message")) or plain.lines(given.get("introduction")),
            page="",
            at=event.received_at,
            state="",
            zip="",
            city="",
            street="",
            attributes=plain.attributes((label, given.get(name)) for name, label in ATTRIBUTES),
            consents=(_inquiry(),) if email else (),
        )
        return (enquiry,)


def _inquiry() -> GivenConsent:
    """They asked by e-mail address: it may be answered. Zillow passes on no consent to marketing texts."""
    text = "enquiry through Zillow Rentals"
    return GivenConsent(Channel.EMAIL, granted=True, basis=Basis.INQUIRY, text=text, url="", ip="", at=None)


def _fields(body: bytes) -> dict[str, str]:
    """The form's fields, the first of a name; bytes that are no UTF-8 become replacement signs."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), strict_parsing=True, errors="replace", max_num_fields=FIELDS)
    except ValueError as error:
        raise UnparsableError("the body is no URL-encoded form") from error
    given: dict[str, str] = {}
    for name, value in pairs:
        given.setdefault(name, value)
    return given
