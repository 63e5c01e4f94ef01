"""E-mail addresses and phone numbers inside text of any kind, found in linear time."""

import re
from uuid import UUID

_LOCAL = r"\w.!#$%&'*+/=?^`{|}~-"
_FOUND = re.compile(rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}@(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_]{{2,24}}(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w+])\+?\(?\d[\d\s().\-/]{5,24}\d(?:\s{0,2}(?:ext\.?|x|#)\s{0,2}\d{1,6})?(?!\w)", re.IGNORECASE
)
_EXTENSION = re.compile(r"(?:ext|x|#).*$", re.IGNORECASE)
_MACHINE = re.compile(
    r"notifications?|alerts?|bounces?|auto(?:mated|mail)?|robot|system|newsletters?|updates?|leads?|inquir(?:y|ies)"
    r"|mailer"
)
_UNREAD = re.compile(r"(?:no|not)[-_.]?(?:reply|responder)|mailer-daemon|postmaster")
_TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
_TOKEN = r"\.([A-Za-z0-9_-]{6,64})@"  # noqa: S105 the shape of a token, not one
_FROM = re.compile(rb"^from:([^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,5})", re.IGNORECASE | re.MULTILINE)
_DIGITS = range(7, 16)


def emails(said: str) -> tuple[str, ...]:
    """Every address in the text, in order, as written."""
    return tuple(dict.fromkeys(match.strip(".'") for match in _FOUND.findall(said)))


def email(said: str) -> str:
    """The one address in the text; empty when there is none or more than one."""
    found = {address.lower(): address for address in emails(said)}
    return next(iter(found.values())) if len(found) == 1 else ""


def phone(said: str) -> str:
    """The first phone number in the text, as written; empty when there is none."""
    return next((found for match in _PHONE.findall(said) if (found := phone_like(match))), "")


def phone_like(said: str) -> str:
    """The text, when it is one phone number as people write them, in as many digits as any country has."""
    return said.strip() if sum(c.isdigit() for c in _EXTENSION.sub("", said)) in _DIGITS else ""


def digits(said: str) -> str:
    """The digits of a number without its extension and the country code 1, to tell numbers apart."""
    found = "".join(c for c in _EXTENSION.sub("", said) if c.isdigit())
    return found[1:] if len(found) == 11 and found.startswith("1") else found  # noqa: PLR2004 North American numbers


def unread(address: str) -> bool:
    """Whether the mailbox's name says that nobody reads it."""
    return bool(_UNREAD.search(address.partition("@")[0].lower()))


def machine(address: str) -> bool:
    """Whether the mailbox's name says that no person writes from it."""
    return unread(address) or bool(_MACHINE.fullmatch(re.split(r"[+=@]", address.lower())[0]))


def toll_free(number: str) -> bool:
    """A number of a company, never of a lead."""
    return digits(number)[:3] in _TOLL_FREE


def token(to: tuple[str, ...], mark: str) -> str:
    """What stands between `mark.` and `@` in one of the addresses; empty when none is of that kind."""
    made = re.compile(mark + _TOKEN, re.IGNORECASE)
    return next((match[1] for address in to if (match := made.match(address))), "")


def own_id(written: str) -> str:
    """A message id of ours, in any writing of a UUID, as we write it; empty when it is none."""
    try:
        return str(UUID(written.strip(" <>\t")[:64]))
    except ValueError:
        return ""


def sender_of(head: bytes) -> str:
    """The address of the From header, without taking the mail apart; empty when there is none."""
    match = _FROM.search(head.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0])
    found = emails(match[1].decode("utf-8", "replace")) if match else ()
    return found[-1] if found else ""
