"""Bounces come to receipts: a dead mailbox, a policy, a full mailbox and a delay are not the same."""

import pytest

from rekindle.decide.words import MessageState
from rekindle.providers import mime
from rekindle.providers.ports import Consequence, Ignored, Receipt, UnparsableError
from tests.providers import mails

OURS = "0190f6d2-a1b2-7c3d-8e4f-5a6b7c8d9e0f"


@pytest.mark.parametrize(
    ("name", "code", "permanent", "consequence"),
    [
        ("bounce_dead", "5.1.1", True, Consequence.DEAD_ADDRESS),
        ("bounce_vague", "5.1.10", True, Consequence.DEAD_ADDRESS),
        ("bounce_policy", "5.7.1", False, Consequence.ALERT),
        ("bounce_full", "5.2.2", False, Consequence.RETRY_ONCE),
        ("bounce_expired", "4.4.7", False, Consequence.RETRY_ONCE),
    ],
)
def test_a_bounce_names_our_message_and_what_it_means(
    name: str, code: str, permanent: bool, consequence: Consequence
) -> None:
    word = mails.said(name)
    assert isinstance(word, Receipt)
    assert (word.state, word.message_id) == (MessageState.UNDELIVERED, OURS)
    assert (word.code, word.permanent, word.consequence) == (code, permanent, consequence)
    assert word.provider_id == f"<{OURS}@lakeside.example>"


def test_a_mail_still_being_tried_is_not_undelivered() -> None:
    assert isinstance(mails.said("bounce_delayed"), Ignored)


def test_a_delivered_report_says_so() -> None:
    raw = mails.raw("bounce_dead").replace(b"Action: failed", b"Action: delivered").replace(b"5.1.1", b"2.0.0")
    [word] = mime.words(mime.read(raw), external_id="e", source="mail")
    assert isinstance(word, Receipt)
    assert (word.state, word.code, word.permanent) == (MessageState.DELIVERED, "", False)


def test_a_bounce_of_somebody_elses_mail_goes_to_a_person() -> None:
    raw = mails.raw("bounce_vague").replace(b"Message-ID", b"X-A").replace(b"X-Rekindle-Id", b"X-B")
    with pytest.raises(UnparsableError, match="which message"):
        mime.words(mime.read(raw), external_id="e", source="mail")


def test_an_old_fashioned_bounce_is_read_by_the_address_it_came_to() -> None:
    head = (
        f"From: MAILER-DAEMON@mx.example\nTo: b.{OURS.replace('-', '')}@bounce.lakeside.example\nSubject: failure\n\n"
    )
    text = "Sorry, I was not able to deliver.\n<nora@mail.example>: 550 5.1.1 no such user\n"
    [word] = mime.words(mime.read((head + text).encode()), external_id="e", source="mail")
    assert isinstance(word, Receipt)
    assert (word.message_id, word.code, word.permanent) == (OURS, "5.1.1", True)
    with pytest.raises(UnparsableError, match="no status"):
        mime.words(mime.read((head + "It failed.").encode()), external_id="e", source="mail")


def test_the_envelopes_id_names_our_message_where_all_else_is_cut_off() -> None:
    raw = mails.raw("bounce_vague").replace(b"Message-ID", b"X-A").replace(b"X-Rekindle-Id", b"X-B")
    raw = raw.replace(b"Reporting-MTA", f"Original-Envelope-Id: {OURS.replace('-', '')}\nReporting-MTA".encode())
    [word] = mime.words(mime.read(raw), external_id="e", source="mail")
    assert isinstance(word, Receipt)
    assert word.message_id == OURS
