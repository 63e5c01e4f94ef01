"""The bytes of an event as text a person can read: JSON laid out, forms line by line, mails as mails."""

import json
from urllib.parse import parse_qsl

from rekindle.providers import mime
from rekindle.providers.form.text import lines
from rekindle.providers.mime import reading
from rekindle.providers.ports import UnparsableError

MAIL, FORM = "message/rfc822", "application/x-www-form-urlencoded"
HEADERS = ("from", "to", "subject", "date")
MOST_FIELDS = 500


def readable(body: bytes, content_type: str) -> str:
    """Text for people, whatever the bytes; what is no text is marked, what says nothing to a reader is left out."""
    kind = content_type.partition(";")[0].strip().lower()
    text = _mail(body) if kind == MAIL else _form(body) if kind == FORM else _json(body)
    # A page, a terminal and JSON hold neither NUL nor half a character.
    return lines((text or body.decode(errors="replace")).encode(errors="replace").decode())


def _json(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _form(body: bytes) -> str:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    return "\n".join(f"{name}: {value}" for name, value in pairs)


def _mail(body: bytes) -> str:
    try:
        mail = mime.read(body)
    except UnparsableError:
        return ""
    head = [f"{name.capitalize()}: {reading.decode(mail.header(name))}" for name in HEADERS if mail.header(name)]
    kept = [f"[{part.name or part.content_type}, {part.size} bytes]" for part in mail.attachments]
    return "\n\n".join(part for part in ("\n".join(head), mail.text, "\n".join(kept)) if part)
