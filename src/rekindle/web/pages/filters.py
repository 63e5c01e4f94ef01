"""Drop-downs above a list: a closed set of choices each, anything else in the address is ignored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode


@dataclass(frozen=True)
class Filter:
    """One drop-down: its choices (value, name) and what is chosen; "" is any."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


def chosen_of(filters: tuple[Filter, ...], asked: Mapping[str, str]) -> tuple[Filter, ...]:
    """The filters with what was asked for chosen, where it is one of their choices."""
    return tuple(replace(f, chosen=_valid(f, asked.get(f.name, ""))) for f in filters)


def query(kept: Mapping[str, str]) -> str:
    """The address part that asks for the same again."""
    return "?" + urlencode(kept)


def _valid(one: Filter, asked: str) -> str:
    return asked if asked in {value for value, _ in one.choices} else one.chosen
