"""Text as people type it, made safe to keep: no control characters, no lone surrogates, no outer blanks."""

import re

# NUL cannot be stored, the rest of them hides text from the person who reads it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")


def lines(text: str) -> str:
    """Several lines kept as lines."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def line(text: str) -> str:
    """One line, runs of blanks made one."""
    return _BLANKS.sub(" ", _CONTROL.sub("", _BLANKS.sub(" ", text))).strip()
