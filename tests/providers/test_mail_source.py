"""The hook a mail server posts to: one mail is one event, whatever id its request bears."""

from dataclasses import replace

import pytest

from rekindle.kit.settings import SettingsError
from rekindle.providers import standard_webhooks
from rekindle.providers.mail import settings
from rekindle.providers.mail.source import MailInbound
from rekindle.providers.ports import Account, Request
from tests.conftest import NOON
from tests.providers import mails
from tests.providers.adapters_mail import SECRET
from tests.providers.contract import account

HOOK = "https://rekindle.example/hooks/lakeside/mail"


def posted(raw: bytes, event_id: str) -> tuple[Request, Account]:
    headers = standard_webhooks.sign(raw, event_id=event_id, at=NOON, secret=SECRET.encode())
    return Request("POST", HOOK, "", headers, raw, NOON), account("mail", secret=SECRET)


def test_a_mail_posted_again_under_another_id_is_the_same_event() -> None:
    first = MailInbound().verify(*posted(mails.raw("reply_gmail"), "evt_1"))
    again = MailInbound().verify(*posted(mails.raw("reply_gmail"), "evt_2"))
    assert first == again
    assert MailInbound().verify(*posted(mails.raw("reply_apple"), "evt_1")).external_id != first.external_id


def test_two_mails_of_a_form_that_gives_all_the_same_message_id_are_two_events() -> None:
    raw = b"Message-ID: <form@lakeside.example>\n" + mails.raw("form")
    other = raw.replace(b"Finn", b"Gwen")
    names = {MailInbound().verify(*posted(each, "evt_1")).external_id for each in (raw, other)}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("name", "party"), [("reply_gmail", "nora@mail.example"), ("adf_attached", ""), ("bounce_dead", "")]
)
def test_a_persons_mails_keep_their_order_and_a_portals_do_not_wait_for_each_other(name: str, party: str) -> None:
    assert MailInbound().verify(*posted(mails.raw(name), "evt_1")).party == party


def test_headers_nobody_signed_change_nothing() -> None:
    request, signer = posted(mails.raw("reply_gmail"), "evt_1")
    changed = replace(request, headers={**request.headers, "x-forwarded-for": "203.0.113.9"})
    assert MailInbound().verify(changed, signer) == MailInbound().verify(request, signer)


def test_a_file_of_authorities_that_cannot_be_read_is_named() -> None:
    with pytest.raises(SettingsError, match="REKINDLE_MAIL_CA"):
        settings.read({"REKINDLE_MAIL_CA": "/nowhere/ca.pem"})
    assert settings.read({}).tls.check_hostname
