"""How an office's Twilio account is reached: its credentials, its part of a URL, and what a failed call says."""

import re
from datetime import datetime

from rekindle.providers.calls import Answer
from rekindle.providers.ports import Account, CallFailedError, Fault
from rekindle.providers.twilio.codes import REQUEST

ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
SERVICE_SID = re.compile(r"MG[0-9a-f]{32}")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
BUSY_SECONDS = 1.0
AWAY_SECONDS = 5.0
ACCOUNT_SECONDS = 60.0

_NUMBERS = re.compile(r"\+?[0-9][0-9 ()-]{6,}[0-9]")


def credentials(account: Account) -> tuple[str, str]:
    """User and password of HTTP Basic: an API key when there is one, else the account's own sid and token."""
    key = (account.get("api_key_sid"), account.get("api_key_secret"))
    return key if all(key) else (account.get("account_sid"), account.get("auth_token"))


def code_of(answer: Answer) -> str:
    """Twilio's own error code in an answer; empty when something else answered."""
    code = answer.fields().get("code")
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else ""


def text_of(answer: Answer) -> str:
    """What a person should read: our words for a known code, else Twilio's without the phone numbers in them."""
    known = REQUEST.get(code_of(answer))
    said = answer.fields().get("message")
    given = _NUMBERS.sub("(number)", said.replace("\x00", ""))[:200] if isinstance(said, str) else ""
    return known.text if known else given or f"Twilio answered {answer.status}"


def failed(answer: Answer, at: datetime) -> CallFailedError:
    """A call that only reads, and was not answered with what it asked for."""
    code = code_of(answer) or str(answer.status)
    known = REQUEST.get(code)
    if answer.status == 429:  # noqa: PLR2004 too many requests
        wait = answer.retry_after(at)
        return CallFailedError(code, text_of(answer), fault=Fault.BUSY, retry_after=wait or BUSY_SECONDS)
    if answer.status in {401, 402, 403}:
        return CallFailedError(code, text_of(answer), fault=Fault.ACCOUNT)
    if 400 <= answer.status < 500:  # noqa: PLR2004 what HTTP calls the client's fault
        return CallFailedError(code, text_of(answer), fault=known.fault if known else Fault.MESSAGE)
    return CallFailedError(code, text_of(answer), fault=Fault.AWAY, retry_after=answer.retry_after(at))
