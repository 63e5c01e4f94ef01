"""The webhook URL of an office: a secret, and the only thing Slack needs."""

import re
from urllib.parse import urlsplit

from rekindle.providers.ports import Account
from rekindle.providers.slack.settings import SlackSettings

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_WHOLE = re.compile(r"[\x21-\x7e]{12,500}")


class AddressError(Exception):
    """The URL is not one of Slack's; the message says what is wrong, without the URL."""


def of(account: Account, settings: SlackSettings) -> str:
    """The URL to post to; raises AddressError."""
    url = account.get("url").strip()
    if not _WHOLE.fullmatch(url):
        raise AddressError("the webhook URL is missing or malformed")
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressError("the webhook URL is malformed") from error
    host = (parts.hostname or "") + ("" if port == 443 else f":{port}")  # noqa: PLR2004 what https means
    # A stand-in on this machine, which the operator has listed, may do without encryption.
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or plain) or parts.username is not None or host not in settings.hosts:
        raise AddressError(f"the webhook URL must begin with https://{min(settings.hosts)}/")
    if len(parts.path) < 2:  # noqa: PLR2004 nothing behind the slash
        raise AddressError("the webhook URL is cut off")
    return url
