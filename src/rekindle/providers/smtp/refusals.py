"""What a mail server's reply means (RFC 5321, 4.2; RFC 3463): for the message, the address, the account."""

import re
from enum import StrEnum

from rekindle.providers.ports import Fault, SendRefusedError


class Stage(StrEnum):
    """How far the talk had come."""

    HELLO = "hello"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    BODY = "body"


DEAD_CODE = "5.1.1"  # one code for every wording of "there is no such mailbox"
DEAD = frozenset({"5.1.1", "5.1.2", "5.1.6", "5.1.10", "5.2.1"})
BUSY_SECONDS = 60.0
GREY_SECONDS = 300.0  # greylisting wants some minutes between tries
FULL_SECONDS = 3600.0
ACCOUNT_SECONDS = 300.0
TEXT_LENGTH = 200

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_NOBODY = re.compile(
    r"(?:user|recipient|mailbox|address|account)\b.{0,40}\b(?:unknown|not found|does ?n.t exist|does not exist|disabled"
    r"|no longer)|(?:no such|unknown|invalid|nonexistent)\s(?:\w+\s)?(?:user|recipient|mailbox|address|account)",
    re.IGNORECASE,
)
_RELAY = re.compile(r"relay", re.IGNORECASE)
_SIGN_IN = frozenset({530, 534, 535, 538})


def refusal(code: int, reply: bytes | str, stage: Stage) -> SendRefusedError:
    """The error for a 4xx or 5xx reply: the server certainly did not take the mail."""
    text = " ".join((reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply).split())[:TEXT_LENGTH]
    enhanced = found[1] if (found := _ENHANCED.match(text)) else ""
    named = enhanced or str(code)
    if code in _SIGN_IN:
        return _account(str(code), text)
    if code < 500:  # noqa: PLR2004 4xx: try again
        return _later(code, enhanced, named, text)
    if stage in {Stage.HELLO, Stage.LOGIN, Stage.SENDER}:
        too_large = code == 552 or enhanced == "5.3.4"  # noqa: PLR2004 SIZE refused at MAIL FROM
        return _never(named, text) if too_large else _account(named, text)
    if enhanced in DEAD or (not enhanced.startswith("5.7.") and _NOBODY.search(text)):
        return _never(DEAD_CODE, text)
    if stage is Stage.RECIPIENT and _RELAY.search(text):
        return _account(named, text)
    # A bare 550 is as often a policy as a dead mailbox: it must not cost a living address.
    return _never(enhanced or "5.0.0", text)


def _later(code: int, enhanced: str, named: str, text: str) -> SendRefusedError:
    if enhanced.startswith(("4.2.", "4.1.")):
        return SendRefusedError(named, text, permanent=False, retry_after=FULL_SECONDS, fault=Fault.MESSAGE)
    wait = GREY_SECONDS if code in {450, 451} else BUSY_SECONDS
    return SendRefusedError(named, text, permanent=False, retry_after=wait, fault=Fault.BUSY)


def _never(code: str, text: str) -> SendRefusedError:
    return SendRefusedError(code, text, permanent=True, fault=Fault.MESSAGE)


def _account(code: str, text: str) -> SendRefusedError:
    return SendRefusedError(code, text, permanent=False, retry_after=ACCOUNT_SECONDS, fault=Fault.ACCOUNT)
