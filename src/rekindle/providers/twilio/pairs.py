"""A form body as the names and values in it, in bytes: what a signature covers must not pass through a text codec."""

from urllib.parse import unquote_to_bytes


def decode(body: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of `application/x-www-form-urlencoded` (WHATWG URL 5.1): empty values kept, nothing trimmed."""
    return [_pair(part) for part in body.split(b"&") if part]


def _pair(part: bytes) -> tuple[bytes, bytes]:
    name, _, value = part.partition(b"=")
    return _plain(name), _plain(value)


def _plain(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
