"""Meta's webhook of lead forms, for the contract suite."""

import hashlib
import hmac
from collections.abc import Mapping

import orjson

from rekindle.providers.meta.inbound import MetaInbound
from rekindle.providers.meta.settings import MetaSettings
from rekindle.providers.ports import Account, Request
from tests.providers.contract import Adapter, Sample, account

SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = MetaSettings("https://graph.example/v25.0", SECRET, "verify-token-of-ours")
PAGE = "1029384756"


def update(lead: object, page: object = PAGE, field: str = "leadgen") -> dict[str, object]:
    """One update of one page, as it stands in a webhook."""
    value = {"leadgen_id": lead, "page_id": page, "form_id": "447333180259108", "created_time": 1795543170}
    return {"id": page, "time": 1795543171, "changes": [{"field": field, "value": value}]}


def body(*entries: dict[str, object]) -> bytes:
    return orjson.dumps({"object": "page", "entry": list(entries)})


def hub(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 the secret is the app's
    return {"x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()}


ADAPTERS = (
    Adapter(
        MetaInbound(SETTINGS),
        account("meta", page_id=PAGE, page_token="t"),
        (account("meta", page_token="t"), account("meta", page_id="", page_token="t")),
        hub,
        (
            Sample(body(update("66861076766107789"))),
            Sample(body(update("668"), update("669"), update(777, page="555"))),
            # Letters are escaped on the wire, and signed as escaped: decoding and encoding again would break it.
            Sample(b'{"object":"page","entry":[{"id":"1029384756","name":"Jos\\u00e9","changes":[]}]}'),
        ),
    ),
)
