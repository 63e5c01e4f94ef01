"""What an errand is, in words for people."""

from collections.abc import Mapping
from typing import Any

from rekindle.errands.types import Kind

WORDS: Mapping[Kind, str] = {
    Kind.FETCH: "fetch what {source} only hinted at ({ref})",
    Kind.ENRICH: "ask {provider} who a lead is",
    Kind.LOOKUP: "ask {provider} what kind of line a number is",
    Kind.CRM: "make the CRM agree with what we know of a lead",
    Kind.NOTICE: "tell staff outside these pages",
    Kind.LIST: "put an address on {provider}'s own list of those who want nothing more",
    Kind.READ: "read {provider}'s mailbox or list",
    Kind.POLL: "compare {provider}'s lists with what reached us",
    Kind.COMPARE: "compare the last day and a half with {provider}'s lists",
    Kind.CANARY: "see whether {provider}'s webhooks still reach us",
    Kind.LOOK: "look whether the connection to {provider} works",
}


class _Given(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "the provider"


def said(kind: str, payload: Mapping[str, Any]) -> str:
    """One line; a kind nobody gave words to is shown by its name."""
    words = WORDS.get(Kind(kind)) if kind in set(Kind) else None
    if words is None:
        return kind
    return words.format_map(_Given({name: str(value)[:60] for name, value in payload.items()}))
