"""States and postal codes as exports write them."""

import re

ZIP = re.compile(r"(\d{5})(?:-\d{4})?(?:\.0)?")
CANADIAN = re.compile(r"([A-Z]\d[A-Z])\s?(\d[A-Z]\d)")
SHORTENED = re.compile(r"\d{4}")  # a spreadsheet dropped the leading zero of New England and New Jersey
CODE = re.compile(r"[A-Za-z]{2}")
STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "washington dc": "DC", "florida": "FL",
    "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS",
    "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI",
    "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV",
    "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC",
    "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR",
    "rhode island": "RI", "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX",
    "utah": "UT", "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI",
    "wyoming": "WY",
}  # fmt: skip


def state(text: str) -> str:
    """The two-letter code of a state written either way; empty when it is neither."""
    text = text.strip(" .")
    if CODE.fullmatch(text):
        return text.upper()
    return STATES.get(text.replace(".", "").lower(), "")


def zip_code(text: str) -> str:
    """Five digits, or a Canadian postal code; empty when it is neither."""
    text = text.strip().upper()
    if match := ZIP.fullmatch(text):
        return match.group(1)
    if match := CANADIAN.fullmatch(text):
        return " ".join(match.groups())
    return "0" + text if SHORTENED.fullmatch(text) else ""
