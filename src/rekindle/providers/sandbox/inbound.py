"""The webhook source `sandbox`: receipts, and what leads answer."""

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from rekindle.decide.words import Channel, MessageState
from rekindle.providers import standard_webhooks
from rekindle.providers.ports import (
    Account,
    Event,
    Inbound,
    Parsed,
    Receipt,
    Reply,
    Request,
    UnparsableError,
    Verified,
)
from rekindle.providers.sandbox import codes

# What a receipt may say; the engine's own states (planned, in flight, …) are not the sandbox's to claim.
STATES = frozenset({MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED})


class SandboxInbound(Inbound):
    """Standard Webhooks with the office's own secret of kind `sandbox`."""

    source = "sandbox"
    provider = "sandbox"

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by the event's id; raises RefusedSignatureError."""
        return Verified(standard_webhooks.verified(request, account), party=_party(request.body))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the sandbox needs none
        """One receipt or one reply; raises UnparsableError."""
        try:
            given = orjson.loads(event.body)
        except orjson.JSONDecodeError as error:
            raise UnparsableError("the body is not JSON") from error
        if not isinstance(given, dict):
            raise UnparsableError("the body is not an object")
        texts = {name: value for name, value in given.items() if isinstance(value, str)}
        try:
            if texts.get("type") == "receipt":
                return (_receipt(texts, event.external_id),)
            if texts.get("type") == "reply":
                return (_reply(texts, event.external_id),)
        except (KeyError, ValueError, OverflowError) as error:
            raise UnparsableError(f"a field is missing or malformed: {error}"[:200]) from error
        raise UnparsableError("neither a receipt nor a reply")


def _party(body: bytes) -> str:
    """Who writes; receipts need no order among themselves."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    sender = given.get("from") if isinstance(given, dict) else None
    return sender if isinstance(sender, str) else ""


def _receipt(given: Mapping[str, str], external_id: str) -> Receipt:
    state = MessageState(given["state"])
    if state not in STATES:
        raise ValueError("state")
    code = given.get("code", "")
    known = codes.ALL.get(code)
    return Receipt(
        external_id=external_id,
        provider="sandbox",
        provider_id=given["id"],
        key=given["key"],
        state=state,
        code=code,
        text=given.get("text", ""),
        permanent=known is not None and known.permanent,
        at=_instant(given["at"]),
    )


def _reply(given: Mapping[str, str], external_id: str) -> Reply:
    return Reply(
        external_id=external_id,
        channel=Channel(given["channel"]),
        sender=given["from"],
        to=given.get("to", ""),
        subject=given.get("subject", ""),
        body=given["body"],
        at=_instant(given["at"]),
    )


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
