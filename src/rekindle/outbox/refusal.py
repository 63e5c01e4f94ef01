"""What a provider's error code says about the address for good. Codes not listed here say nothing of it.

SMS codes are the carriers' and Twilio's published ones; words are what e-mail providers and our sandbox use.
"""

# The carrier took the words for spam: the very same words again would cost the number its good name.
FILTERED = "30007"
OPTED_OUT = frozenset(
    {
        "21610",
        "unsubscribed",
        "unsubscribe",
        "opted_out",
        "spamreport",
        "complained",
        "dropped-unsubscribed",
        "dropped-spam",
    }
)
# 5.1.1, 5.1.2 and 5.1.10 of RFC 3463 speak of the address; 5.7 and the bare 550 of others may be about our mail.
DEAD = frozenset(
    {"21211", "21614", "30005", "30006", "550", "bounce", "bounced", "hard_bounce", "invalid_address", "unknown_number"}
    | {"dropped-bounced", "dropped-invalid", "5.1.1", "5.1.2", "5.1.10"}
)


def suppresses(code: str) -> str | None:
    """The reason to write to this address no more; None when the code is about something else."""
    if code.lower() in OPTED_OUT:
        return "opted_out"
    if code.lower() in DEAD:
        return "unreachable"
    return None
