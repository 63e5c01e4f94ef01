"""What every call to SendGrid shares: the key, and what an answer that is no success means."""

import re
from datetime import datetime

from rekindle.providers.calls import Answer
from rekindle.providers.plain import line
from rekindle.providers.ports import Account, Fault

_KEY = re.compile(r"[\x21-\x7e]{1,500}")
_DIGITS = re.compile(r"[0-9]{1,12}")
SOONEST, LATEST, USUAL = 1.0, 3600.0, 30.0  # seconds to wait when told to slow down


def headers(account: Account) -> dict[str, str] | None:
    """The key as a header; None when none is entered, or one that no header can carry."""
    key = account.get("api_key").strip()
    return {"authorization": f"Bearer {key}"} if _KEY.fullmatch(key) else None


def explained(answer: Answer) -> str:
    """SendGrid's own words (`errors[].message`), or the bare status: a 413 comes from its front door, as HTML."""
    errors = answer.fields().get("errors")
    said = [line(one.get("message")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return "; ".join(part for part in said if part)[:300] or f"SendGrid answered {answer.status}"


def fault(status: int) -> Fault:
    """Whose fault a refusal is: https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors."""
    if status in {401, 402, 403, 404, 405}:  # the key, the plan, the sender identity, or the URL we were given
        return Fault.ACCOUNT
    if status == 429:  # noqa: PLR2004 too many requests
        return Fault.BUSY
    return Fault.AWAY if status >= 500 or status < 400 or status == 408 else Fault.MESSAGE  # noqa: PLR2004 HTTP's classes


def wait(answer: Answer, at: datetime) -> float:
    """Seconds until the limit is lifted: `Retry-After`, else `X-RateLimit-Reset`, which is a time since 1970."""
    told = answer.retry_after(at)
    if told is not None:
        return max(told, SOONEST)
    reset = answer.headers.get("x-ratelimit-reset", "").strip()
    if not _DIGITS.fullmatch(reset):
        return USUAL
    return min(max(int(reset) - at.timestamp(), SOONEST), LATEST)
