# ruff: noqa: INP001, PLR2004, S311 a script of shares and chances, not a package
"""Writes lakeside/crm-export.csv, the same bytes every time: `python examples/make_export.py`.

The people are invented; their numbers (555-01xx) and addresses (.example) reach nobody. The mess is not invented:
each kind of it stands in real exports, and docs/importing.md says what becomes of it.
"""

import csv
import io
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent / "lakeside"
LAST_DAY = datetime(2026, 11, 20, 17, 30)  # noqa: DTZ001 an export writes wall time without a zone
PEOPLE = 290

FIRST_NAMES = """
Aaliyah Adam Aisha Alejandra Alex Amara Amit Ana Andre Angela Arjun Asha Beatriz Ben Bianca Brandon Camila Carlos
Carmen Chidi Chloe Claire Connor Daniela Darius David Deepa Devon Diego Dmitri Elena Elijah Emeka Emily Esther
Fatima Felix Fiona Gabriel Grace Hana Hassan Henry Imani Ines Isaac Ivy Jamal James Jasmine Jin Joaquin Jordan Jose
Joy Kai Karina Katie Keiko Kofi Lan Laura Leila Leo Liam Lina Lucia Luis Mai Malik Marcus Maria Marisol Mateo Maya
Mei Mia Miguel Mina Mohamed Monica Nadia Naomi Nia Nikhil Noah Nora Olivia Omar Oscar Paolo Patrice Priya Quinn
Rafael Raj Rebecca Rosa Ruth Sam Samira Sana Sean Sofia Sunita Tamika Tariq Teresa Thanh Thomas Tomas Uma Valeria
Victor Wei Will Xavier Yara Yusuf Zara Zoe
"""
LAST_NAMES = """
Abbott Abdi Acosta Adeyemi Agarwal Ahmed Alvarez Anderson Baker Banerjee Begay Bell Bianchi Boateng Brooks Castillo
Chang Chen Cho Clark Cohen Cruz Dang Davis Delgado Desai Diallo Diaz Dubois Edwards Eze Farah Fischer Flores Foster
Garcia Goldberg Gomez Green Gupta Haddad Hall Harris Hernandez Hill Hoang Hughes Ibrahim Jackson Jensen Johnson
Joshi Kaur Kelly Khan Kim Kowalski Kumar Lam Le Lee Lewis Lin Lopez Malik Martinez Mbeki Mehta Mendoza Mensah Miller
Mitchell Mohamud Moore Morales Murphy Nakamura Nasser Nguyen Novak Nunez O'Brien O'Connor Okafor Ortiz Osei Owens
Park Patel Perez Pham Popov Powell Qureshi Ramirez Rao Reed Reyes Rivera Robinson Romero Rossi Ruiz Russo Sanchez
Santos Sato Shah Silva Singh Smith Sokolov Stewart Suzuki Tanaka Taylor Tesfaye Torres Tran Turner Usman Vargas
Vasquez Vega Walker Wang Washington Williams Wilson Wong Wright Wu Yamamoto Yang Yilmaz Young Zhang Zhou
"""

