"""Platform-wide settings of SMTP."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.kit.settings import SettingsError


@dataclass(frozen=True)
class SmtpSettings:
    """`tls` is whom we believe about a mail server's certificate."""

    tls: ssl.SSLContext


def read(environ: Mapping[str, str]) -> SmtpSettings:
    """REKINDLE_SMTP_CA: a file of further certificate authorities; raises SettingsError."""
    extra = environ.get("REKINDLE_SMTP_CA", "")
    tls = ssl.create_default_context()
    try:
        if extra:
            tls.load_verify_locations(extra)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("REKINDLE_SMTP_CA must be a readable file of certificates in PEM form") from error
    return SmtpSettings(tls)
