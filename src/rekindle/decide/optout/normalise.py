"""A text as its author's own plain words: quotes, reactions and our own sentences out, one spelling in."""

import re
import unicodedata

from rekindle.decide.optout.words import SHORTHAND

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_APOSTROPHES = re.compile("['’‘`´]")
_QUOTED_LINE = re.compile(r"^\s*(?:>|\|).*$", re.MULTILINE)
_REPLY_HEADER = re.compile(
    r"^.*(?:\b(?:on|el|le)\b.{3,120}\b(?:wrote|escribio|a ecrit)\s*:|-{2,}\s*(?:original message|mensaje original)).*$"
    r"|^.{0,120}\b(?:wrote|escribio|a ecrit|schrieb)\s*:[ \t]*$"
    r"|^(?:from|de|von)\s*:.*\n(?:sent|date|to|enviado|fecha|para|gesendet)\s*:.*$",
    re.MULTILINE | re.IGNORECASE,
)
_REACTION = re.compile(
    r"^\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? \w+ from|reacted .{1,12} to"
    r"|le gusto|le encanto|me gusta|me encanta)\s+(?:\"[^\"]*\"|an? (?:image|photo|video|attachment|message)\b)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"]*)\"")
_ENDS_WITH_QUOTE_MARK = re.compile(r"[“”„«»″]")
# "Reply STOP to end" is our own sentence wherever it stands, unless the author says that they did just that.
_INSTRUCTION = re.compile(
    r"(?<!i )(?<!have )(?<!already )(?:\b(?:reply|text|txt|send|responda|envie)\s+)?\bstop\s+(?:to|para)\s+"
    r"(?:end|opt[ -]?out|cancel|quit|stop|unsubscribe|unsub|terminar|cancelar)\b",
)
_EDGES = re.compile(r"[^\w\s.,;:!?#$%&+/=\n-]")
_SPACE = re.compile(r"[ \t\r\f\v]+")
_LINE = re.compile(r"\s*\n\s*")
_SPELLED = re.compile(r"^(?:\w[ .\-*_]){2,}\w$")
_STRETCHED = re.compile(r"([a-z])\1{2,}")


def normalise(text: str, ours: tuple[str, ...] = ()) -> str:
    """What the author said: lower case, no accents, no quotes of ours, shorthand written out."""
    said = _own_words(_fold(text))
    for sentence in ours:
        said = _without(said, _plain(_fold(sentence)))
    return plain if (plain := _plain(_INSTRUCTION.sub(" ", said))) else _plain(said)


def _fold(text: str) -> str:
    """One case, one width, straight quotes, no accents."""
    flat = unicodedata.normalize("NFKD", _ENDS_WITH_QUOTE_MARK.sub('"', _INVISIBLE.sub("", text))).casefold()
    return "".join(c for c in flat if not unicodedata.combining(c)).replace("\r\n", "\n")


def _own_words(text: str) -> str:
    """Without quoted lines, reply headers, reactions and quoted spans, unless nothing else was written."""
    if header := _REPLY_HEADER.search(text):
        above, below = text[: header.start()], text[header.end() :]
        text = above if above.strip() else below
    text = _QUOTED_LINE.sub("", text)
    text = _REACTION.sub("", text)
    unquoted = _QUOTED.sub(" ", text)
    return unquoted if re.search(r"[^\W_]", unquoted) else text.replace('"', " ")


def _without(text: str, ours: str) -> str:
    return _plain(text).replace(ours, " ") if len(ours) > 12 else text


def _plain(text: str) -> str:
    """Words and sentence marks only; emoji that mean stop become the word."""
    text = _APOSTROPHES.sub("", text.replace("🛑", " stop ").replace("✋", " "))
    text = squeeze(_EDGES.sub(" ", text))
    if _SPELLED.match(text.rstrip(".!")):
        text = re.sub(r"[^\w]", "", text)
    lines = _STRETCHED.sub(r"\1", text).split("\n")
    return "\n".join(" ".join(_word(word) for word in line.split(" ")) for line in lines)


def squeeze(text: str) -> str:
    """One blank between words, one line break between lines."""
    return _LINE.sub("\n", _SPACE.sub(" ", text)).strip()


def _word(word: str) -> str:
    bare = word.rstrip(".,;:!?\n")
    return SHORTHAND.get(bare, bare) + word[len(bare) :]
