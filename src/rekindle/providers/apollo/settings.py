"""Where Apollo is; a setting, so that an installation can be pointed at a stand-in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.kit.settings import SettingsError

API = "https://api.apollo.io/api/v1"
NAME = "REKINDLE_APOLLO_URL"

_URL = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/[\w./-]*)?")


@dataclass(frozen=True)
class ApolloSettings:
    """The base URL with its version, without a slash at the end."""

    api_url: str = API


def read(environ: Mapping[str, str]) -> ApolloSettings:
    """REKINDLE_APOLLO_URL or Apollo's own; raises SettingsError."""
    given = environ.get(NAME, "").strip().rstrip("/")
    if given and not _URL.fullmatch(given):
        raise SettingsError(f"{NAME} must be an http or https URL without a query, like {API}")
    return ApolloSettings(given or API)
