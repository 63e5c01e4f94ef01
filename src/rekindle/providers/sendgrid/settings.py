"""What an installation sets once for SendGrid: where it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from rekindle.kit.settings import SettingsError

USUAL = "https://api.sendgrid.com"


@dataclass(frozen=True)
class SendGridSettings:
    """`url` has no slash at the end. Accounts of SendGrid's European region have a URL of their own."""

    url: str = USUAL


def read(environ: Mapping[str, str] = os.environ) -> SendGridSettings:
    """The settings in `environ`; raises SettingsError with the variable's name and the mend."""
    given = environ.get("REKINDLE_SENDGRID_URL", "").strip() or USUAL
    try:
        parts = urlsplit(given)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        raise SettingsError(f"REKINDLE_SENDGRID_URL must be a whole URL like {USUAL}, not {given!r}")
    return SendGridSettings(given.rstrip("/"))
