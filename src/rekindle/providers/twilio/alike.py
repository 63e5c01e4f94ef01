"""Whether a text on Twilio's list is the one we sent, past what Twilio itself changes in a text."""

TRIAL = "Sent from your Twilio trial account - "

# The typographic marks SmartEncoded replaces (https://www.twilio.com/docs/messaging/services/smart-encoding-char-list);
# of those, what templates and people's keyboards produce.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("«»“”„‟″ʺ", '"'),
        **dict.fromkeys("‘’‚‛′ʻʼʹ`´", "'"),
        **dict.fromkeys("‐‑‒–—―−﹘", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
        "…": "...",
        "\r": "",
    }
)


def alike(listed: object, sent: str) -> bool:
    """Equal letter by letter once typographic marks are plain and the trial account's own words are gone."""
    return isinstance(listed, str) and _plain(listed.removeprefix(TRIAL)) == _plain(sent)


def _plain(text: str) -> str:
    return text.translate(_PLAIN).strip()
