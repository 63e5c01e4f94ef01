"""HTML to plain text in linear time: what a person would read, one line a row, a tab between cells.

Not the standard library's parser: a mail of unclosed comments makes it take hours.
"""

import html
import re

from rekindle.providers.mime import text

LARGEST = 1_000_000  # characters; a mail a person wrote is never longer

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)>|<[!?/][^<>]*>")
_HREF = re.compile(r"href\s{0,5}=\s{0,5}(?:\"([^\"]{1,2000})\"|'([^']{1,2000})'|([^\s\"'>]{1,2000}))", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\t]+")
_NEW_LINE = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre"}
    | {"section", "article", "header", "footer", "dt", "dd", "dl", "center"}
)
_CELL = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "title", "head", "template"})


def to_text(source: str) -> str:
    """The text of HTML; lines without outer blanks, at most one empty line in a row."""
    parts: list[str] = []
    quotes = 0
    for said, closing, tag in _pieces(_without_comments(text.lines(source[:LARGEST]))):
        parts.append(_BLANKS.sub(" ", html.unescape(said).replace("\t", " ").replace("\n", " ").replace("\r", " ")))
        if tag in _CELL:
            parts.append("\t")
        elif tag in _NEW_LINE:
            parts.append("\n")
        if tag == "blockquote":
            quotes = max(0, quotes + (-1 if closing else 1))
            parts.append("\n\x01" if quotes else "\n\x02")
    return _tidy("".join(parts))


def links(source: str) -> tuple[str, ...]:
    """Where the links lead, in order."""
    return tuple(
        text.line(html.unescape(href[1] or href[2] or href[3]))
        for match in _TAG.finditer(_without_comments(source[:LARGEST]))
        if (match[2] or "").lower() == "a" and (href := _HREF.search(match[3]))
    )


def _pieces(source: str) -> list[tuple[str, bool, str]]:
    """Text, then the tag that ends it: whether it closes, and its name."""
    found: list[tuple[str, bool, str]] = []
    start, unseen = 0, ""
    for match in _TAG.finditer(source):
        closing, tag = bool(match[1]), (match[2] or "").lower()
        found.append(("" if unseen else source[start : match.start()], closing, "" if unseen else tag))
        start = match.end()
        if unseen:
            unseen = "" if (closing and tag == unseen) or tag == "body" else unseen
        elif tag in _UNSEEN and not closing and not match[3].endswith("/"):
            unseen = tag
    found.append(("" if unseen else source[start:], False, ""))
    return found


def _without_comments(source: str) -> str:
    parts: list[str] = []
    start = 0
    while (opened := source.find("<!--", start)) >= 0:
        parts.append(source[start:opened])
        closed = source.find("-->", opened + 4)
        start = len(source) if closed < 0 else closed + 3
    parts.append(source[start:])
    return "".join(parts)


def _tidy(made: str) -> str:
    """Lines trimmed, and those of a block quote marked as every mailer marks them."""
    tidy: list[str] = []
    quoted = False
    for raw in made.split("\n"):
        if raw.startswith(("\x01", "\x02")):
            quoted = raw.startswith("\x01")
        line = "\t".join(cell for part in text.lines(raw).split("\t") if (cell := part.strip()))
        if line or (tidy and tidy[-1]):
            tidy.append(f"> {line}" if quoted and line else line)
    return "\n".join(tidy).strip()
