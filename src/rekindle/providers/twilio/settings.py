"""Where Twilio's three hosts are; settings, so that an installation can be pointed at a stand-in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.kit.settings import SettingsError

API = "https://api.twilio.com"
LOOKUPS = "https://lookups.twilio.com"
MESSAGING = "https://messaging.twilio.com"

_URL = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/[\w./-]*)?")


@dataclass(frozen=True)
class TwilioSettings:
    """Base URLs without a slash at the end."""

    api_url: str = API
    lookups_url: str = LOOKUPS
    messaging_url: str = MESSAGING


def read(environ: Mapping[str, str]) -> TwilioSettings:
    """REKINDLE_TWILIO_URL stands in for all three hosts unless the two others are set; raises SettingsError."""
    everywhere = _url(environ, "REKINDLE_TWILIO_URL")
    return TwilioSettings(
        api_url=everywhere or API,
        lookups_url=_url(environ, "REKINDLE_TWILIO_LOOKUPS_URL") or everywhere or LOOKUPS,
        messaging_url=_url(environ, "REKINDLE_TWILIO_MESSAGING_URL") or everywhere or MESSAGING,
    )


def _url(environ: Mapping[str, str], name: str) -> str:
    given = environ.get(name, "").strip().rstrip("/")
    if not given:
        return ""
    if not _URL.fullmatch(given):
        raise SettingsError(f"{name} must be an http or https URL without a query, like {API}")
    return given
