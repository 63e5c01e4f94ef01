"""A person's name as one would write it on an envelope, out of the columns and habits of exports."""

import re
import unicodedata

PARTICLES = frozenset({"de", "del", "della", "der", "den", "di", "da", "dos", "das", "du", "la", "las", "los", "le"})
PARTICLES |= frozenset({"van", "von", "ten", "ter", "bin", "ibn", "al", "el", "y", "e"})
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "cpa", "dds"})
TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sr", "sra"})
NOBODY = frozenset({"", "n/a", "na", "none", "null", "unknown", "no name", "noname", "test", "-", "--", "?", "lead"})
WORD = re.compile(r"[^\s\-'’&/.]+")
INITIALS = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2}")  # JP, TJ
SON_OF = re.compile(r"mc\w\w")
NO_LETTERS = frozenset({"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"})
ODD = re.compile(r"[^\w\s\-'’&/.,()\"]")  # no name we know how to capitalise
COUPLE = 3  # words of "Ann & Bob"
SPACES = re.compile(r"\s+")


def settle(name: str, first: str, last: str) -> tuple[str, str, str]:
    """(name, first, last) with whatever can be told from the others filled in."""
    if _plain(first) and _plain(last) and not name:
        return f"{first} {last}", first, last
    name, first, last = _known(name), _known(first), _known(last)
    if first and not last and " " in first:
        name, first = name or first, ""
    if name and not (first or last):
        name = tidy(_turned(name))
        return name, *split(name)
    first, last = tidy(first), tidy(last)
    name = tidy(_turned(name)) if name else ""
    both = f"{first} {last}".strip()
    return (name if len(name) > len(both) else both), first, last


def _plain(part: str) -> bool:
    """Written as names are, one word: nothing to set right. Most rows of an export are."""
    return part.isalpha() and part.istitle() and part.lower() not in NOBODY


def split(full: str) -> tuple[str, str]:
    """First and last name of "Ann Lee", "LEE, ANN", "Dr. Ann B. Lee Jr", "Ana de la Cruz", "Ann & Bob Lee"."""
    words = [w for w in tidy(_turned(full)).split(" ") if any(map(str.isalnum, w)) or w == "&"]
    while len(words) > 1 and _bare(words[0]) in TITLES:
        words.pop(0)
    while len(words) > 1 and _bare(words[-1]) in SUFFIXES:
        words.pop()
    if len(words) <= 1:
        return ("".join(words), "")
    couple = words[1].lower() in ("&", "and", "y", "e") and len(words) > COUPLE
    given = COUPLE if couple else 1
    for at in range(given, len(words) - 1):
        if words[at].lower() in PARTICLES:
            return " ".join(words[:given]), " ".join(words[at:])
    return " ".join(words[:given]), words[-1]


def tidy(name: str) -> str:
    """Spaces single; ALL CAPS and all lower case set right; care in its capitals, or anything odd, is left alone."""
    if not name:
        return ""
    name = SPACES.sub(" ", name).strip(" ,;")
    if not (name.isupper() or name.islower()) or ODD.search(name):
        return name
    words = name.split(" ")
    return " ".join(_cased(word, first=at == 0, shouted=name.isupper()) for at, word in enumerate(words))


def _cased(word: str, *, first: bool, shouted: bool) -> str:
    if not first and word.lower() in PARTICLES:
        return word.lower()
    if _bare(word) in ("ii", "iii", "iv"):
        return word.upper()
    return WORD.sub(lambda m: _capital(m.group(), shouted=shouted), word)


def _capital(part: str, *, shouted: bool) -> str:
    if shouted and INITIALS.fullmatch(part):
        return part
    low = part.lower()
    if SON_OF.match(low):
        return "Mc" + low[2:].capitalize()
    return low[:1].upper() + low[1:]


def _turned(name: str) -> str:
    """ "Last, First" the other way round, unless what follows the comma is a suffix."""
    before, comma, after = name.partition(",")
    if not comma or not before.strip() or not after.strip() or "," in after:
        return name
    return f"{before} {after}" if _bare(after.strip()) in SUFFIXES else f"{after.strip()} {before.strip()}"


def _known(text: str) -> str:
    """Empty for what says that there is no name, or is an address in the wrong column."""
    if not text:
        return ""
    text = SPACES.sub(" ", _letters(text)).strip()
    return "" if text.lower() in NOBODY or "@" in text or not any(map(str.isalpha, text)) else text


def _letters(text: str) -> str:
    """Without pictures and control characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in NO_LETTERS else c for c in text)


def _bare(word: str) -> str:
    return word.lower().replace(".", "").strip()
