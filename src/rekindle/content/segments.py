"""SMS parts as carriers bill them (3GPP TS 23.038: GSM 7-bit default alphabet and its extension table)."""

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # an escape and the character: two septets, never split over two parts

GSM7_ALONE, GSM7_JOINED = 160, 153
UCS2_ALONE, UCS2_JOINED = 70, 67
LAST_SINGLE = 0xFFFF  # characters beyond it take two UTF-16 units


@dataclass(frozen=True)
class Size:
    """How a text travels: alphabet, units (septets or UTF-16 code units) and parts."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    parts: int


def measure(text: str) -> Size:
    """The size of `text` as an SMS; an empty text is one part."""
    if all(char in BASIC or char in EXTENSION for char in text):
        widths = [2 if char in EXTENSION else 1 for char in text]
        return Size("GSM-7", sum(widths), _parts(widths, GSM7_ALONE, GSM7_JOINED))
    widths = [2 if ord(char) > LAST_SINGLE else 1 for char in text]
    return Size("UCS-2", sum(widths), _parts(widths, UCS2_ALONE, UCS2_JOINED))


def _parts(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, room = 1, joined
    for width in widths:
        if width > room:
            parts, room = parts + 1, joined
        room -= width
    return parts
