"""Platform-wide settings of e-mail coming in."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.kit.settings import SettingsError


@dataclass(frozen=True)
class MailSettings:
    """`tls` is whom we believe about a mail server's certificate."""

    tls: ssl.SSLContext


def read(environ: Mapping[str, str]) -> MailSettings:
    """REKINDLE_MAIL_CA: a file of further certificate authorities; raises SettingsError."""
    extra = environ.get("REKINDLE_MAIL_CA", "")
    tls = ssl.create_default_context()
    try:
        if extra:
            tls.load_verify_locations(extra)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("REKINDLE_MAIL_CA must be a readable file of certificates in PEM form") from error
    return MailSettings(tls)
