"""Apollo's callback for the contract suite. Nothing signs it: the one-time address does."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from rekindle.providers.apollo import token
from rekindle.providers.apollo.inbound import ApolloInbound
from rekindle.providers.ports import Account, Request
from tests.conftest import NOON
from tests.providers.contract import Adapter, Sample, account

LEAD = UUID("11111111-2222-3333-4444-555555555555")
SECRET = "callback-secret"
TAIL = token.make(LEAD, expires_at=NOON + timedelta(days=7), nonce="n0nce-of-24-letters_____", secret=SECRET)
WATERFALL = (
    b'{"status":"success","request_id":-8351464734221602675,"people":[],"credits_consumed":9,"target_fields":[]}'
)
PLAIN = b'{"status":"success","people":[{"id":"1","phone_numbers":[{"sanitized_number":"+13125550142"}]}]}'


def unsigned(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 there is nothing to sign with
    return {}


ADAPTERS = (
    Adapter(
        ApolloInbound(),
        account("apollo", api_key="key", callback_secret=SECRET),
        (account("apollo", callback_secret=""), account("apollo", callback_secret=SECRET + "x")),
        unsigned,
        (Sample(WATERFALL, tail=TAIL), Sample(PLAIN, tail=TAIL)),
        covers_body=False,
        by_url=True,
    ),
)
