"""The webhook source `sendgrid-mail`: whatever arrives at the office's inbound mail domain (SendGrid's Inbound Parse).

Signed by the security policy attached to the parse setting, and posted to a path nobody can guess; both are required,
because the policy is off until somebody makes one, and without it anybody could post mail in anybody's name.
"""

from dataclasses import replace

from rekindle.providers import mime, plain
from rekindle.providers.mime import html, text
from rekindle.providers.ports import (
    Account,
    Event,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)
from rekindle.providers.ports.inbound import MEBIBYTE
from rekindle.providers.sendgrid import PROVIDER, signature
from rekindle.providers.sendgrid.multipart import MultipartError
from rekindle.providers.sendgrid.posted import Posted


class SendGridMailInbound(Inbound):
    """Replies, bounces and portals' lead mails. SendGrid takes mail up to 30 MB; the form around it needs some more."""

    source = "sendgrid-mail"
    provider = PROVIDER
    limit = 32 * MEBIBYTE
    tails = True
    tail_field = "parse_path"

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by Message-ID and envelope; raises RefusedSignatureError."""
        path = account.get("parse_path")
        if not path or not plain.same(request.tail, path):
            raise RefusedSignatureError("the last part of the URL is not ours")
        signature.check(request, account.get("parse_public_key"))
        try:
            posted = Posted.read(request.body, request.headers.get("content-type", ""))
        except MultipartError:
            return Verified(plain.hashed(request.body))
        return Verified(posted.name, posted.party)

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the post says it all
        """What the mail says; raises UnparsableError."""
        try:
            posted = Posted.read(event.body, event.content_type)
        except MultipartError as error:
            raise UnparsableError(f"the post is no form as SendGrid sends it: {error}") from error
        return mime.words(mail_of(posted), external_id=event.external_id, source=self.source)


def mail_of(posted: Posted) -> mime.Mail:
    """The mail in a post of either mode; raises UnparsableError."""
    if posted.whole:
        read = mime.read(posted.whole)
    elif posted.raw("headers").strip():
        read = _joined(posted)
    else:
        raise UnparsableError("the post holds neither a mail nor its headers")
    to = tuple(dict.fromkeys((*posted.recipients, *read.to)))
    return replace(read, to=to, authentic=posted.vouched(read.sender))


def _joined(posted: Posted) -> mime.Mail:
    """Headers as they came, bodies as SendGrid took them out."""
    head = mime.read(posted.raw("headers").strip() + b"\r\n\r\n")
    markup = text.lines(posted.text("html"))
    return replace(
        head,
        text=text.lines(posted.text("text")) or html.to_text(markup),
        html=markup,
        attachments=tuple(
            mime.Attachment(plain.line(part.filename), plain.line(part.content_type), len(part.body), part.body)
            for part in posted.parts
            if part.filename
        ),
    )
