"""The token in an e-mail's reply address: names one message of ours, unforgeable, short enough for a local part."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

ID_CHARS = 26  # 16 bytes in base32 without padding
MAC_BYTES = 10


def make(office_key: bytes, message_id: UUID) -> str:
    """42 lower-case characters: local parts are at most 64 long and may lose their case (RFC 5321, 4.5.3.1.1)."""
    return _text(message_id.bytes) + _text(_mac(office_key, message_id))


def read(office_key: bytes, token: str) -> UUID | None:
    """The message a token names; None when it is not one of this office's."""
    try:
        message_id = UUID(bytes=_bytes(token[:ID_CHARS]))
        given = _bytes(token[ID_CHARS:])
    except (ValueError, binascii.Error):
        return None
    return message_id if hmac.compare_digest(given, _mac(office_key, message_id)) else None


def _mac(office_key: bytes, message_id: UUID) -> bytes:
    return hmac.new(office_key, b"thread:" + message_id.bytes, hashlib.sha256).digest()[:MAC_BYTES]


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _bytes(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
