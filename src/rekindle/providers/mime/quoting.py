"""The new text of a reply: without the mail it answers and without the signature.

Written from how Gmail, Outlook and Apple Mail quote, in English and Spanish. In doubt text stays: a quoted line too
many is harmless, a lost "please stop" is not.
"""

import re

_QUOTED = re.compile(r"^\s{0,3}>")
# "On Tue, Nov 24, 2026 at 6:00 PM Ann Lee <ann@mail.example> wrote:" may be broken over two or three lines.
_WROTE = re.compile(
    r"^\s*(?:on\b.{5,300}\bwrote|el\b.{5,300}\bescribi[oó]|.{5,200}<[^<>\s]{3,254}>\s*(?:wrote|escribi[oó]))\s*:?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_OPENS = re.compile(r"^\s*(?:on|el)\b.{3,}", re.IGNORECASE)
_RULE = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|mensaje original|forwarded message|mensaje reenviado)\s*-{2,}|_{10,}\s*"
    r"|begin forwarded message:|inicio del mensaje reenviado:)\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\*?(?:from|de)\s*:\*?\s*\S", re.IGNORECASE)
_HEADER = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|cc|enviado(?: el)?|fecha|para|asunto|reply-to)\s*:", re.IGNORECASE
)
_CUT = re.compile(r"^--\s?$")
_DEVICE = re.compile(
    r"^(?:(?:sent|get) (?:from|outlook for|with) .{2,60}|enviado (?:desde|con) .{2,60}"
    r"|obt(?:ener|én|enga) outlook para .{2,30})$",
    re.IGNORECASE,
)
LONGEST_WROTE = 3  # lines
LONGEST = 100_000
MOST_LINES = 3000


def new_text(text: str) -> str:
    """What the person wrote this time; all of it when nothing would be left."""
    lines = text[:LONGEST].split("\n")[:MOST_LINES]
    kept = [line for line in lines[: _end(lines)] if not _QUOTED.match(line) and not _WROTE.match(line)]
    kept = kept[: next((i for i, line in enumerate(kept) if _CUT.match(line)), len(kept))]
    kept = [line for line in kept if not _DEVICE.match(line.strip())]
    return "\n".join(kept).strip() or "\n".join(lines).strip()


def answers(text: str) -> bool:
    """Whether the text quotes a mail it answers."""
    lines = text[:LONGEST].split("\n")[:MOST_LINES]
    return _end(lines) < len(lines) or any(_QUOTED.match(line) for line in lines)


def _end(lines: list[str]) -> int:
    """The line where a history begins that goes on to the end."""
    for i, line in enumerate(lines):
        if _RULE.match(line) or (_FROM.match(line) and _headers_follow(lines[i + 1 : i + 6])):
            return i
        if _introduces(lines, i) and not _answered_below(lines, i):
            return i
    return len(lines)


def _introduces(lines: list[str], i: int) -> bool:
    """Whether "… wrote:" stands here, on one line or broken over a few."""
    if _WROTE.match(lines[i]):
        return True
    if not _OPENS.match(lines[i]):
        return False
    broken = range(2, LONGEST_WROTE + 1)
    return any(_WROTE.match(" ".join(line.strip() for line in lines[i : i + count])) for count in broken)


def _answered_below(lines: list[str], i: int) -> bool:
    """Whether the person writes below or between the quoted lines, as some do."""
    below = lines[i + 1 :]
    first = next((j for j, line in enumerate(below) if _QUOTED.match(line)), None)
    if first is None:
        return False
    after = [line for line in below[first:] if line.strip() and not _QUOTED.match(line)]
    return any(not _DEVICE.match(line.strip()) for line in after)


def _headers_follow(lines: list[str]) -> bool:
    return sum(1 for line in lines if _HEADER.match(line)) >= 2  # noqa: PLR2004 one such line may be prose