# Area code, city, state, postal code, streets' name: four zones, many laws.
PLACES = [
    ("312", "Chicago", "IL", "60614"), ("773", "Chicago", "IL", "60625"), ("630", "Naperville", "IL", "60540"),
    ("414", "Milwaukee", "WI", "53202"), ("612", "Minneapolis", "MN", "55408"), ("512", "Austin", "TX", "78704"),
    ("214", "Dallas", "TX", "75206"), ("713", "Houston", "TX", "77008"), ("405", "Oklahoma City", "OK", "73118"),
    ("615", "Nashville", "TN", "37206"), ("205", "Birmingham", "AL", "35205"), ("504", "New Orleans", "LA", "70115"),
    ("601", "Jackson", "MS", "39211"), ("917", "Brooklyn", "NY", "11215"), ("201", "Hoboken", "NJ", "07030"),
    ("617", "Somerville", "MA", "02144"), ("203", "New Haven", "CT", "06511"), ("215", "Philadelphia", "PA", "19147"),
    ("301", "Bethesda", "MD", "20814"), ("704", "Charlotte", "NC", "28205"), ("404", "Atlanta", "GA", "30307"),
    ("305", "Miami", "FL", "33133"), ("813", "Tampa", "FL", "33606"), ("216", "Cleveland", "OH", "44113"),
    ("313", "Detroit", "MI", "48201"), ("303", "Denver", "CO", "80211"), ("720", "Aurora", "CO", "80012"),
    ("801", "Salt Lake City", "UT", "84105"), ("505", "Santa Fe", "NM", "87505"), ("208", "Boise", "ID", "83702"),
    ("602", "Phoenix", "AZ", "85016"), ("480", "Tempe", "AZ", "85281"), ("206", "Seattle", "WA", "98103"),
    ("503", "Portland", "OR", "97214"), ("415", "San Francisco", "CA", "94110"), ("619", "San Diego", "CA", "92104"),
    ("702", "Las Vegas", "NV", "89117"), ("775", "Reno", "NV", "89509"),
]  # fmt: skip
STREETS = [
    "Oak St",
    "Maple Ave",
    "Juniper Ln",
    "2nd Ave",
    "Harbor Dr",
    "Linden Ct",
    "Prairie Rd",
    "Sunset Blvd",
    "Elm Pl",
]
SOURCES = ["Zillow", "Realtor.com", "Website", "Facebook Lead Ad", "Open House", "Referral", "Google Ads", "Sphere", ""]
STAGES = (
    ["Lead"] * 6 + ["New Lead"] * 4 + ["Attempted Contact"] * 5 + ["Spoke with Customer"] * 4 + ["Hot Prospect"] * 2
    + ["Nurture"] * 7 + ["Long-Term Nurture"] * 3 + ["Appointment Set"] + ["Under Contract"] + ["Past Client"] * 2
    + ["Trash"] + ["Referral Partner"]
)  # fmt: skip
TIMELINES = ["ASAP", "0-3 months", "3-6 months", "6-12 months", "12+ months", "Just looking", "N/A", "", ""]
FINANCING = ["Pre-approved", "Cash", "Needs lender", "Talking to a lender", "N/A", "", "", ""]
BUYER_WORDS = [
    "Is {place} still available? We would love to see it this weekend.",
    "Looking for 3 bed / 2 bath near {city}; budget is flexible, a yard matters.",
    "Hi! Saw your listing 😀 can you send the floor plan?",
    "Relocating to {city} in spring; want to understand neighborhoods first.",
    "Do you know if {place} has parking?\nAnd are the HOA fees current?",
    "Busco casa de 3 recámaras en {city}, ¿tienen algo parecido?",
    "What would the monthly payment be with 10% down?",
    "Please call after 5pm; I work days.",
]
SELLER_WORDS = [
    "What is my home at {place} worth today?",
    "Thinking of selling next year, curious about the market in {city}.",
    "We had it listed before and it did not sell; what would you do differently?",
    'Need to sell before we buy. "Bridge loan" was mentioned; does that work?',
    "¿Cuánto vale mi casa en {place}?",
]
RENTER_WORDS = ["Looking for a 2 bedroom rental near {city}, can move on the 1st.", "Does {place} allow a small dog?"]
NOTES = [
    "LVM 3/2; emailed listings", "Met at open house; wants a yard, garage", "Prefers texts; slow to answer calls",
    "Lease ends in June", "Saw 4 homes in Sept; on hold", "Very friendly 👍", "N/A", "", "", "", "",
    "Price drop alert set\nFollow up after the holidays", "Asked about school info; pointed to the district's own site",
]  # fmt: skip
AGENTS = ["Naomi Adeyemi", "Daniel Kowalski", "Priya Raman", "Marcus Bell", "Elena Ortiz", "Kenji Watanabe", "", ""]
WORDING = (
    "I agree to receive recurring marketing texts from Lakeside Realty LLC at the number provided. Consent is not a "
    "condition of purchase. Msg & data rates may apply. Reply STOP to opt out."
)
HEADER = [
    "Contact Id", "First Name", "Last Name", "Email", "Additional Emails", "Phone", "Additional Phones", "Lead Type",
    "Stage", "Lead Source", "Tags", "Created", "Last Activity", "Message", "Notes", "Area of Interest",
    "Property Address", "Price Range", "Timeframe", "Financing", "Street", "City", "State", "Zip", "SMS Consent",
    "Email Opt In", "Consent Date", "Consent IP", "Consent URL", "Consent Text", "DND", "Assigned To",
]  # fmt: skip


