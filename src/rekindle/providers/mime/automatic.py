"""Mail no person wrote: answers of machines (RFC 3834), and mail to many."""

import re

from rekindle.providers.mime.types import Mail

_ANSWER_HEADERS = frozenset({"x-autoreply", "x-autorespond", "x-auto-response", "x-autoresponder", "x-vacation"})
_ABSENT = re.compile(
    r"^(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|respuesta autom[aá]tica"
    r"|fuera de (?:la )?oficina)\b",
    re.IGNORECASE,
)
_MANY = frozenset({"bulk", "list", "junk"})


def answered(mail: Mail) -> bool:
    """An answer a machine gave: absence, vacation, ticket number."""
    if mail.header("auto-submitted").lower().startswith(("auto-replied", "auto-notified")):
        return True
    if any(name in _ANSWER_HEADERS and value.lower() not in {"", "no"} for name, value in mail.headers):
        return True
    if mail.header("x-auto-response-suppress") and _ABSENT.match(mail.subject):
        return True
    return mail.header("precedence").lower() == "auto_reply" or bool(_ABSENT.match(mail.subject))


def generated(mail: Mail) -> bool:
    """Made by a machine of its own accord, as portals' notifications are."""
    return mail.header("auto-submitted").lower() not in {"", "no"}


def to_many(mail: Mail) -> bool:
    """A newsletter, a list, bulk."""
    return (
        mail.header("precedence").lower() in _MANY
        or bool(mail.header("list-id"))
        or bool(mail.header("list-unsubscribe"))
    )
