"""The webhook source `mail`: a mail server posts each mail as it came, signed with the office's mail secret."""

import hashlib

from rekindle.decide.words import Lane
from rekindle.providers import mime, standard_webhooks
from rekindle.providers.mime import addresses, reading
from rekindle.providers.ports import Account, Event, Inbound, Parsed, Request, Verified

HEAD = 64_000  # bytes; where the headers stand


class MailInbound(Inbound):
    """Standard Webhooks in front, one mail (message/rfc822) behind."""

    source = "mail"
    provider = "mail"
    lane = Lane.FIRST_TOUCH
    limit = reading.LIMIT

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by its bytes: a mail server that tries again makes a new webhook-id; raises RefusedSignatureError."""
        standard_webhooks.verified(request, account)
        return Verified(name_of(request.body), _party(request.body))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """What the mail says; raises UnparsableError."""
        mail = mime.read(event.body, trusted_authserv=account.get("trusted_authserv"))
        return mime.words(mail, external_id=event.external_id, source=self.source)


def name_of(raw: bytes) -> str:
    """The mail's id. Its Message-ID will not do: web forms give all their mails the same one."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def _party(raw: bytes) -> str:
    """Whose mails must be handled in order: the person's, never all of a portal's one after the other."""
    sender = addresses.sender_of(raw[:HEAD])
    return "" if addresses.machine(sender) else sender.lower()[:254]