class Export:
    """The rows so far, and one stream of chance."""

    def __init__(self) -> None:
        self.draw = random.Random(20261122)
        self.rows: list[list[str]] = []
        self.lines_used: dict[str, int] = {}

    def number(self, area: str) -> str:
        """The next of an area code's hundred fictional numbers, as ten digits."""
        line = self.lines_used.get(area, 10)
        self.lines_used[area] = line + 1
        return f"{area}55501{line:02d}"

    def written(self, number: str) -> str:
        """A number the way somebody typed it."""
        a, b, c = number[:3], number[3:6], number[6:]
        return self.draw.choice(
            [f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"+1{number}", number, f"1-{a}-{b}-{c}", f"{a} {b} {c}",
             f"+1 ({a}) {b}-{c}", f"{number}.0"]
        )  # fmt: skip

    def person(self, place: tuple[str, str, str, str]) -> dict[str, str]:
        """One believable row."""
        draw = self.draw
        area, city, state, postal = place
        first, last = draw.choice(FIRST_NAMES.split()), draw.choice(LAST_NAMES.split())
        kind = draw.choices(["Buyer", "Seller", "Renter", ""], [60, 22, 8, 10])[0]
        address = f"{draw.randint(12, 4890)} {draw.choice(STREETS)}"
        handle = f"{first}.{last}".lower().replace("'", "") + draw.choice(["", "", "7", ".home", "22"])
        created = LAST_DAY - timedelta(days=int(draw.paretovariate(0.7) * 4) % 730, minutes=draw.randint(0, 600))
        touched = min(created + timedelta(days=draw.randint(0, 60)), LAST_DAY)
        words = draw.choice({"Seller": SELLER_WORDS, "Renter": RENTER_WORDS}.get(kind, BUYER_WORDS))
        price = draw.randrange(220, 980, 5)
        row = {
            "Contact Id": f"{draw.getrandbits(40):010x}",
            "First Name": first,
            "Last Name": last,
            "Email": f"{handle}@{draw.choice(['mail', 'inbox', 'post'])}.example",
            "Phone": self.written(self.number(area)),
            "Lead Type": kind,
            "Stage": draw.choice(STAGES),
            "Lead Source": draw.choice(SOURCES),
            "Tags": draw.choice(["", "", "newsletter", "past open house, follow up", "first-time", "investor", "vip"]),
            "Created": f"{created:%m/%d/%Y %I:%M %p}" if draw.random() < 0.8 else f"{created:%m/%d/%Y}",
            "Last Activity": draw.choice([f"{touched:%Y-%m-%d}", f"{touched:%m/%d/%Y}", "N/A"]),
            "Message": words.format(place=address, city=city) if draw.random() < 0.55 else "",
            "Notes": draw.choice(NOTES),
            "Area of Interest": draw.choice([city, f"{city} - near downtown", f"North {city}", "", ""]),
            "Property Address": address if kind == "Seller" or draw.random() < 0.2 else "",
            "Price Range": draw.choice([f"${price},000", f"{price}k", f"${price},000 - ${price + 75},000", ""]),
            "Timeframe": draw.choice(TIMELINES),
            "Financing": draw.choice(FINANCING) if kind != "Seller" else "",
            "Street": f"{draw.randint(12, 4890)} {draw.choice(STREETS)}" if draw.random() < 0.4 else "",
            "City": city,
            "State": state,
            "Zip": postal.lstrip("0") if draw.random() < 0.3 else postal,
            "Assigned To": draw.choice(AGENTS),
        }
        self.consent(row, created)
        return row

    def consent(self, row: dict[str, str], created: datetime) -> None:
        """Half agreed to texts, with the proof their form kept; some said no; of the rest nothing is known."""
        draw = self.draw
        chance = draw.random()
        if chance < 0.52:
            row["SMS Consent"] = draw.choice(["Yes", "Yes", "TRUE", "Y"])
            row["Consent Date"] = f"{created:%m/%d/%Y %I:%M %p}"
            row["Consent IP"] = f"203.0.113.{draw.randint(2, 250)}"
            row["Consent URL"] = f"https://lakeside.example/{draw.choice(['homes', 'worth', 'rentals', 'open-house'])}"
            row["Consent Text"] = WORDING
        elif chance < 0.66:
            row["SMS Consent"] = draw.choice(["No", "FALSE", "N"])
        elif chance < 0.72:
            row["SMS Consent"] = "N/A"
        row["Email Opt In"] = draw.choice(["Yes", "Yes", "Yes", "", ""]) if draw.random() < 0.9 else "No"
        if draw.random() < 0.03:
            row["DND"] = draw.choice(["true", "SMS", "Email", "All"])

    def add(self, row: dict[str, str]) -> None:
        self.rows.append([row.get(name, "") for name in HEADER])


