"""Bytes of unknown origin to text, without ever failing on a letter."""

import codecs
from io import TextIOWrapper
from typing import BinaryIO

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What people hand over when they mean a CSV, by first bytes, and what to tell them.
NOT_TEXT = (
    (b"PK\x03\x04", "this is an Excel workbook or a zip file: save the sheet as CSV (UTF-8) and import that"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook: save the sheet as CSV (UTF-8) and import that"),
    (b"%PDF", "this is a PDF: export the contacts as CSV instead"),
    (b"\x1f\x8b", "this is a gzip file: unpack it first"),
)
FALLBACK = "rekindle-windows-1252"


class UnusableFileError(Exception):
    """Nothing of this file can be read as a table; the message says what to do instead."""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 are read as Windows-1252, so one old cell does not spoil its neighbours."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    text = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in broken)
    return text, error.end


codecs.register_error(FALLBACK, _as_windows)


def detect(head: bytes) -> str:
    """The codec for a file that begins like this; raises UnusableFileError for what is no text at all."""
    for magic, advice in NOT_TEXT:
        if head.startswith(magic):
            raise UnusableFileError(advice)
    for bom, codec in BOMS:
        if head.startswith(bom):
            return codec
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if half and even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    if even + odd > len(head) // 20:
        raise UnusableFileError("this is not a text file: export the contacts as CSV")
    return "utf-8"


def open_text(file: BinaryIO, codec: str) -> TextIOWrapper:
    """The whole file as text from its first byte; line ends are left as they are for the CSV reader."""
    file.seek(0)
    errors = FALLBACK if codec.startswith("utf-8") else "replace"
    return TextIOWrapper(file, encoding=codec, errors=errors, newline="")
