"""Whatever the bytes of a mail: it is read, or refused with a reason, and nothing else, and soon."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.providers import mime
from rekindle.providers.mime import addresses, html, labelled, quoting
from rekindle.providers.ports import UnparsableError
from tests.providers import mails

HEADS = (b"From", b"To", b"Subject", b"Date", b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition")
PIECES = st.sampled_from(
    (
        b"\r\n",
        b"\n\n",
        b"\x00",
        b"\xff",
        b"=?utf-8?q?",
        b"?=",
        b"((((",
        b'"',
        b"<",
        b"multipart/mixed; boundary=",
        b"--",
        b"charset*0*=",
        b"charset=idna",
        b"charset=\x00",
        b"message/rfc822",
        b"text/html",
        b"base64",
        b"name*=x''%ff",
    )
)


def handled(raw: bytes) -> None:
    with contextlib.suppress(UnparsableError):
        assert mime.words(mime.read(raw, trusted_authserv="mx.example"), external_id="e", source="mail")


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    handled(raw)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HEADS), st.lists(PIECES | st.binary(max_size=12), max_size=6)), max_size=8))
def test_any_headers_are_read_or_refused(heads: list[tuple[bytes, list[bytes]]]) -> None:
    handled(b"".join(name + b": " + b"".join(parts) + b"\r\n" for name, parts in heads) + b"\r\nName: x\r\n")


@settings(deadline=None)
@given(st.sampled_from(mails.NAMES), st.integers(0, 4000), st.integers(0, 40), PIECES | st.binary(max_size=40))
def test_damaged_mails_are_read_or_refused(name: str, at: int, cut: int, put: bytes) -> None:
    raw = mails.raw(name)
    at %= len(raw)
    handled(raw[:at] + put + raw[at + cut :])


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_taken_apart(said: str) -> None:
    labelled.read(said)
    quoting.new_text(said)
    addresses.emails(said)
    addresses.phone(said)
    assert not re.search(r"<(?:script|td)>", html.to_text(f"<script>{said}</script>a<td>b"))


MANY = 300_000


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\n" + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 2000,
        b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 2000,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<!--" * MANY,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<a href='" * MANY,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<blockquote>" * 80_000,
        b"From: " + b"(" * MANY + b"\n\n",
        b"From: " + b"a@" * MANY + b"\n\n",
        b"Subject: " + b"=?a?q?" * MANY + b"\n\n",
        b"From: a@b.example\nSubject: x\n\n" + b"On a b wrote:\n> q\n" * 50_000 + b"end",
        b"From: a@b.example\nSubject: New lead\n\n" + b"Message:\n" * 100_000,
        b"From: a@b.example\nSubject: New lead\n\n" + b"1-" * MANY,
        b"From: a@b.example\nSubject: New lead\n\n" + b"a." * MANY + b"@" + b"b." * MANY,
        b"From: a@b.example\nSubject: New lead\n\n<adf>" + b"<a>" * MANY + b"</adf>",
        b"From: a@b.example\nContent-Type: text/plain; charset=idna\n\n" + b"xn--a" * MANY,
        b"X: y\n" * MANY + b"From: a@b.example\n\n",
        b"From: a@b.example\n\n" + b"\n" * 4_000_000,
    ],
    ids=lambda raw: f"{len(raw)}-{raw[17:60]!r}",
)
@pytest.mark.timeout(60)
def test_mails_built_to_take_forever_do_not(raw: bytes) -> None:
    handled(raw)


def test_a_mail_above_thirty_megabytes_is_refused() -> None:
    with pytest.raises(UnparsableError, match="30 MB"):
        mime.read(b"From: a@b.example\n\n" + b"x" * (30 * 1024 * 1024))
