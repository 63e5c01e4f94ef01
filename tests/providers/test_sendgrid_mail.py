"""Mail in through Inbound Parse, in both modes: read alike, believed only as far as SendGrid vouches, never forged."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.mime import Mail
from rekindle.providers.ports import Account, Event, Parsed, RefusedSignatureError, Reply, Request, UnparsableError
from rekindle.providers.ports.inbound import MEBIBYTE
from rekindle.providers.sendgrid.mail import SendGridMailInbound, mail_of
from rekindle.providers.sendgrid.multipart import MultipartError
from rekindle.providers.sendgrid.posted import Posted
from tests.conftest import NOON
from tests.providers.adapters_sendgrid import (
    BOUNDARY,
    ENVELOPE,
    FORM,
    HEADERS,
    PARSE,
    PARSE_PATH,
    POLICY,
    RAW,
    REPLY,
    form,
    public,
    signed,
)
from tests.providers.contract import account

INBOUND = SendGridMailInbound()
BOTH = pytest.mark.parametrize("fields", [REPLY, RAW], ids=["default", "raw"])
URL = f"https://rekindle.example/hooks/lakeside/sendgrid-mail/{PARSE_PATH}"


def request(body: bytes, *, tail: str = PARSE_PATH, kind: str = FORM) -> Request:
    headers = {"content-type": kind, **signed(body, int(NOON.timestamp()), POLICY)}
    return Request("POST", URL, tail, headers, body, NOON)


def mail(fields: dict[str, str | bytes], *files: tuple[str, str, str, bytes]) -> Mail:
    return mail_of(Posted.read(form(fields, *files), FORM))


def parsed(body: bytes, kind: str = FORM) -> tuple[Parsed, ...]:
    return INBOUND.parse(Event("evt", body, NOON, PARSE_PATH, kind), PARSE)


def name(fields: dict[str, str | bytes]) -> str:
    return INBOUND.verify(request(form(fields)), PARSE).external_id


@BOTH
def test_a_reply_is_read_with_its_thread_and_its_sender_vouched_for(fields: dict[str, str | bytes]) -> None:
    (word,) = parsed(form(fields))
    assert isinstance(word, Reply)
    assert (word.sender, word.thread, word.authentic) == ("ann@lake.example", "tok123abc", True)
    assert (word.body, word.subject, word.external_id) == ("Yes, Saturday works.", "Re: Your question", "evt")
    assert word.at == datetime(2026, 11, 24, 18, tzinfo=UTC)


@BOTH
def test_the_party_is_the_sender_and_the_name_is_message_id_and_envelope(fields: dict[str, str | bytes]) -> None:
    verified = INBOUND.verify(request(form(fields)), PARSE)
    assert verified.party == "ann@lake.example"
    assert verified.external_id == name(REPLY) == name(RAW)
    other = orjson.dumps({"to": ["other@parse.lakeside.example"], "from": "ann@lake.example"})
    assert name(fields | {"envelope": other}) != verified.external_id
    turned = orjson.dumps({"from": "ann@lake.example", "to": ["r.tok123abc@parse.lakeside.example"]})
    assert name(fields | {"envelope": turned}) == verified.external_id


def test_another_message_id_is_another_event_and_none_is_told_by_its_content() -> None:
    assert name(REPLY | {"headers": HEADERS.replace("<m1@", "<m2@")}) != name(REPLY)
    unnamed = REPLY | {"headers": HEADERS.replace("Message-ID:", "X-Other:")}
    assert name(unnamed) == name(unnamed) != name(unnamed | {"text": "No."})
    folded = REPLY | {"headers": HEADERS.replace("Message-ID: ", "message-id:\r\n ")}
    assert name(folded) == name(REPLY)


@pytest.mark.parametrize("tail", ["", "x", PARSE_PATH + "/", PARSE_PATH[:-1], PARSE_PATH.upper()])
def test_a_rightly_signed_post_to_another_path_is_refused(tail: str) -> None:
    with pytest.raises(RefusedSignatureError, match="URL"):
        INBOUND.verify(request(form(REPLY), tail=tail), PARSE)


@pytest.mark.parametrize(
    "half",
    [
        account("sendgrid", parse_path=PARSE_PATH, event_public_key=public(POLICY)),
        account("sendgrid", parse_public_key=public(POLICY)),
        account("sendgrid"),
    ],
)
def test_half_a_secret_is_no_endpoint(half: Account) -> None:
    for tail in (PARSE_PATH, ""):
        with pytest.raises(RefusedSignatureError):
            INBOUND.verify(request(form(REPLY), tail=tail), half)


@pytest.mark.parametrize(
    ("changes", "authentic"),
    [
        ({}, True),
        ({"dkim": "none"}, True),
        ({"SPF": "softfail"}, True),
        ({"dkim": "none", "SPF": "softfail"}, False),
        ({"dkim": "{@lake.example : fail}", "SPF": "fail"}, False),
        ({"dkim": "{@mailer.example : pass}", "SPF": "none"}, False),
        ({"dkim": "{@mailer.example : pass, @lake.example : pass}", "SPF": "none"}, True),
        ({"dkim": "{@mail.lake.example : pass}", "SPF": "none"}, True),
        ({"dkim": "{@evillake.example : pass}", "SPF": "none"}, False),
        ({"dkim": "{@example : pass}", "SPF": "none"}, False),
        ({"dkim": "none", "envelope": ENVELOPE.replace("ann@lake", "x@mailer")}, False),
        ({"dkim": "none", "envelope": "{}"}, False),
        ({"dkim": "", "SPF": ""}, False),
        ({"dkim": "none", "SPF": "Pass "}, True),
    ],
)
@BOTH
def test_authentic_is_what_passed_for_the_senders_own_domain(
    fields: dict[str, str | bytes], changes: dict[str, str | bytes], authentic: bool
) -> None:
    assert mail(fields | changes).authentic is authentic


def test_the_headers_of_a_stranger_vouch_for_nobody() -> None:
    forged = HEADERS + "Authentication-Results: mx.example; dkim=pass header.d=lake.example\r\n"
    assert not mail(REPLY | {"headers": forged, "dkim": "none", "SPF": "fail"}).authentic


def injected(*fields: tuple[str, str], end: bool = False) -> str:
    """What a mail may hold that knows SendGrid's boundary."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields]
    return "\r\n".join(["Hello", *parts, *([f"--{BOUNDARY}--"] if end else [])])


