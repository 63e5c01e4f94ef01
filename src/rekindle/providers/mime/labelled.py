"""Labels and values out of a notification's text, in any of the ways portals and web forms lay them out.

`Label: value` · `Label<tab>value` (a table row) · a label alone, the value on the next line.
"""

import re
from dataclasses import dataclass, field

from rekindle.providers.mime import labels
from rekindle.providers.mime.labels import Label

MOST_LINES = 2000
LONGEST_LINE = 2000
MESSAGE_LENGTH = 5000
ATTRIBUTES = 40

_COLON = re.compile(r"^[\s*•·\-]{0,6}([^:\t<>@]{1,40}?)[\s*]{0,4}(?::[*\s]*|\t+\s*)(.*)$")
_FOOTER = re.compile(
    r"unsubscribe|privacy policy|terms of (?:use|service)|©|\(c\) ?20\d\d|copyright|this e-?mail was sent|all rights"
    r"|darse de baja|pol[ií]tica de privacidad|todos los derechos|^[-_=*]{3,}$",
    re.IGNORECASE,
)
_STANDS_ALONE = frozenset({Label.NAME, Label.FIRST, Label.LAST, Label.EMAIL, Label.PHONE, Label.MESSAGE, Label.AGENT})
_PAIR = 2
_LETTERS = re.compile(r"^[^\W\d_][\w .#'’/()&-]*$")


@dataclass
class Pairs:
    """What was found: each label's values in order; labels we do not know as they were written."""

    known: dict[Label, list[str]] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def first(self, label: Label) -> str:
        """The first value of a label; empty when there is none."""
        return next(iter(self.known.get(label, ())), "")

    def keep(self, label: Label, value: str) -> None:
        """Note a value, unless it is empty."""
        if value:
            self.known.setdefault(label, []).append(value)


def read(text: str) -> Pairs:
    """Every pair of the text; those in a part about an agent are left out."""
    lines = _one_pair_a_line([line[:LONGEST_LINE].strip() for line in text.split("\n")[:MOST_LINES]])
    pairs, about_agent, i = Pairs(), False, 0
    while i < len(lines):
        label, written, said = _split(lines[i])
        heading = labels.section(lines[i]) if label in {None, Label.AGENT} and not said else None
        if heading is not None:
            about_agent, i = heading is Label.AGENT, i + 1
            continue
        if label is None:
            _keep_other(pairs, written, said, about_agent=about_agent)
            i += 1
            continue
        value, i = _value(lines, i, label, said)
        if label is not Label.AGENT and not about_agent:
            pairs.keep(label, value)
    return pairs


def _one_pair_a_line(lines: list[str]) -> list[str]:
    """Table rows with several pairs, or a row of labels above a row of values, made one pair a line."""
    made: list[str] = []
    above: list[str] = []
    for line in lines:
        cells = line.split("\t")
        if above and not line:
            continue
        if above and len(cells) == len(above):
            made.extend(f"{label.rstrip(':')}\t{cell}" for label, cell in zip(above, cells, strict=True))
            above = []
            continue
        made.extend(above)
        above = cells if len(cells) > 1 and all(_is_heading(cell) for cell in cells) else []
        if above:
            continue
        if len(cells) > _PAIR and all(labels.known(cell) for cell in cells[::2]):
            made.extend("\t".join(cells[i : i + _PAIR]) for i in range(0, len(cells), _PAIR))
        else:
            made.append(line)
    return made + above


def _is_heading(cell: str) -> bool:
    return labels.known(cell) not in {None, Label.AGENT}


def _split(line: str) -> tuple[Label | None, str, str]:
    """The label a line begins with or consists of, as written, and what stands behind it on the line."""
    match = _COLON.match(line)
    if match:
        return labels.known(match[1]), match[1], match[2].strip()
    label = labels.known(line)
    return (label if label in _STANDS_ALONE else None), line, ""


def _value(lines: list[str], i: int, label: Label, said: str) -> tuple[str, int]:
    """The label's value and the line to go on with. A message goes on until something else begins."""
    begin = i + 1
    if not said:
        # No further than two lines down: a label left empty must not take what stands far below it.
        while begin < len(lines) and begin <= i + 2 and not lines[begin]:
            begin += 1
        if begin >= len(lines) or begin > i + 2 or _begins_something(lines[begin]):
            return "", i + 1
        said, begin = lines[begin], begin + 1
    if label is not Label.MESSAGE:
        return said, begin
    end = begin
    while end < len(lines) and not _begins_something(lines[end]):
        end += 1
    return "\n".join((said, *lines[begin:end])).strip()[:MESSAGE_LENGTH], end


def _begins_something(line: str) -> bool:
    if not line:
        return False
    label, _, said = _split(line)
    return (
        label is not None
        or "\t" in line
        or (not said and labels.section(line) is not None)
        or bool(_FOOTER.search(line[:300]))
    )


def _keep_other(pairs: Pairs, written: str, said: str, *, about_agent: bool) -> None:
    if said and not about_agent and _LETTERS.match(written) and len(pairs.others) < ATTRIBUTES:
        pairs.others.setdefault(written.strip(), said[:1000])
