"""What Twilio's answer to a message means; only its own, whole answers are certain."""

from datetime import datetime

from rekindle.providers.calls import Answer
from rekindle.providers.ports import Fault, SendRefusedError, SendUncertainError
from rekindle.providers.twilio import access
from rekindle.providers.twilio.codes import REQUEST

CREATED, UNAUTHORIZED, TIMED_OUT, BUSY = 201, 401, 408, 429
ACCOUNT_STATUS = frozenset({UNAUTHORIZED, 402, 403, 404})
CLIENT = range(400, 500)


def taken(said: Answer, at: datetime) -> str:
    """The sid Twilio gave it; raises SendRefusedError for its own refusals, SendUncertainError for all else."""
    sid = said.fields().get("sid")
    if said.status == CREATED and isinstance(sid, str) and access.MESSAGE_SID.fullmatch(sid):
        return sid
    code = access.code_of(said)
    if said.status == BUSY or (code == "20429" and said.status in CLIENT):
        # Documented as not processed and safe to repeat; the outbox lengthens the wait from try to try.
        wait = said.retry_after(at) or access.BUSY_SECONDS
        raise _refused(code or str(BUSY), said, permanent=False, fault=Fault.BUSY, wait=wait)
    if said.status == UNAUTHORIZED:
        raise _refused(code or str(UNAUTHORIZED), said, permanent=False, fault=Fault.ACCOUNT, wait=None)
    if said.status in CLIENT and said.status != TIMED_OUT and code:
        known = REQUEST.get(code)
        account = said.status in ACCOUNT_STATUS
        fault = known.fault if known else Fault.ACCOUNT if account else Fault.MESSAGE
        permanent = known.permanent if known else not account
        raise _refused(code, said, permanent=permanent, fault=fault, wait=None)
    # A 4xx without Twilio's code may be a proxy's, written after Twilio had the message; a redirect is never Twilio's.
    raise SendUncertainError(f"Twilio answered {said.status} {code}".rstrip())


def _refused(code: str, said: Answer, *, permanent: bool, fault: Fault, wait: float | None) -> SendRefusedError:
    again = None if permanent else wait or access.ACCOUNT_SECONDS
    return SendRefusedError(code, access.text_of(said), permanent=permanent, retry_after=again, fault=fault)
