"""Text out of the wild made safe to keep, whatever charset it says it is in."""

import codecs
import re

# NUL cannot be stored, the rest hides text from the person who reads it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_BLANKS = re.compile(r"\s+")
_UNSAFE = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})


def lines(text: str) -> str:
    """Several lines kept as lines, every kind of line end made one."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """One line, runs of blanks made one."""
    return _BLANKS.sub(" ", _CONTROL.sub("", _BLANKS.sub(" ", text))).strip()


def decoded(body: bytes, charset: str) -> str:
    """The bytes as text: in the charset they claim, else UTF-8, else as Windows writes; never an error."""
    for name in (_known(charset), "utf-8"):
        try:
            return body.decode(name)
        except (LookupError, ValueError):
            continue
    return body.decode("cp1252", "replace")


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return "utf-8"
    # Codecs that are no charset of mail: some take quadratic time, some turn plain text into something else.
    return "utf-8" if name in _UNSAFE else name
