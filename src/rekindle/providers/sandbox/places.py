"""Where demo leads live and what costs what there: real places in four time zones, invented people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A metro area. Numbers are `area code` 555-01xx, which belong to nobody."""

    city: str
    state: str
    zip: str
    area_codes: tuple[str, ...]
    quarters: tuple[str, ...]
    price: int  # thousands, a usual home
    rent: int


PLACES = (
    Place("Chicago", "IL", "60614", ("312", "773", "872"), ("Lincoln Park", "Lakeview", "Logan Square"), 480, 2300),
    Place("Naperville", "IL", "60540", ("630", "331"), ("Cress Creek", "Downtown Naperville"), 560, 2200),
    Place("Milwaukee", "WI", "53202", ("414",), ("Bay View", "Third Ward"), 310, 1500),
    Place("Austin", "TX", "78704", ("512", "737"), ("South Lamar", "Mueller", "Hyde Park"), 540, 1900),
    Place("New York", "NY", "11215", ("718", "917", "347"), ("Park Slope", "Astoria"), 950, 3600),
    Place("Boston", "MA", "02130", ("617", "857"), ("Jamaica Plain", "Roslindale"), 760, 3000),
    Place("Tampa", "FL", "33602", ("813",), ("Seminole Heights", "Hyde Park"), 430, 2000),
    Place("Denver", "CO", "80211", ("303", "720"), ("Highland", "Wash Park"), 620, 2100),
    Place("Salt Lake City", "UT", "84105", ("801", "385"), ("Sugar House", "The Avenues"), 560, 1800),
    Place("Phoenix", "AZ", "85016", ("602", "480"), ("Arcadia", "Biltmore"), 470, 1800),
    Place("Seattle", "WA", "98103", ("206",), ("Fremont", "Ballard"), 850, 2500),
    Place("San Diego", "CA", "92104", ("619", "858"), ("North Park", "Hillcrest"), 880, 2900),
    Place("Portland", "OR", "97214", ("503", "971"), ("Hawthorne", "Sellwood"), 540, 1900),
)

FIRST_NAMES = """
Maria James Aisha Daniel Priya Robert Elena Marcus Grace Luis Hannah Omar Sofia Kevin Mei Patricia Andre Nora
Samuel Lucia Derek Yuki Olivia Carlos Rachel Tomas Fatima Brian Isabel Jamal Katherine Wei Paul Camila Victor Leah
Antonio Naomi Stephen Rosa Ethan Ingrid Malik Teresa Jonah Carmen Oliver Amara Felix Renee
""".split()  # noqa: SIM905 names read better as text
LAST_NAMES = """
Alvarez Bennett Chen Dubois Ellis Fischer Gomez Hughes Ibrahim Jensen Kowalski Lopez Murphy Nguyen Okafor Patel
Quinn Ramirez Schmidt Tanaka Ueda Vargas Walsh Xiong Young Zimmerman Abbott Brooks Castillo Diaz Evans Foster Grant
Herrera Iverson Jackson Kim Larsen Moreno Novak Ortiz Petrov Reyes Silva Thompson Underwood
""".split()  # noqa: SIM905 names read better as text
MAIL_DOMAINS = ("mail.example", "inbox.example", "post.example", "home.example")

BUYER_LINES = (
    "Is the listing in {quarter} still available? We would like to see it soon.",
    "Looking for a {beds}-bedroom place in {quarter}, up to ${budget}k. Timing: {timeline}.",
    "We are relocating to {city} and need something near good transit.",
    "Hi! Do you have anything with a yard around {quarter}?",
    "First time buyer, not sure where to start. Can you help?",
    "Saw the open house sign in {quarter}. What is the asking price?",
    "Buscamos casa en {quarter}, {beds} recámaras. ¿Hablan español?",
    "",
)
SELLER_LINES = (
    "What is my home in {quarter} worth?",
    "Thinking of selling our {beds}-bedroom home in {quarter}. Timing: {timeline}.",
    "We inherited a house in {city} and would like to know our options.",
    "How much are your commissions and how fast do homes sell in {quarter}?",
    "",
)
RENTER_LINES = (
    "Looking for a {beds}-bedroom place around {quarter}, up to ${rent} a month. Pets ok?",
    "Is the apartment in {quarter} still for rent? I can move soon.",
    "Need a place in {city} by the first of the month.",
    "¿Tienen algo para rentar cerca de {quarter}?",
)
TIMELINES = ("ASAP", "within 3 months", "in 3 to 6 months", "within a year", "just looking")
FINANCINGS = ("pre-approved", "cash", "not yet", "talking to a lender")
MOTIVATIONS = ("relocating", "downsizing", "inherited it", "need more room", "just curious")
STREETS = ("Linden Ct", "Harbor Dr", "Juniper Ln", "Prairie Rd", "Maple Ave", "Orchard St")
