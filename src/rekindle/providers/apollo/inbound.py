"""The webhook source `apollo`: the call that says a result is there. Apollo signs nothing: the address is the proof."""

import re

from rekindle.providers.apollo import json_text, token
from rekindle.providers.apollo.result import SOURCE
from rekindle.providers.ports import (
    Account,
    Event,
    Fetch,
    Ignored,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

_REQUEST = re.compile(r"-?[0-9]{1,20}")


class ApolloInbound(Inbound):
    """One address a request, made by the enricher, good for one event and for some days."""

    source = "apollo"
    provider = "apollo"
    limit = 256 * 1024
    tails = True
    pasted = False  # every question carries an address of its own

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by the address's nonce, so that it counts once; raises RefusedSignatureError."""
        if request.method != "POST" or len(request.body) > self.limit:
            raise RefusedSignatureError("not a callback of Apollo's")
        try:
            known = token.opened(request.tail, secret=account.get("callback_secret"), at=request.at)
        except token.TokenError as error:
            raise RefusedSignatureError(str(error)) from error
        if not json_text.fields(request.body):
            # Junk must not use up the one event an address is good for.
            raise RefusedSignatureError("the body is not a JSON object")
        return Verified(known.nonce, party=known.lead)

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 nothing of it is needed
        """What to fetch; raises UnparsableError. Nothing else in it is believed."""
        fields = json_text.fields(event.body)
        if not fields:
            raise UnparsableError("the body is not a JSON object")
        lead, request = event.tail.partition(".")[0], fields.get("request_id")
        if request is None:
            # A plain phone callback names no request; the number Apollo gave when asked is polled anyway.
            return (Ignored("it names no request: the result is fetched by the number Apollo gave when asked"),)
        if not isinstance(request, str) or not _REQUEST.fullmatch(request):
            raise UnparsableError("request_id is no number")
        return (Fetch(event.external_id, SOURCE, f"{lead}:{request}", None),)
