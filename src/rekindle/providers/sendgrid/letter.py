"""The JSON of one mail for /v3/mail/send."""

from email.utils import parseaddr
from typing import Any

from rekindle.providers.ports import Account, Outgoing
from rekindle.providers.sendgrid.word import SEND_ID


def of(outgoing: Outgoing, account: Account) -> dict[str, Any]:
    """One person, one message; custom arguments count as not personal at SendGrid, so only our opaque id is one."""
    others = {name: value for name, value in outgoing.headers if name.lower() != "reply-to"}
    letter: dict[str, Any] = {
        "personalizations": [{"to": [{"email": outgoing.to}]}],
        "from": person(outgoing.sender, outgoing.sender_name),
        "subject": outgoing.subject or "",
        "content": [{"type": "text/plain", "value": outgoing.body}],
        "custom_args": {SEND_ID: str(outgoing.message_id)},
        "tracking_settings": tracking(account),
    }
    # SendGrid refuses a Reply-To among the headers; it has a field of its own.
    for name, value in outgoing.headers:
        if name.lower() == "reply-to":
            shown, address = parseaddr(value)
            letter["reply_to"] = person(address or value, shown)
    return letter | ({"headers": others} if others else {})


def person(address: str, name: str = "") -> dict[str, str]:
    """An address, with the name people see if there is one."""
    return {"email": address, "name": name} if name else {"email": address}


def tracking(account: Account) -> dict[str, Any]:
    """Said every time: an account's own settings may rewrite links and add an unsubscribe footer we know nothing of."""
    clicks, opens = account.get("track_clicks") == "on", account.get("track_opens") == "on"
    return {
        "click_tracking": {"enable": clicks, "enable_text": clicks},
        "open_tracking": {"enable": opens},
        "subscription_tracking": {"enable": False},
    }
