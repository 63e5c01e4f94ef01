"""Mails in the style of portals, mail programs and mail servers, written for these tests; nobody's true mail."""

from pathlib import Path

from rekindle.providers import mime
from rekindle.providers.ports import Parsed

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in HERE.glob("*.eml")))


def raw(name: str) -> bytes:
    return (HERE / f"{name}.eml").read_bytes()


def said(name: str) -> Parsed:
    """The one word a mail comes to."""
    [word] = mime.words(mime.read(raw(name)), external_id="e1", source="mail")
    return word
