"""The result of a request that took its time: fetched with our own key, then parsed like any event.

The callback is only a hint, for anybody who learns its address could write anything into it.
"""

import re

from rekindle.providers.apollo import failure, json_text, person
from rekindle.providers.apollo.client import Client, limits
from rekindle.providers.ports import (
    Account,
    CallFailedError,
    Enriched,
    Event,
    Fault,
    Fetched,
    GoneError,
    Ignored,
    Inbound,
    Limit,
    NotYetError,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

SOURCE = "apollo-result"
# A lead of ours and Apollo's request: a signed 64-bit number, kept as text.
REF = re.compile(r"(?P<lead>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}):(?P<request>-?[0-9]{1,20})")
GONE = {
    "request_id_unknown": "Apollo does not know this request",
    "request_id_expired": "Apollo keeps results for 30 days only",
    "invalid_request_id": "Apollo says that this is no request",
}
PENDING = "result_pending"
SOONEST, USUAL, LATEST = 5.0, 60.0, 3600.0


class ApolloFetcher:
    """GET webhook_result/{request_id}; reading it costs nothing."""

    provider = "apollo"
    source = SOURCE

    def __init__(self, client: Client) -> None:
        self._client = client

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """Apollo counts each endpoint by itself."""
        return limits(account, "result")

    async def fetch(self, ref: str, account: Account, *, deadline: float) -> tuple[Fetched, ...]:
        """`ref` is `lead:request`; raises NotYetError, GoneError or CallFailedError, nothing else."""
        found = REF.fullmatch(ref)
        if found is None:
            raise GoneError("the hint names no lead and request")
        said = await self._client.ask("GET", f"/webhook_result/{found['request']}", account, deadline=deadline)
        fields = json_text.fields(said.body)
        code = json_text.text(fields.get("error_code"))
        if said.status == 404 and code == PENDING:  # noqa: PLR2004 as documented
            wait = json_text.number(fields.get("retry_after_seconds")) or USUAL
            raise NotYetError(min(max(wait, SOONEST), LATEST))
        if said.status in {400, 404, 410} and code in GONE:
            raise GoneError(GONE[code])
        if said.status != 200:  # noqa: PLR2004 OK
            raise failure.failed(said, self._client.clock.now())
        if not fields:
            raise CallFailedError("malformed", "Apollo's answer cannot be read", fault=Fault.AWAY)
        why = _failed(fields)
        if why:
            raise GoneError(f"Apollo could not finish: {why}")
        return (Fetched(ref, "application/json", said.body),)


class ApolloResult(Inbound):
    """Only what we fetched ourselves comes in here; its name is `lead:request`."""

    source = SOURCE
    provider = "apollo"
    pasted = False

    def verify(self, request: Request, account: Account) -> Verified:  # noqa: ARG002 whoever it is
        """Nobody may post here; raises RefusedSignatureError."""
        raise RefusedSignatureError("results are fetched, never posted")

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 nothing of it is needed
        """What Apollo found about the lead the request was for; raises UnparsableError."""
        ref = REF.fullmatch(event.external_id)
        if ref is None:
            raise UnparsableError("the event names no lead and request")
        fields = json_text.fields(event.body)
        if not fields:
            raise UnparsableError("the body is not a JSON object")
        inner = fields.get("webhook_result")
        result = inner if isinstance(inner, dict) else fields
        people = result.get("people")
        if not isinstance(people, list):
            raise UnparsableError("there are no people in the result")
        if len(people) > 1:
            return (Ignored("the result is about several people, and we ask about one"),)
        known = person.read(people[0]) if people else person.Person()
        return (
            Enriched(
                external_id=event.external_id,
                provider="apollo",
                lead=ref["lead"],
                request_id=ref["request"],
                found=known.found,
                facts=known.facts,
                emails=known.emails,
                phones=known.phones,
                barred_phones=known.barred_phones,
                credits=json_text.number(result.get("credits_consumed")),
                at=None,
            ),
        )


def _failed(fields: dict[str, object]) -> str:
    """Why there is no result; empty when there is one. Apollo writes it outside or inside of the result."""
    inner = fields.get("webhook_result")
    parts = (fields, inner if isinstance(inner, dict) else {})
    if not any("failed" in (part.get("webhook_status"), part.get("status")) for part in parts):
        return ""
    reasons = (json_text.text(part.get("failure_reason"), limit=200) for part in parts)
    return next((reason for reason in reasons if reason), "it gives no reason")