def mess_up(export: Export, row: dict[str, str], number: int) -> None:  # noqa: C901 one kind of mess a case
    """What people and programs do to an export, on fixed rows so that every kind is there."""
    name = f"{row['First Name']} {row['Last Name']}"
    match number % 23:
        case 3:
            row["First Name"], row["Last Name"] = name, ""
        case 5:
            row["Email"] = "N/A"
        case 7:
            row["Phone"] = "n/a"
            row["SMS Consent"] = ""
        case 9:
            row["Phone"] = f"{row['Phone']} / {export.written(export.number(row['Phone'].strip('+1 (-')[:3]))}"
        case 11:
            row["Email"] = row["Email"].upper().replace(".EXAMPLE", ".example")
        case 13:
            row["First Name"], row["Last Name"] = row["First Name"].upper(), row["Last Name"].upper()
        case 15:
            row["Additional Emails"] = f"{row['Last Name'].lower().replace(chr(39), '')}.family{number}@post.example"
        case 17:
            row["First Name"], row["Last Name"] = f"{row['Last Name']}, {row['First Name']}", ""
        case 19:
            row["Phone"] = f"cell: {row['Phone']}"
        case 21:
            row["Notes"] = 'Says "maybe in spring"; compare 2 areas,\nthen call back 🏡'


def twin(export: Export, row: dict[str, str]) -> dict[str, str]:
    """The same person once more, months later, from another source and in another spelling."""
    digits = "".join(c for c in row["Phone"].removesuffix(".0") if c.isdigit())[-10:]
    again = {**row, "Contact Id": f"{export.draw.getrandbits(40):010x}", "Lead Source": "Open House"}
    again |= {
        "Phone": export.written(digits),
        "First Name": row["First Name"].lower(),
        "Message": "",
        "Tags": "open house",
    }
    again |= {
        "Created": f"{LAST_DAY:%m/%d/%Y}",
        "Consent Date": "",
        "Consent IP": "",
        "Consent URL": "",
        "Consent Text": "",
    }
    return again | {"SMS Consent": "", "Email Opt In": ""}


def refused(export: Export, place: tuple[str, str, str, str]) -> list[dict[str, str]]:
    """Rows nobody could be reached by."""
    rows = [export.person(place) for _ in range(6)]
    for row, (email, phone) in zip(
        rows,
        [("", ""), ("N/A", "none"), ("jamal at mail dot example", ""), ("", "555-0142"), ("maya@", "call the office"),
         ("unknown", "000-000-0000")],
        strict=True,
    ):  # fmt: skip
        row["Email"], row["Phone"] = email, phone
    return rows


def build() -> bytes:
    """The whole file: UTF-8 with a BOM and CRLF, as spreadsheets save it."""
    export = Export()
    people = []
    for number in range(PEOPLE):
        row = export.person(PLACES[number % len(PLACES)])
        mess_up(export, row, number)
        people.append(row)
    for number in range(0, PEOPLE, 41):
        people.insert(number + 25, twin(export, people[number]))
    for number, row in enumerate(refused(export, PLACES[0])):
        people.insert(40 * (number + 1), row)
    for row in people:
        export.add(row)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *export.rows])
    text = out.getvalue()
    # One row somebody edited by hand: a price with a comma and no quotation marks. And what Excel leaves at the end.
    text += "f00d0001,Theo,Lindqvist,theo.lindqvist@mail.example,,(312) 555-0199,,Buyer,Lead,Website,,11/02/2026,,,,,,"
    text += "$425,000,ASAP,Cash,,Chicago,IL,60614,Yes,Yes,,,,,,Priya Raman\r\n\r\n" + "," * (len(HEADER) - 1) + "\r\n"
    return b"\xef\xbb\xbf" + text.encode()


if __name__ == "__main__":
    (HERE / "crm-export.csv").write_bytes(build())
