"""The webhook source `twilio`: texts from leads, and what became of ours."""

import re
from collections.abc import Mapping

from rekindle.providers.ports import (
    Account,
    Event,
    HookAnswer,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)
from rekindle.providers.twilio import fields, receipt, reply, verify

HEADER = "x-twilio-signature"
ANSWER = HookAnswer(200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')

_PARTY = re.compile(r"(rcs:)?\+?[0-9]{3,15}|[\w &.-]{1,11}|[a-z]{2,20}:\S{1,150}")

# Names and values are signed without separators, so a captured request can be cut again into other names. A field
# that lost or gained letters that way must not pass for whole: it would make a new event of an old one.
_SHAPES = {
    "AccountSid": re.compile(r"AC[0-9a-f]{32}"),
    "MessageSid": re.compile(r"(SM|MM)[0-9a-f]{32}"),
    "MessageStatus": re.compile(r"[a-z_]{1,30}"),
    "From": _PARTY,
    "To": _PARTY,
}
_REPLY = ("AccountSid", "MessageSid", "From", "To")
_STATUS = ("AccountSid", "MessageSid", "MessageStatus")
_STATUS_TAIL = re.compile(r"status/(?P<message>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class TwilioInbound(Inbound):
    """Signed with the account's auth token; during its rotation either of two tokens will do."""

    source = "twilio"
    provider = "twilio"
    limit = 256 * 1024
    tails = True
    answer = ANSWER

    def verify(self, request: Request, account: Account) -> Verified:
        """A text is named by its sid, a callback by sid and status; raises RefusedSignatureError."""
        signature = request.headers.get(HEADER, "")
        tokens = (account.get("auth_token"), account.get("auth_token_next"))
        fits = [verify.genuine(request.url, request.body, signature, token) for token in tokens]
        if request.method != "POST" or not any(fits):
            raise RefusedSignatureError("X-Twilio-Signature does not fit")
        content_type = request.headers.get("content-type", "")
        if fields.is_json(content_type) and f"{verify.BODY_HASH}=" not in request.url:
            raise RefusedSignatureError("a JSON body without its hash in the URL is not signed")
        given = _whole(request.body, content_type, request.tail)
        if given["AccountSid"] != account.get("account_sid"):
            raise RefusedSignatureError("AccountSid is not the account's own")
        if "MessageStatus" in given:
            return Verified(f"{given['MessageSid']}:{given['MessageStatus']}")
        return Verified(given["MessageSid"], party=reply.sender(given))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 nothing of it is needed
        """A reply or a receipt; raises UnparsableError."""
        try:
            given = _whole(event.body, event.content_type, event.tail)
        except RefusedSignatureError as error:
            raise UnparsableError(str(error)) from error
        if "MessageStatus" not in given:
            return (reply.read(given, event.external_id),)
        tail = _STATUS_TAIL.fullmatch(event.tail)
        return (receipt.read(given, event.external_id, message_id=tail["message"] if tail else ""),)


def _whole(body: bytes, content_type: str, tail: str) -> Mapping[str, str]:
    """The fields, when all that their kind must have is there; raises RefusedSignatureError."""
    try:
        given = fields.read(body, content_type)
    except fields.FieldsError as error:
        raise RefusedSignatureError(str(error)) from error
    if tail and not _STATUS_TAIL.fullmatch(tail):
        raise RefusedSignatureError("the path is none of ours")
    status = bool(tail) or "MessageStatus" in given
    for name in _STATUS if status else _REPLY:
        if not _SHAPES[name].fullmatch(given.get(name, "")):
            raise RefusedSignatureError(f"{name} is missing or malformed")
    if not status and "Body" not in given:
        raise RefusedSignatureError("Body is missing")
    return given
