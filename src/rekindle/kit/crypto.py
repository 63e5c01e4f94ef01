"""Sealing of stored secrets, keyed hashes of addresses, one-way hashes of tokens."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


class CryptoError(Exception):
    """A key is malformed or a sealed value does not open with it."""


@dataclass(frozen=True)
class Keyring:
    """The process's master key; everything else is derived from it by purpose."""

    master: bytes

    @classmethod
    def from_text(cls, text: str) -> "Keyring":
        """A keyring from 32 bytes in base64; raises CryptoError."""
        try:
            master = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise CryptoError("REKINDLE_SECRET_KEY is not base64") from error
        if len(master) != KEY_BYTES:
            raise CryptoError(f"REKINDLE_SECRET_KEY must be {KEY_BYTES} bytes, not {len(master)}")
        return cls(master)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose; a leak of one tells nothing of another."""
        return hmac.new(self.master, purpose.encode(), hashlib.sha256).digest()

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        """AES-256-GCM; the purpose is bound in, so a sealed value cannot be moved elsewhere."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.derive("seal")).encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """What `seal` was given; raises CryptoError when the key or the purpose differs."""
        try:
            return AESGCM(self.derive("seal")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except InvalidTag as error:
            raise CryptoError(f"cannot open the secret for {purpose}: wrong REKINDLE_SECRET_KEY?") from error


def address_hash(office_key: bytes, address: str) -> bytes:
    """HMAC-SHA256 of a normalised address: suppressions survive erasure without keeping the address."""
    return hmac.new(office_key, address.encode(), hashlib.sha256).digest()


def token_hash(token: str) -> bytes:
    """SHA-256 of a random token; enough for tokens of 128 bits and more, which need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def new_token(prefix: str = "") -> str:
    """A random 192-bit URL-safe token, with a prefix that tells a person what it is."""
    return prefix + secrets.token_urlsafe(24)
