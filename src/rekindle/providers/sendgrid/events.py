"""The webhook source `sendgrid`: batches of what became of mail (SendGrid's Event Webhook, signed)."""

import orjson

from rekindle.providers import plain
from rekindle.providers.ports import Account, Event, Ignored, Inbound, Parsed, Request, UnparsableError, Verified
from rekindle.providers.sendgrid import PROVIDER, signature, word


class SendGridInbound(Inbound):
    """SendGrid posts every 30 seconds or 768 KB, mixing messages and persons, in no order, often more than once."""

    source = "sendgrid"
    provider = PROVIDER
    limit = 2 * 1024 * 1024

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by the events in it, so a repeated batch is one event; raises RefusedSignatureError."""
        signature.check(request, account.get("event_public_key"))
        events = _objects(request.body)
        ids = sorted(plain.line(event.get("sg_event_id")) for event in events)
        people = {plain.line(event.get("email")).lower() for event in events}
        known = bool(ids) and all(ids)
        return Verified(
            plain.hashed("\n".join(ids).encode() if known else request.body),
            people.pop() if len(people) == 1 else "",
        )

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the events say it all
        """Every event as our word, in the order given; raises UnparsableError."""
        try:
            given = orjson.loads(event.body)
        except orjson.JSONDecodeError as error:
            raise UnparsableError("the body is not JSON") from error
        if not isinstance(given, list):
            raise UnparsableError("the body is JSON but not a list of events")
        if not given:
            return (Ignored("an empty batch"),)
        if not any(isinstance(one, dict) for one in given):
            raise UnparsableError("the list holds no event")
        # One malformed event must not cost the others of its batch.
        return tuple(
            parsed
            for place, one in enumerate(given)
            for parsed in (
                word.of(one, fallback=f"{event.external_id}:{place}")
                if isinstance(one, dict)
                else (Ignored("not an event"),)
            )
        )


def _objects(body: bytes) -> list[dict[str, object]]:
    try:
        return plain.objects(orjson.loads(body))
    except orjson.JSONDecodeError:
        return []
