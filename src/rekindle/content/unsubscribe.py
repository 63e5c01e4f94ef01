"""The link that stops e-mails: opaque, unforgeable, good for years, and no table to lose."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from rekindle.decide.words import Channel
from rekindle.kit.crypto import CryptoError, Keyring

PURPOSE = "unsubscribe"
ID_BYTES = 16


class BadTokenError(Exception):
    """The token is not one of ours, or was changed on its way."""


@dataclass(frozen=True)
class Subject:
    """Whom a token is about."""

    office_id: UUID
    channel: Channel
    address: str


def make(keyring: Keyring, office_id: UUID, address: str, channel: Channel = Channel.EMAIL) -> str:
    """A URL-safe token for one address of one office; it shows neither."""
    plain = office_id.bytes + f"{channel.value}:{address}".encode()
    return base64.urlsafe_b64encode(keyring.seal(plain, purpose=PURPOSE)).decode().rstrip("=")


def read(keyring: Keyring, token: str) -> Subject:
    """What `make` was given; raises BadTokenError."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        plain = keyring.open(sealed, purpose=PURPOSE)
    except (CryptoError, binascii.Error, ValueError) as error:
        raise BadTokenError("not an unsubscribe token of ours") from error
    channel, _, address = plain[ID_BYTES:].decode().partition(":")
    return Subject(UUID(bytes=plain[:ID_BYTES]), Channel(channel), address)


def url(keyring: Keyring, base_url: str, office_id: UUID, address: str) -> str:
    """The link for an e-mail's footer and its List-Unsubscribe header."""
    return f"{base_url}/u/{make(keyring, office_id, address)}"
