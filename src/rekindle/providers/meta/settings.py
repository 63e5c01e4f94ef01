"""What an installation sets once for Meta: its own app there, and where the Graph API is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rekindle.kit.settings import SettingsError

URL = "https://graph.facebook.com/v25.0"
SHORTEST = 16

_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


@dataclass(frozen=True)
class MetaSettings:
    """`url` has no slash at the end. One app serves all offices, so its secret is not an office's to enter."""

    url: str
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)

    @property
    def wired(self) -> bool:
        """Whether there is an app at all; without its secret no webhook can be believed."""
        return bool(self.app_secret)


def read(environ: Mapping[str, str] = os.environ) -> MetaSettings:
    """The settings in `environ`; raises SettingsError with the variable's name and the mend."""
    url = environ.get("REKINDLE_META_URL", "").strip().rstrip("/") or URL
    if not _URL.fullmatch(url):
        raise SettingsError(f"REKINDLE_META_URL must be a URL with the version at its end, like {URL}")
    secret = environ.get("REKINDLE_META_APP_SECRET", "").strip()
    token = environ.get("REKINDLE_META_VERIFY_TOKEN", "").strip()
    if secret and not token:
        raise SettingsError(
            "REKINDLE_META_VERIFY_TOKEN is required beside REKINDLE_META_APP_SECRET: "
            f"any text of at least {SHORTEST} characters, the same as in the app's webhook settings"
        )
    for name, value in (("REKINDLE_META_APP_SECRET", secret), ("REKINDLE_META_VERIFY_TOKEN", token)):
        if value and (len(value) < SHORTEST or not value.isascii() or not value.isprintable()):
            raise SettingsError(f"{name} must have at least {SHORTEST} plain characters")
    return MetaSettings(url, secret, token)
