"""Demo leads: the n-th enquiry of a seed is always the same person asking the same thing."""

from dataclasses import dataclass

from rekindle.providers.sandbox.chance import Dice, between, pick, pick_weighted
from rekindle.providers.sandbox.places import (
    BUYER_LINES,
    FINANCINGS,
    FIRST_NAMES,
    LAST_NAMES,
    MAIL_DOMAINS,
    MOTIVATIONS,
    PLACES,
    RENTER_LINES,
    SELLER_LINES,
    STREETS,
    TIMELINES,
    Place,
)

KINDS = ((0.6, "buyer"), (0.25, "seller"), (0.15, "renter"))
REACHED_BY = ((0.7, ("email", "phone")), (0.15, ("email",)), (0.15, ("phone",)))
TICKED = 0.75
TELLS = 0.7  # of the optional fields, each
ASKS_AGAIN = 0.07  # share of enquiries by somebody who asked before, written otherwise
FIRST_REPEAT = 5
NUMBERS = range(130, 190)  # 555-0130 to 555-0189: what lies around them belongs to the example office and its import
STRIDE = 5  # walks all places before one comes again, so that a number comes again only after 780 people
CONSENT_TEXT = (
    "I agree to receive recurring automated texts about real estate from {name} at this number. "
    "Consent is not a condition of purchase. Reply STOP to opt out."
)


@dataclass(frozen=True)
class Person:
    """An invented lead."""

    first_name: str
    last_name: str
    email: str
    digits: str  # ten of them
    place: Place
    ways: tuple[str, ...]


def person(seed: int, n: int) -> Person:
    """The n-th person of a seed; no two of the first 780 share an address."""
    dice = Dice((seed, "person", n))
    first, last = pick(FIRST_NAMES, dice.roll("first")), pick(LAST_NAMES, dice.roll("last"))
    place = PLACES[(seed + STRIDE * n) % len(PLACES)]
    number = f"{pick(place.area_codes, dice.roll('area code'))}5550{NUMBERS[n % len(NUMBERS)]}"
    email = f"{first}.{last}{100 + n}@{pick(MAIL_DOMAINS, dice.roll('domain'))}".lower()
    ways = pick_weighted(REACHED_BY, dice.roll("ways"))
    return Person(first, last, email, number, place, ways)


def enquiry(seed: int, n: int, *, office: str, at: str) -> dict[str, object]:
    """The body of the n-th form post, as the office's site would send it."""
    dice = Dice((seed, "enquiry", n))
    again = n >= FIRST_REPEAT and dice.roll("again") < ASKS_AGAIN
    who = person(seed, int(n * dice.roll("who"))) if again else person(seed, n)
    kind = pick_weighted(KINDS, dice.roll("kind"))
    page = f"https://www.{office.lower().replace(' ', '-')}.example/{'sell' if kind == 'seller' else 'homes'}"
    body: dict[str, object] = {
        **_named(who, dice),
        "kind": kind,
        "page": page,
        "city": who.place.city,
        "state": who.place.state,
        "zip": who.place.zip,
        **_asked(who.place, kind, dice),
    }
    if "email" in who.ways:
        body["email"] = who.email.upper() if again else who.email
    if "phone" in who.ways:
        body["phone"] = _written(who.digits, dice, again=again)
        body["consent"] = {
            "sms": dice.roll("ticked") < TICKED,
            "text": CONSENT_TEXT.format(name=office),
            "url": page,
            "ip": f"203.0.113.{1 + int(254 * dice.roll('ip'))}",
            "at": at,
        }
    return body


def _named(who: Person, dice: Dice) -> dict[str, object]:
    if dice.roll("parts") < 0.5:  # noqa: PLR2004 half of all forms ask for two names
        return {"first_name": who.first_name, "last_name": who.last_name}
    whole = f"{who.first_name} {who.last_name}"
    return {"name": whole.lower() if dice.roll("careless") < 0.2 else whole}  # noqa: PLR2004 some never press shift


def _asked(place: Place, kind: str, dice: Dice) -> dict[str, object]:
    timeline = pick(TIMELINES, dice.roll("timeline"))
    budget = round(place.price * between(0.6, 1.6, dice.roll("budget")) / 5) * 5
    rent = round(place.rent * between(0.7, 1.4, dice.roll("rent")) / 50) * 50
    beds = 2 + int(3 * dice.roll("beds"))
    quarter = pick(place.quarters, dice.roll("quarter"))
    lines = {"buyer": BUYER_LINES, "seller": SELLER_LINES, "renter": RENTER_LINES}[kind]
    message = pick(lines, dice.roll("line")).format(
        quarter=quarter, city=place.city, beds=beds, budget=budget, rent=rent, timeline=timeline
    )
    stated = {"area": quarter, "timeline": timeline}
    if kind == "seller":
        stated["price"] = str(budget * 1000)
        stated["motivation"] = pick(MOTIVATIONS, dice.roll("motivation"))
        stated["property_address"] = f"{100 + int(4800 * dice.roll('house'))} {pick(STREETS, dice.roll('street'))}"
    else:
        stated["beds"] = str(beds)
        stated["budget"] = str(rent if kind == "renter" else budget * 1000)
    if kind == "buyer":
        stated["financing"] = pick(FINANCINGS, dice.roll("financing"))
    told = {name: value for name, value in stated.items() if dice.roll("tells", name) < TELLS}
    return {"message": message, "attributes": told}


def _written(digits: str, dice: Dice, *, again: bool) -> str:
    area, line = digits[:3], digits[6:]
    formats = (f"({area}) 555-{line}", f"{area}-555-{line}", f"+1{digits}")
    return f"{area}.555.{line}" if again else pick(formats, dice.roll("format"))
