"""What an installation sets once for Follow Up Boss: where its API is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.kit.settings import SettingsError

URL = "https://api.followupboss.com/v1"

_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


@dataclass(frozen=True)
class FubSettings:
    """`url` has no slash at the end."""

    url: str


def read(environ: Mapping[str, str] = os.environ) -> FubSettings:
    """The settings in `environ`; raises SettingsError with the variable's name and the mend."""
    url = environ.get("REKINDLE_FUB_URL", "").strip().rstrip("/") or URL
    if not _URL.fullmatch(url):
        raise SettingsError(f"REKINDLE_FUB_URL must be a URL with the version at its end, like {URL}")
    return FubSettings(url)