def test_a_mail_that_writes_its_own_verdict_is_not_believed() -> None:
    evil = {"dkim": "none", "SPF": "fail", "text": injected(("SPF", "pass"), ("dkim", "{@lake.example : pass}"))}
    assert not mail(REPLY | evil).authentic


def test_a_mail_that_writes_another_envelope_is_not_believed_nor_heard_by_it() -> None:
    other = orjson.dumps({"to": ["r.other@parse.lakeside.example"], "from": "ann@lake.example"}).decode()
    first = {name: REPLY[name] for name in ("headers", "dkim", "envelope", "SPF")}
    read = mail(first | {"text": injected(("envelope", other))})
    assert not read.authentic
    assert read.to[0] == "r.tok123abc@parse.lakeside.example"


@BOTH
def test_a_mail_that_ends_the_form_itself_is_kept_for_a_person(fields: dict[str, str | bytes]) -> None:
    where = "text" if "text" in fields else "email"
    body = form(fields | {where: str(fields[where]) + injected(("SPF", "pass"), end=True)})
    with pytest.raises(UnparsableError, match="follows its end"):
        parsed(body)


def test_charsets_are_those_that_sendgrid_names() -> None:
    charsets = '{"text":"iso-8859-1","html":"windows-1252"}'
    read = mail(
        REPLY | {"charsets": charsets, "text": "Größe".encode("latin-1"), "html": "<b>“x”</b>".encode("cp1252")}
    )
    assert (read.text, read.html) == ("Größe", "<b>“x”</b>")


@pytest.mark.parametrize("charset", ["hex", "no-such", "undefined", "unicode_escape", "", 5, None, "x" * 999])
def test_a_charset_that_is_none_is_read_all_the_same(charset: object) -> None:
    read = mail(REPLY | {"charsets": orjson.dumps({"text": charset}), "text": "Größe"})
    assert read.text == "Größe"


