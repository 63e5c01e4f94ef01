"""The mail hook for the contract suite: a mail server's post, signed with Standard Webhooks."""

from collections.abc import Mapping
from datetime import timedelta

from rekindle.providers import standard_webhooks
from rekindle.providers.mail.source import MailInbound
from rekindle.providers.ports import Account, Request
from tests.providers import mails
from tests.providers.contract import Adapter, Sample, account

SECRET = "whsec_bWFpbCBob29r"


def sign(request: Request, signer: Account) -> Mapping[str, str]:
    secret = signer.get("secret").encode()
    return standard_webhooks.sign(request.body, event_id="evt_mail_1", at=request.at, secret=secret)


ADAPTERS = (
    Adapter(
        MailInbound(),
        account("mail", secret=SECRET, trusted_authserv="mx.lakeside.example"),
        tuple(account("mail", secret=key) for key in ("", "x", SECRET + "BBBB", "whsec_", "whsec_%%%")),
        sign,
        tuple(
            Sample(mails.raw(name), content_type="message/rfc822")
            for name in ("portal_table", "adf_attached", "reply_gmail", "bounce_dead", "unsubscribe")
        ),
        fresh=timedelta(minutes=5),
    ),
)
