"""One spelling per address: E.164 numbers and lower-case e-mails, out of whatever people and exports write."""

import re

import phonenumbers

NANP = r"\(?([2-9][0-8]\d)\)?[\s.\-–/]*([2-9]\d{2})[\s.\-–]*(\d{4})"
WHOLE = re.compile(rf"\s*(?:\+?1[\s.\-–/]*)?{NANP}(?:\.0)?\s*")  # .0: a spreadsheet took it for a number
INSIDE = re.compile(rf"(?<![\d+])(?:\+?1[\s.\-–/]*)?{NANP}(?!\d)")
EXTENSION = re.compile(r"[\s,;]*(?:\bext(?:ension|n)?\.?|\bx|(?<=\d)x|#)\s*:?\s*\d{1,7}\b", re.IGNORECASE)
BETWEEN_PHONES = re.compile(r"[;,|\n\r\t&]|\bor\b|\band\b|/(?=\s*(?:\+|00))", re.IGNORECASE)
FOREIGN = re.compile(r"\s*(?:tel:)?\s*(?:\+(?!1\D*\d)|00|011)")
ABROAD = re.compile(r"^\s*00(?=[1-9])")  # how most of the world dials out
LEAST_DIGITS = 7

EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+[a-z][a-z0-9\-]*[a-z0-9]"
)
CANDIDATE = re.compile(r"[^\s<>,;|\"()\[\]@/]+@[^\s<>,;|\"()\[\]/]+")
LONGEST_EMAIL = 254
# What people type where an address is demanded. Taken as real, they would make strangers one person.
NOBODY = frozenset(
    {"na", "n.a", "n/a", "none", "no", "noemail", "no-email", "no.email", "no_email", "nomail", "donotemail"}
    | {"unknown", "noone", "nobody", "notprovided", "noreply", "no-reply", "donotreply"}
)


def phone(text: str, region: str = "US") -> str | None:
    """The E.164 number in a text that holds one, without its extension; None when there is no usable one."""
    bare = _one_nanp(text)
    if bare is not None:
        return bare
    if sum(c.isdigit() for c in text) < LEAST_DIGITS:
        return None
    text = EXTENSION.sub("", text)
    if not FOREIGN.match(text):
        found = [n for n in map(_nanp, INSIDE.finditer(text)) if n]
        if found:
            return found[0]
    return _anywhere(text, region)


def phones(cell: str, region: str = "US") -> list[str]:
    """Every number in a cell that may hold several, in order, once each."""
    bare = _one_nanp(cell)
    if bare is not None:
        return [bare]
    if sum(c.isdigit() for c in cell) < LEAST_DIGITS:
        return []
    found: list[str] = []
    for piece in BETWEEN_PHONES.split(EXTENSION.sub(" ", cell)):
        inside = [] if FOREIGN.match(piece) else [n for n in map(_nanp, INSIDE.finditer(piece)) if n]
        found += inside or [n for n in [_anywhere(piece, region)] if n]
    whole = [] if found else [n for n in [phone(cell, region)] if n]
    return list(dict.fromkeys(found or whole))


def email(text: str) -> str | None:
    """The address in a text (bare, mailto: or with a display name), lower-case; None when it is not one."""
    text = text.strip()
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1]
    lowered = text.strip(" \t\r\n.,;'\"<>").lower()
    if lowered.startswith("mailto:"):
        lowered = lowered[7:].partition("?")[0]
    if not lowered.isascii():
        lowered = _ascii_domain(lowered)
    if len(lowered) > LONGEST_EMAIL or not EMAIL.fullmatch(lowered):
        return None
    return None if lowered.partition("@")[0] in NOBODY else lowered


def emails(cell: str) -> list[str]:
    """Every address in a cell that may hold several, in order, once each."""
    if "@" not in cell:
        return []
    found = (email(candidate) for candidate in CANDIDATE.findall(cell))
    return list(dict.fromkeys(made for made in found if made))


def _one_nanp(text: str) -> str | None:
    whole = WHOLE.fullmatch(text)
    return _nanp(whole) if whole else None


def _nanp(match: re.Match[str]) -> str | None:
    area, exchange, line = match.groups()
    if area[1:] == "11" or exchange[1:] == "11" or len(set(area + exchange + line)) == 1:
        return None
    return f"+1{area}{exchange}{line}"


def _anywhere(text: str, region: str) -> str | None:
    """Every other country, and every other way to write this one's numbers."""
    try:
        parsed = phonenumbers.parse(ABROAD.sub("+", text), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    made = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.country_code == 1:
        return _one_nanp(made)
    return None if len(set(made[-7:])) == 1 else made


def _ascii_domain(address: str) -> str:
    local, at, domain = address.partition("@")
    try:
        return local + at + domain.encode("idna").decode()
    except UnicodeError:
        return address