def test_a_mail_of_html_only_is_read_as_text() -> None:
    fields = {name: value for name, value in REPLY.items() if name != "text"}
    assert mail(fields | {"html": "<p>Yes,</p><p>Saturday.</p>"}).text.split() == ["Yes,", "Saturday."]


def test_attachments_come_along_with_name_type_and_size() -> None:
    pdf = ("attachment1", "offer.pdf", "application/pdf", b"%PDF\r\n\x00\xff--" + BOUNDARY.encode())
    (attachment,) = mail(REPLY | {"attachments": "1"}, pdf).attachments
    assert (attachment.name, attachment.content_type, attachment.size) == ("offer.pdf", "application/pdf", len(pdf[3]))
    assert attachment.body == pdf[3]


def test_a_file_called_like_a_field_is_no_field() -> None:
    evil = ("SPF", "SPF", "text/plain", b"pass")
    fields = {name: value for name, value in REPLY.items() if name != "SPF"} | {"dkim": "none"}
    assert not mail(fields, evil).authentic


def test_the_envelope_says_where_a_mail_went() -> None:
    to_others = HEADERS.replace("r.tok123abc@parse.lakeside.example", "list@somewhere.example")
    (word,) = parsed(form(REPLY | {"headers": to_others}))
    assert isinstance(word, Reply)
    assert word.thread == "tok123abc"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (form(REPLY)[:-40], FORM),
        (form(REPLY), "multipart/form-data"),
        (form(REPLY), "application/json"),
        (form(REPLY), ""),
        (form(REPLY), "multipart/form-data; boundary=" + "x" * 500),
        (form(REPLY), 'multipart/form-data; boundary="Größe\ud800"'),
        (form({"text": "x"}), FORM),
        (form({"headers": " "}), FORM),
        (form({"email": "no header at all"}), FORM),
        (form({f"f{n}": "" for n in range(1001)}), FORM),
    ],
)
def test_what_is_no_mail_is_unparsable_with_a_reason_and_has_a_name(body: bytes, kind: str) -> None:
    with pytest.raises(UnparsableError, match=r"\w"):
        parsed(body, kind)
    assert INBOUND.verify(request(body, kind=kind), PARSE).external_id.startswith("sha256:")


def test_a_mail_of_thirty_megabytes_fits_with_the_form_around_it() -> None:
    body = form(REPLY, ("attachment1", "big.bin", "application/octet-stream", b"\x00" * (30 * MEBIBYTE)))
    assert len(body) <= INBOUND.limit
    assert INBOUND.verify(request(body), PARSE).external_id == name(REPLY)


junk = st.text(max_size=60) | st.binary(max_size=60)
fields = st.dictionaries(st.sampled_from([*REPLY, *RAW, "attachment1"]), junk, max_size=8)


@given(fields, st.sampled_from([REPLY, RAW, {}]))
def test_any_form_is_our_words_or_unparsable(
    given_fields: dict[str, str | bytes], base: dict[str, str | bytes]
) -> None:
    body = form({name: _bytes(value) for name, value in (base | given_fields).items()})
    try:
        words = parsed(body)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    else:
        assert words
    assert len(INBOUND.verify(request(body), PARSE).external_id) <= 200


@given(st.binary(max_size=300), st.text(max_size=60) | st.just(FORM))
def test_any_bytes_of_any_type_are_unparsable_or_our_words(body: bytes, kind: str) -> None:
    try:
        parsed(body, kind)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    asked = request(body, kind=kind)
    assert INBOUND.verify(asked, PARSE) == INBOUND.verify(replace(asked, url="https://x.example"), PARSE)


@given(st.binary(max_size=200))
def test_what_a_form_holds_comes_out_as_it_went_in(content: bytes) -> None:
    try:
        parts = Posted.read(form({"text": content}), FORM).parts
    except MultipartError:
        assert BOUNDARY.encode() in content
    else:
        assert parts[0].body == content


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else value
