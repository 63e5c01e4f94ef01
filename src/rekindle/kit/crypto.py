"""Sealing of stored secrets, keyed hashes of addresses, one-way hashes of tokens."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


class CryptoError(Exception):
    """A key is malformed or a sealed value does not open with it."""


@dataclass(frozen=True)
class Keyring:
    """The process's master key; everything else is derived from it by purpose. Old ones open, and do nothing else."""

    master: bytes = field(repr=False)
    old: tuple[bytes, ...] = field(default=(), repr=False)  # the newest first

    @classmethod
    def from_text(cls, text: str, old: Sequence[str] = ()) -> "Keyring":
        """A keyring from keys of 32 bytes in base64; raises CryptoError."""
        return cls(_key(text, "REKINDLE_SECRET_KEY"), tuple(_key(one, "REKINDLE_OLD_SECRET_KEYS") for one in old))

    @property
    def current(self) -> "Keyring":
        """The same without old keys: what it does not open is still to be sealed anew."""
        return Keyring(self.master)

    @property
    def first(self) -> "Keyring":
        """The oldest key alone: what was once derived and never stored was derived from it."""
        return Keyring(self.old[-1]) if self.old else self

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose; a leak of one tells nothing of another."""
        return hmac.new(self.master, purpose.encode(), hashlib.sha256).digest()

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        """AES-256-GCM; the purpose is bound in, so a sealed value cannot be moved elsewhere."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.derive("seal")).encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """What `seal` was given, under any key of the ring; raises CryptoError when the key or the purpose differs."""
        for ring in (self, *map(Keyring, self.old)):
            try:
                aes = AESGCM(ring.derive("seal"))
                return aes.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
            except (InvalidTag, ValueError):  # a ValueError: too short to be a nonce at all
                continue
        raise CryptoError(f"cannot open the secret for {purpose}: wrong REKINDLE_SECRET_KEY?")

    def opens(self, sealed: bytes, *, purpose: str) -> bool:
        """Whether `open` would open it."""
        try:
            self.open(sealed, purpose=purpose)
        except CryptoError:
            return False
        return True


def _key(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise CryptoError(f"{name} is not base64") from error
    if len(key) != KEY_BYTES:
        raise CryptoError(f"{name} must be {KEY_BYTES} bytes, not {len(key)}")
    return key


def address_hash(office_key: bytes, address: str) -> bytes:
    """HMAC-SHA256 of a normalised address: suppressions survive erasure without keeping the address."""
    return hmac.new(office_key, address.encode(), hashlib.sha256).digest()


def token_hash(token: str) -> bytes:
    """SHA-256 of a random token; enough for tokens of 128 bits and more, which need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def new_token(prefix: str = "") -> str:
    """A random 192-bit URL-safe token, with a prefix that tells a person what it is."""
    return prefix + secrets.token_urlsafe(24)
