"""Twilio's webhooks for the contract suite: a reply, a picture, an opt-out and a status callback."""

from collections.abc import Mapping
from urllib.parse import urlencode

from rekindle.providers.ports import Account, Request
from rekindle.providers.twilio import verify
from rekindle.providers.twilio.inbound import TwilioInbound
from tests.providers.contract import Adapter, Sample, account
from tests.providers.fake_twilio import SID, TOKEN

MESSAGE = "11111111-2222-3333-4444-555555555555"
REPLY = {
    "AccountSid": SID,
    "ApiVersion": "2010-04-01",
    "Body": "Yes, is 12 Elm still free? 5 of us ",
    "From": "+13125550142",
    "FromCity": "",
    "MessageSid": "SM" + "1" * 32,
    "MessagingServiceSid": "MG" + "b" * 32,
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsMessageSid": "SM" + "1" * 32,
    "SmsSid": "SM" + "1" * 32,
    "SmsStatus": "received",
    "To": "+13125550100",
}
STATUS = {
    "AccountSid": SID,
    "ApiVersion": "2010-04-01",
    "ErrorCode": "30005",
    "From": "+13125550100",
    "MessageSid": "SM" + "2" * 32,
    "MessageStatus": "undelivered",
    "SmsSid": "SM" + "2" * 32,
    "SmsStatus": "undelivered",
    "To": "+13125550142",
}
FORM = "application/x-www-form-urlencoded"


def form(fields: Mapping[str, str], **changes: str) -> bytes:
    """The body Twilio posts."""
    return urlencode({**fields, **changes}).encode()


def signed(request: Request, signer: Account) -> Mapping[str, str]:
    return {"x-twilio-signature": verify.signature(request.url, request.body, signer.get("auth_token"))}


ADAPTERS = (
    Adapter(
        TwilioInbound(),
        account("twilio", account_sid=SID, auth_token=TOKEN),
        (
            account("twilio", account_sid=SID, auth_token=""),
            account("twilio", account_sid=SID, auth_token=TOKEN[:-1]),
            account("twilio", account_sid="AC" + "d" * 32, auth_token=TOKEN),
            account("twilio", account_sid="", auth_token=TOKEN),
        ),
        signed,
        (
            Sample(form(REPLY), content_type=FORM),
            Sample(
                form(REPLY, MessageSid="MM" + "3" * 32, NumMedia="1", MediaUrl0="https://api.example/5/m"),
                content_type=FORM,
            ),
            Sample(form(REPLY, Body="STOP", OptOutType="STOP"), content_type=FORM),
            Sample(form(STATUS), tail=f"status/{MESSAGE}", content_type=FORM),
            Sample(form(STATUS), content_type=FORM),
        ),
    ),
)
