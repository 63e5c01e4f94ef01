"""What an answer of Apollo's that is not the asked-for one means (https://docs.apollo.io/reference/rate-limits)."""

from datetime import datetime

from rekindle.providers.apollo import json_text
from rekindle.providers.calls import Answer
from rekindle.providers.ports import CallFailedError, Fault

BUSY = 429
ACCOUNT = frozenset({401, 402, 403})
MINUTE, HOUR = 60.0, 3600.0


def failed(said: Answer, at: datetime) -> CallFailedError:
    """Errors are JSON with `error_code` and `error` or `message`; a 401 is plain text."""
    fields = json_text.fields(said.body)
    code = json_text.text(fields.get("error_code"), limit=60) or str(said.status)
    if said.status == BUSY:
        return CallFailedError(code, "Apollo's limit is reached", fault=Fault.BUSY, retry_after=_wait(said, at))
    if said.status in ACCOUNT:
        return CallFailedError(code, _account(said.status), fault=Fault.ACCOUNT)
    if 400 <= said.status < 500:  # noqa: PLR2004 what HTTP calls the client's fault
        told = json_text.text(fields.get("message"), limit=200) or json_text.text(fields.get("error"), limit=200)
        return CallFailedError(code, told or f"Apollo answered {said.status}", fault=Fault.MESSAGE)
    return CallFailedError(code, f"Apollo answered {said.status}", fault=Fault.AWAY, retry_after=said.retry_after(at))


def _account(status: int) -> str:
    if status == 401:  # noqa: PLR2004 unauthorized
        return "Apollo does not accept the API key"
    return "the Apollo plan or key does not allow this, or its credits are used up"


def _wait(said: Answer, at: datetime) -> float:
    """As told; else to the end of the window that is used up: they are fixed and told apart by their headers."""
    told = said.retry_after(at)
    if told is not None:
        return told
    used_up = [said.headers.get(f"x-{window}-requests-left", "").strip() for window in ("hourly", "24-hour")]
    return HOUR if "0" in used_up else MINUTE
