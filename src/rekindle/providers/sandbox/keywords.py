"""The opt-out words a carrier itself acts on; freer wordings reach the engine like any reply."""

STOPS = frozenset({"stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"})
STARTS = frozenset({"start", "unstop", "yes"})


def is_stop(text: str) -> bool:
    """The whole text is one opt-out word, whatever the case and the punctuation around it."""
    return _word(text) in STOPS


def is_start(text: str) -> bool:
    """The whole text is one opt-in word."""
    return _word(text) in STARTS


def _word(text: str) -> str:
    return text.strip(" \t\r\n.!?\"'").casefold()
