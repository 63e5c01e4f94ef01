"""A named pattern: what is matched and what the match means, so that every verdict can say why."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`pattern` on the normalised text; `unless` takes the match back when it is found anywhere in the text."""

    name: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None

    def found(self, said: str) -> bool:
        """Whether the text says it."""
        return bool(self.pattern.search(said)) and not (self.unless and self.unless.search(said))


def rule(name: str, pattern: str, unless: str | None = None) -> Rule:
    """A rule from patterns with free white space; the one blank between two words is written as an underscore."""
    return Rule(name, _compiled(pattern), _compiled(unless) if unless else None)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(pattern.split()).replace("_", r"\s"))


def first(rules: tuple[Rule, ...], said: str) -> str | None:
    """The name of the first rule that the text satisfies."""
    return next((r.name for r in rules if r.found(said)), None)
