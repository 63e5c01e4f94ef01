"""What else comes by mail: replies, absence, unsubscribe, newsletters, people without a token; and who vouches."""

import pytest

from rekindle.decide.words import Channel
from rekindle.providers import mime
from rekindle.providers.mime import quoting
from rekindle.providers.ports import Ignored, OptedOut, Reply, UnparsableError
from tests.providers import mails

TOKEN = "tok3nTOK3N"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("reply_gmail", "Yes please, Saturday works."),
        ("reply_gmail_es", "Sí, el sábado me viene bien."),
        ("reply_outlook", "Saturday works.\n\nNora"),
        ("reply_outlook_es", "El sábado está bien."),
        ("reply_apple", "Saturday works."),
        ("reply_html", "Saturday works."),
        ("reply_below", "Please stop writing to me."),
        ("reply_only_quote", "> Hi Nora, would you like to see 12 Oak St?"),
    ],
)
def test_a_reply_is_its_new_text(name: str, body: str) -> None:
    word = mails.said(name)
    assert isinstance(word, Reply)
    assert (word.body, word.thread, word.sender, word.channel) == (body, TOKEN, "nora@mail.example", Channel.EMAIL)
    assert not word.automatic
    assert not word.authentic


def test_a_machines_absence_note_is_told_as_such() -> None:
    word = mails.said("absence")
    assert isinstance(word, Reply)
    assert word.automatic
    assert word.thread == TOKEN


def test_an_unsubscribe_mail_carries_its_token_and_its_sender() -> None:
    word = mails.said("unsubscribe")
    assert isinstance(word, OptedOut)
    assert (word.address, word.token, word.rule) == ("mia@mail.example", TOKEN, "mail:unsubscribe")
    assert word.channels == {Channel.EMAIL}
    assert not word.complaint


def test_an_unsubscribe_mail_counts_even_when_a_button_wrote_it() -> None:
    raw = mails.raw("unsubscribe").replace(b"Date:", b"Auto-Submitted: auto-replied\nDate:")
    [word] = mime.words(mime.read(raw), external_id="e", source="mail")
    assert isinstance(word, OptedOut)


def test_a_spam_report_ends_mail_to_whoever_complained() -> None:
    word = mails.said("complaint")
    assert isinstance(word, OptedOut)
    assert (word.address, word.rule, word.complaint) == ("nora@mail.example", "mail:complaint", True)
    assert word.channels == {Channel.EMAIL}


@pytest.mark.parametrize(("old", "why"), [(b"X-Rekindle-Id", "which message"), (b"Original-Rcpt-To", "who complained")])
def test_a_spam_report_about_nothing_of_ours_goes_to_a_person(old: bytes, why: str) -> None:
    raw = mails.raw("complaint").replace(old, b"X-Other")
    with pytest.raises(UnparsableError, match=why):
        mime.words(mime.read(raw), external_id="e", source="mail")


def test_a_newsletter_needs_nothing() -> None:
    assert isinstance(mails.said("newsletter"), Ignored)


def test_a_person_with_a_phone_number_in_the_signature_writes_a_reply() -> None:
    word = mails.said("person")
    assert isinstance(word, Reply)
    assert (word.sender, word.thread) == ("kim@mail.example", "")
    assert word.body == "Hello, is the house on Oak still for sale?"


def test_our_own_mail_that_comes_back_needs_nothing() -> None:
    raw = mails.raw("person").replace(b"Date:", b"X-Rekindle-Id: 0190f6d2-a1b2-7c3d-8e4f-5a6b7c8d9e0f\nDate:")
    [word] = mime.words(mime.read(raw), external_id="e", source="mail")
    assert isinstance(word, Ignored)


def test_a_long_history_of_quotes_is_cut_without_losing_what_was_said_first() -> None:
    text = "stop\n\n" + "\n".join(f"On day {n} somebody wrote:" for n in range(5000))
    assert quoting.new_text(text) == "stop"


RESULT = "Authentication-Results: mx.lakeside.example; dkim=pass header.d=mail.example; spf=fail"


@pytest.mark.parametrize(
    ("head", "trusted", "authentic"),
    [
        (RESULT, "mx.lakeside.example", True),
        (RESULT, "", False),
        (RESULT, "other.example", False),
        (RESULT.replace("mail.example", "evil.example"), "mx.lakeside.example", False),
        (RESULT.replace("pass", "fail"), "mx.lakeside.example", False),
        (RESULT.replace("dkim=pass header.d", "dmarc=pass header.from"), "MX.lakeside.example", True),
        (RESULT.replace("dkim=pass header.d=", "spf=pass smtp.mailfrom=nora@"), "mx.lakeside.example", True),
        (RESULT.replace("dkim=pass", "x=1 (dkim=pass)"), "mx.lakeside.example", False),
        # Below the trusted server's own word stands what came with the mail.
        ("Authentication-Results: mx.lakeside.example; none\n" + RESULT, "mx.lakeside.example", False),
        ("Authentication-Results: forged.example; dkim=pass header.d=mail.example", "mx.lakeside.example", False),
    ],
)
def test_only_the_trusted_servers_topmost_word_vouches_for_a_sender(head: str, trusted: str, authentic: bool) -> None:
    raw = head.encode() + b"\n" + mails.raw("reply_gmail")
    mail = mime.read(raw, trusted_authserv=trusted)
    assert mail.authentic is authentic
    [word] = mime.words(mail, external_id="e", source="mail")
    assert isinstance(word, Reply)
    assert word.authentic is authentic
