"""One cell to one value: what counts as empty, yes or no, and what it looks like."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a person or an export writes when there is nothing.
EMPTY = _words(
    "n/a n.a. n.a #n/a na none null nil nan - -- --- . ? unknown undefined (none) (blank) [none] blank empty tbd "
    "#ref! #value! #name? ninguno ninguna desconocido"
) | {"not provided", "not available", "not given", "no data", "sin datos", "no aplica", "no phone", "no email"}
LONGEST_EMPTY = max(map(len, EMPTY))
MOST_REMEMBERED = 50_000
AROUND = " \t\r\n\xa0\u200b\u200e\u200f\u2060\ufeff"

YES = _words(
    "yes y true t 1 x on ok ✓ ✔ ☑ ✅ opted-in optin opt-in subscribed granted agreed agrees accepted accepts consented "
    "allowed active enabled checked confirmed sí si verdadero acepta aceptado"
) | {"opted in", "opt in", "1.0", "yes, i agree", "i agree", "express written", "express consent", "given"}
NO = _words(
    "no n false f 0 off opted-out optout opt-out unsubscribed denied declined refused revoked withdrawn never stop "
    "disabled unchecked inactive falso rechaza rechazado ☐ ❌ ✗"
) | {"opted out", "opt out", "0.0", "not given", "not granted", "do not contact", "do not text", "do not email"}

_PHONE = re.compile(
    r"[^\d+(]{0,12}\+?\(?\d[\d\s()./-]{7,18}\d(?:\s*(?:ext\.?|x|#)\s*\d{1,6})?(?:\s*\(?[a-z]{1,10}\)?)?", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+\.[^\s@<>;,]+")


def clean(cell: str) -> str:
    """The cell without invisible edges and spreadsheet guards; empty for `N/A` and its kin."""
    text = cell.strip(AROUND)
    if not text:
        return ""
    if text[0] in "='" and len(text) > 1:
        text = text[2:-1] if text.startswith('="') and text.endswith('"') else text.removeprefix("'")
    return "" if len(text) <= LONGEST_EMPTY and text.lower() in EMPTY else text


def real_name(cell: str) -> str:
    """A name that is spelled like an empty cell: Null and Na, written as names are written."""
    text = cell.strip(AROUND)
    return text if text in ("Null", "Na", "Nil", "Blank") else ""


class Cleaner(dict[str, str]):
    """`clean`, remembering: most cells of an export are the same few words."""

    def __missing__(self, cell: str) -> str:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        made = self[cell] = clean(cell)
        return made


def yes_or_no(text: str) -> bool | None:
    """What the cell says, or None when it says neither."""
    word = text.strip(" .!").lower()
    if word in YES:
        return True
    return False if word in NO else None


def looks_like_email(text: str) -> bool:
    """Good enough to know a column by its values."""
    return "@" in text and _EMAIL.search(text) is not None


def looks_like_phone(text: str) -> bool:
    """Good enough to know a column by its values; dates, prices and long ids are no phones."""
    return 10 <= _digits(text) <= 30 and text.count("/") < 2 and "$" not in text and _PHONE.match(text) is not None  # noqa: PLR2004


def _digits(text: str) -> int:
    return sum(1 for c in text if c.isdigit())
