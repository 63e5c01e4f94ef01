"""What an answer that is no success means: whose fault it is, and when to ask again."""

from datetime import datetime
from http import HTTPStatus

from rekindle.providers.calls import Answer
from rekindle.providers.ports import CallFailedError, Fault

LONGEST_TEXT = 300
DAY_SPENT_SECONDS = 3600.0
USUAL_INTERVAL_SECONDS = 10.0
LONGEST_INTERVAL_SECONDS = 3600.0

ACCOUNT = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN})
TIMED_OUT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
REFUSED = range(400, 500)


def failed(answer: Answer, at: datetime) -> CallFailedError:
    """The error an unsuccessful answer is; its text keeps HighLevel's `traceId`, which its support asks for."""
    fault = fault_of(answer.status)
    wait = interval(answer, at) if fault is Fault.BUSY else None
    return CallFailedError(str(answer.status), told(answer), fault=fault, retry_after=wait)


def fault_of(status: int) -> Fault:
    """Whose fault a status is; anything that is no clear refusal counts as HighLevel being away."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Fault.BUSY
    if status in ACCOUNT:
        return Fault.ACCOUNT
    return Fault.MESSAGE if status in REFUSED and status not in TIMED_OUT else Fault.AWAY


def interval(answer: Answer, at: datetime) -> float:
    """Seconds until the limit lets calls through again: Retry-After, else the headers of its rate limits."""
    asked = answer.retry_after(at)
    if asked is not None:
        return asked
    if answer.headers.get("x-ratelimit-daily-remaining", "").strip() == "0":
        return DAY_SPENT_SECONDS
    given = answer.headers.get("x-ratelimit-interval-milliseconds", "").strip()
    if given.isascii() and given.isdigit() and len(given) < LONGEST_TEXT:
        return min(max(int(given) / 1000, 1.0), LONGEST_INTERVAL_SECONDS)
    return USUAL_INTERVAL_SECONDS


def message(answer: Answer) -> str:
    """What the answer says went wrong, in HighLevel's words; "" when it says nothing readable."""
    said = answer.fields()
    given = said.get("message") or said.get("error_description") or said.get("error") or ""
    parts = given if isinstance(given, list) else [given]
    text = "; ".join(part for part in parts if isinstance(part, str))
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST_TEXT]


def told(answer: Answer) -> str:
    """One line for a person: the status, the message, the trace."""
    trace = answer.fields().get("traceId")
    words = message(answer) or "no reason given"
    return f"GoHighLevel answered {answer.status}: {words}" + (f" (trace {trace})" if _is_name(trace) else "")


def _is_name(given: object) -> bool:
    return isinstance(given, str) and given.isprintable() and 0 < len(given) <= LONGEST_TEXT
