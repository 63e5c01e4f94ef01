"""Addresses that came in one cell, and postal codes a spreadsheet took for numbers."""

import re

from rekindle.providers.csv_file.words import state_code

_STATE = r"([A-Za-z]{2}|[A-Za-z]{4,}(?: [A-Za-z]+)?)"
_TAIL = re.compile(rf"^(.*?)(?:,\s*([^,]+?))?,\s*{_STATE}\.?,?\s+(\d{{5}})(?:-\d{{4}})?(?:,?\s*USA?)?$")
ZIP_DIGITS = 5


def split_address(text: str) -> tuple[str, str, str, str]:
    """Street, city, state, postal code of "12 Oak St, Reno, NV 89501"; the whole text as street when it is not one."""
    match = _TAIL.match(text)
    if match is None or state_code(match[3]) is None:
        return text, "", "", ""
    return match[1].strip(), (match[2] or "").strip(), match[3], match[4]


def zip_code(text: str) -> str:
    """Five digits: without the +4, with the leading zero Excel drops; anything else as given."""
    bare = text.removesuffix(".0").split("-")[0].strip()
    if bare.isdigit() and ZIP_DIGITS - 2 <= len(bare) <= ZIP_DIGITS:
        return bare.zfill(ZIP_DIGITS)
    return text[:20]
