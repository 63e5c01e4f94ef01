"""How surely a text asks us to stop: grammar, not substrings, as one word opts out or books a visit (COMPLIANCE 3)."""

import re
from dataclasses import dataclass

from rekindle.decide import intent_rules
from rekindle.decide.optout import channels, lists, others, people, talk, threats, unsure
from rekindle.decide.optout.benign import cut
from rekindle.decide.optout.normalise import normalise
from rekindle.decide.optout.rule import first
from rekindle.decide.optout.words import ALONE, FILLERS, IN_THEIR_OWN_RIGHT, MISSPELT
from rekindle.decide.words import Channel, Intent, OptOutTier

ALL = frozenset(Channel)
TEXT = frozenset({Channel.SMS})
NOTHING: frozenset[Channel] = frozenset()
_SOFT = frozenset({Intent.NEGATIVE_NO, Intent.HOSTILE, Intent.ALREADY_HAS_AGENT, Intent.ALREADY_BOUGHT_OR_SOLD})
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_INSTRUCTION_ONLY = re.compile(r"^(?:reply|text|send|responda|envie)\s+(?:stop|end|quit|cancel)\b")
_LONGEST = 600  # nobody opts out in an essay, and the grammar reads every word


@dataclass(frozen=True)
class OptOut:
    """The tier, the rule that spoke, the channels it closes, and the text the rules saw."""

    tier: OptOutTier
    rule: str
    channels: frozenset[Channel]
    normalised: str


def classify(text: str, *, ours: tuple[str, ...] = ()) -> OptOut:
    """Read a lead's message; `ours` are our own recent messages, whose quoted words never count."""
    said = normalise(text, ours)
    if rule := _alone(said):
        return OptOut(OptOutTier.STOP, rule, ALL, said)
    return _read(cut(said[:_LONGEST]), said)


def _read(rest: str, said: str) -> OptOut:
    if rule := _closed(rest):
        channels = TEXT if rule.startswith(("channel", "wrong_number")) else ALL
        return OptOut(OptOutTier.STOP, rule, channels, said)
    if rule := first((*unsure.UNSURE, people.DECEASED), rest):
        return OptOut(OptOutTier.UNCERTAIN, rule, ALL, said)
    intent = intent_rules.match(said)
    if intent and intent.intent in _SOFT:
        return OptOut(OptOutTier.SOFT_STOP, intent.rule, NOTHING, said)
    return OptOut(OptOutTier.NONE, "none", NOTHING, said)


def _closed(rest: str) -> str | None:
    """The rule by which the lead closes a channel, if one does."""
    text_is_welcome = channels.TEXT_IS_WELCOME.found(rest)
    if (rule := first(channels.SMS_ONLY, rest)) and not text_is_welcome:
        return f"channel:{rule}"
    if rule := first(people.WRONG, rest):
        return f"wrong_number:{rule}"
    rule = _stop(rest)
    return None if text_is_welcome and rule in _ABOUT_OTHER_CHANNELS else rule


# These speak of any channel; when text is what the lead asks for, they meant another one.
_ABOUT_OTHER_CHANNELS = frozenset(
    {"talk:cease-talking", "talk:cease-things", "other:favor-de-no", "other:no-me-escriba"}
)
_STOP = (("talk", talk.STOP), ("list", lists.STOP), ("threat", threats.STOP), ("other", others.STOP))


def _stop(rest: str) -> str | None:
    return next((f"{topic}:{rule}" for topic, rules in _STOP if (rule := first(rules, rest))), None)


def _alone(said: str) -> str | None:
    """A revoking word by itself, with courtesies around it, or misspelt with hardly anything else."""
    tokens = _WORD.findall(said)
    if " ".join(tokens) in ALONE:
        return "per_se"
    if not 0 < len(tokens) <= 8 or _INSTRUCTION_ONLY.match(said) or ("?" in said and len(tokens) > 2):
        return None
    core = list(dict.fromkeys(token for token in tokens if token not in FILLERS))
    if " ".join(core or tokens) in ALONE:
        return "per_se_politely"
    near_enough = len(tokens) <= 3 and (len(core) == 1 or len(tokens) == 2) and _misspelt("".join(core))
    return "per_se_misspelt" if near_enough else None


def _misspelt(word: str) -> bool:
    if word in IN_THEIR_OWN_RIGHT:
        return False
    return any(near(word, right, 2 if len(right) > 8 else 1) for right in MISSPELT)


def near(word: str, right: str, most: int) -> bool:
    """Whether at most `most` letters are wrong, missing, extra or swapped with their neighbour."""
    if abs(len(word) - len(right)) > most:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(word, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and word[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1] <= most
