"""What an installation sets once for GoHighLevel: where it is, which keys sign its webhooks, and our app there."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from rekindle.kit.settings import SettingsError

# From the webhook integration guide of the marketplace; one key signs for all customers of HighLevel.
ED25519_KEY = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg="
# From GoHighLevel/highlevel-api-docs, docs/oauth/WebhookAuthentication.md (CC0-1.0); deprecated since September 2026.
RSA_KEY = (
    "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAokvo/r9tVgcfZ5DysOSC"
    "Frm602qYV0MaAiNnX9O8KxMbiyRKWeL9JpCpVpt4XHIcBOK4u3cLSqJGOLaPuXw6"
    "dO0t6Q/ZVdAV5Phz+ZtzPL16iCGeK9po6D6JHBpbi989mmzMryUnQJezlYJ3DVfB"
    "csedpinheNnyYeFXolrJvcsjDtfAeRx5ByHQmTnSdFUzuAnC9/GepgLT9SM4nCpv"
    "uxmZMxrJt5Rw+VUaQ9B8JSvbMPpez4peKaJPZHBbU3OdeCVx5klVXXZQGNHOs8gF"
    "3kvoV5rTnXV0IknLBXlcKKAQLZcY/Q9rG6Ifi9c+5vqlvHPCUJFT5XUGG5RKgOKU"
    "J062fRtN+rLYZUV+BjafxQauvC8wSWeYja63VSUruvmNj8xkx2zE/Juc+yjLjTXp"
    "IocmaiFeAO6fUtNjDeFVkhf5LNb59vECyrHD2SQIrhgXpO4Q3dVNA5rw576PwTzN"
    "h/AMfHKIjE4xQA1SZuYJmNnmVZLIZBlQAF9Ntd03rfadZ+yDiOXCCs9FkHibELhC"
    "HULgCsnuDJHcrGNd5/Ddm5hxGQ0ASitgHeMZ0kcIOwKDOzOU53lDza6/Y09T7sYJ"
    "PQe7z0cvj7aE4B+Ax1ZoZGPzpJlZtGXCsu9aTEGEnKzmsFqwcSsnw3JB31IGKAyk"
    "T1hhTiaCeIY/OwwwNUY2yvcCAwEAAQ=="
)


@dataclass(frozen=True)
class GhlSettings:
    """`url` and `marketplace_url` have no slash at the end. `rsa_keys` is empty while the old signature is off.

    `redirect_url` is empty when it follows from our own base URL. `app_id` is empty when any app's events count.
    """

    url: str
    marketplace_url: str
    public_keys: tuple[Ed25519PublicKey, ...]
    rsa_keys: tuple[RSAPublicKey, ...]
    app_id: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str

    @property
    def oauth(self) -> bool:
        """Whether offices can connect by OAuth; without an app of our own only by a private integration token."""
        return bool(self.client_id and self.client_secret)


def read(environ: Mapping[str, str] = os.environ) -> GhlSettings:
    """The settings in `environ`; raises SettingsError with the variable's name and the mend."""
    client_id = environ.get("REKINDLE_GHL_CLIENT_ID", "").strip()
    client_secret = environ.get("REKINDLE_GHL_CLIENT_SECRET", "").strip()
    if bool(client_id) != bool(client_secret):
        raise SettingsError("REKINDLE_GHL_CLIENT_ID and REKINDLE_GHL_CLIENT_SECRET must both be set, or neither")
    return GhlSettings(
        url=_url(environ, "REKINDLE_GHL_URL", "https://services.leadconnectorhq.com"),
        marketplace_url=_url(environ, "REKINDLE_GHL_MARKETPLACE_URL", "https://marketplace.gohighlevel.com"),
        public_keys=_ed25519_keys(environ),
        rsa_keys=_rsa_keys(environ) if _switch(environ, "REKINDLE_GHL_RSA") else (),
        app_id=environ.get("REKINDLE_GHL_APP_ID", "").strip(),
        client_id=client_id,
        client_secret=client_secret,
        redirect_url=_url(environ, "REKINDLE_GHL_REDIRECT_URL", ""),
    )


def _ed25519_keys(environ: Mapping[str, str]) -> tuple[Ed25519PublicKey, ...]:
    name = "REKINDLE_GHL_PUBLIC_KEYS"
    keys = [_key(name, part) for part in (environ.get(name) or ED25519_KEY).split(",") if part.strip()]
    found = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    if not found or len(found) != len(keys):
        raise SettingsError(f"{name} must be one or several Ed25519 public keys (SPKI in base64), comma separated")
    return found


def _rsa_keys(environ: Mapping[str, str]) -> tuple[RSAPublicKey, ...]:
    name = "REKINDLE_GHL_RSA_KEYS"
    keys = [_key(name, part) for part in (environ.get(name) or RSA_KEY).split(",") if part.strip()]
    found = tuple(key for key in keys if isinstance(key, RSAPublicKey))
    if not found or len(found) != len(keys):
        raise SettingsError(f"{name} must be one or several RSA public keys (PEM, or SPKI in base64), comma separated")
    return found


def _key(name: str, given: str) -> object:
    """A key from its PEM or from the base64 between a PEM's first and last line."""
    inner = "".join(line for line in given.replace("\\n", "\n").splitlines() if not line.strip().startswith("-----"))
    try:
        return load_der_public_key(base64.b64decode("".join(inner.split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"{name} holds something that is no public key in base64") from error


def _url(environ: Mapping[str, str], name: str, usual: str) -> str:
    given = environ.get(name, "").strip() or usual
    try:
        parts = urlsplit(given)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        whole = False
    if given and not whole:
        raise SettingsError(f"{name} must be a whole URL like https://services.example, not {given!r}")
    return given.rstrip("/")


def _switch(environ: Mapping[str, str], name: str) -> bool:
    given = environ.get(name, "").strip().lower()
    if given not in {"", "on", "off"}:
        raise SettingsError(f"{name} must be on or off, not {given!r}")
    return given == "on"
