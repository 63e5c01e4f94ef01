"""Platform-wide settings of Slack."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.kit.settings import SettingsError

DEFAULT = "hooks.slack.com"
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class SlackSettings:
    """`hosts` are the only ones a webhook URL may name, with a port where it is not 443.

    The URL is entered by an office; without this list it could point into the operator's own network.
    """

    hosts: frozenset[str]


def read(environ: Mapping[str, str]) -> SlackSettings:
    """REKINDLE_SLACK_HOSTS: names with commas between; raises SettingsError."""
    given = environ.get("REKINDLE_SLACK_HOSTS") or DEFAULT
    hosts = frozenset(host.strip().lower() for host in given.split(",") if host.strip())
    if not hosts or not all(_HOST.fullmatch(host) for host in hosts):
        raise SettingsError(f"REKINDLE_SLACK_HOSTS must be host names like {DEFAULT}, with commas between")
    return SlackSettings(hosts)
