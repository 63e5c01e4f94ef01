"""The form source: what people type becomes an enquiry, what is wrong is named, a genuine lead is not turned away."""

import dataclasses
from datetime import UTC, datetime
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.words import Basis, Channel
from rekindle.providers.form import fields
from rekindle.providers.form.fields import FieldError
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Enquiry, Event, GivenConsent, Parsed, UnparsableError
from tests.conftest import NOON
from tests.providers.contract import account

FULL = {
    "name": "  Ann\tLee ",
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "Ann.Lee@mail.example",
    "phone": "(312) 555-0142 x9",
    "kind": "Buyer",
    "message": "Is it free?\r\nWhen can I see it?",
    "page": "https://lakeside.example/homes/7",
    "consent": {
        "sms": True,
        "text": "I agree",
        "url": "https://lakeside.example",
        "ip": "203.0.113.9",
        "at": "2026-11-24T12:00:00-06:00",
    },
    "attributes": {"budget": 450000, "area": "Lakeview", "empty": ""},
    "utm_source": "ads",
    "zip": "60601",
}


def parse(body: bytes) -> tuple[Parsed, ...]:
    return FormInbound().parse(Event("evt_1", body, NOON), account("form"))


def one(body: bytes) -> Enquiry:
    (parsed,) = parse(body)
    assert isinstance(parsed, Enquiry)
    return parsed


def errors(given: object) -> dict[str, str]:
    found = fields.read(given)
    assert isinstance(found, tuple)
    return {e.field: e.why for e in found}


def test_a_whole_enquiry() -> None:
    at = datetime(2026, 11, 24, 18, tzinfo=UTC)
    proof = {"text": "I agree", "url": "https://lakeside.example", "ip": "203.0.113.9", "at": at}
    assert one(orjson.dumps(FULL)) == Enquiry(
        external_id="evt_1",
        source="form",
        name="Ann Lee",
        first_name="Ann",
        last_name="Lee",
        emails=("Ann.Lee@mail.example",),
        phones=("(312) 555-0142 x9",),
        kind="buyer",
        message="Is it free?\nWhen can I see it?",
        page="https://lakeside.example/homes/7",
        at=None,
        state="",
        zip="60601",
        city="",
        street="",
        attributes=(("area", "Lakeview"), ("budget", "450000"), ("utm_source", "ads")),
        consents=(
            GivenConsent(Channel.SMS, granted=True, basis=Basis.WRITTEN, **proof),
            GivenConsent(Channel.EMAIL, granted=True, basis=Basis.INQUIRY, **proof),
        ),
    )


def test_a_url_encoded_post_reads_the_same() -> None:
    flat = {k: v for k, v in FULL.items() if k not in {"consent", "attributes"}}
    flat |= {f"consent[{k}]": "on" if v is True else v for k, v in FULL["consent"].items()}
    flat |= {f"attributes.{k}": v for k, v in FULL["attributes"].items()}
    assert one(urlencode(flat).encode()) == one(orjson.dumps(FULL))


@pytest.mark.parametrize("only", [{"email": "ann@mail.example"}, {"phone": "312-555-0142"}, {"phone": 3125550142}])
def test_email_or_phone_is_enough(only: dict[str, object]) -> None:
    enquiry = fields.read(only)
    assert isinstance(enquiry, Enquiry)
    assert bool(enquiry.emails) != bool(enquiry.phones)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"email"}),
        ({"name": "Ann"}, {"email"}),
        ({"email": "ann at mail"}, {"email"}),
        ({"email": "a@b.example, c@d.example"}, {"email"}),
        ({"phone": "none"}, {"phone"}),
        ({"phone": "312-555-0142", "kind": "investor", "message": 5 * ["x"]}, {"kind", "message"}),
        ({"phone": "312-555-0142", "message": "x" * 5001}, {"message"}),
        ({"phone": "312-555-0142", "consent": "yes"}, {"consent"}),
        ({"phone": "312-555-0142", "consent": {"sms": "maybe", "ip": "here"}}, {"consent.sms", "consent.ip"}),
        ({"phone": "312-555-0142", "consent": {"at": "today"}}, {"consent.at"}),
        ({"phone": "312-555-0142", "attributes": ["a"]}, {"attributes"}),
        ({"phone": "312-555-0142", "attributes": {"x" * 65: "1"}}, {"attributes." + "x" * 65}),
        ({"phone": "312-555-0142", "attributes": {"b": "y" * 1001}}, {"attributes.b"}),
        ({"phone": "312-555-0142", "attributes": {str(i): "1" for i in range(51)}}, {"attributes"}),
        ({"phone": "312-555-0142", "at": "9999-12-31T23:59:59-14:00"}, {"at"}),
        ([], {""}),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named(given: object, wrong: set[str]) -> None:
    assert set(errors(given)) == wrong


def test_what_cannot_be_stored_is_taken_out() -> None:
    enquiry = fields.read({"phone": "3125550142", "name": "A\x00nn\u202e \ud800", "message": "a\x00\nb\x1b[1m"})
    assert isinstance(enquiry, Enquiry)
    assert (enquiry.name, enquiry.message) == ("Ann", "a\nb[1m")


def test_markup_is_kept_as_text() -> None:
    enquiry = fields.read({"phone": "3125550142", "name": "<b onclick=x>Ann</b>"})
    assert isinstance(enquiry, Enquiry)
    assert enquiry.name == "<b onclick=x>Ann</b>"


def test_a_genuine_lead_with_wrong_fields_is_still_a_lead() -> None:
    enquiry = one(
        orjson.dumps(
            {
                "phone": "312-555-0142",
                "email": "N/A",
                "kind": "investor",
                "message": "x" * 6000,
                "attributes": {str(i): "1" for i in range(60)} | {"long": "y" * 2000},
            }
        )
    )
    assert (enquiry.phones, enquiry.emails, enquiry.kind, len(enquiry.message)) == (("312-555-0142",), (), "", 5000)
    assert dict(enquiry.attributes)["refused email"] == "N/A"
    assert dict(enquiry.attributes)["refused kind"] == "investor"
    assert len(enquiry.attributes) == 50


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        (None, {"email": True}),
        (True, {"email": True}),
        ("on", {"email": True}),
        (False, {"sms": False, "email": False}),
        ("please do not", {"sms": False, "email": False}),
        ({}, {"email": True}),
        ({"sms": True}, {"sms": True, "email": True}),
        ({"sms": True, "email": False, "at": "garbage"}, {"sms": True, "email": False}),
        ({"sms": "garbage", "email": "garbage"}, {"sms": False, "email": False}),
    ],
)
def test_consent_fails_towards_silence(consent: object, said: dict[str, bool]) -> None:
    enquiry = one(orjson.dumps({"phone": "312-555-0142", "email": "ann@mail.example", "consent": consent}))
    assert {str(c.channel): c.granted for c in enquiry.consents} == said


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"name=Ann", b"[1]", b'{"name":"Ann"}', b'{"email":"N/A"}', b"=%ff", b"a=1&" * 400]
)
def test_nobody_to_answer_is_dead_with_a_reason(body: bytes) -> None:
    with pytest.raises(UnparsableError, match=r"."):
        parse(body)


def test_one_reason_is_told_once() -> None:
    with pytest.raises(UnparsableError, match=r"^email: an e-mail address or a phone number is needed$"):
        parse(b'{"name":"Ann"}')


def test_reading_errors_are_values() -> None:
    assert fields.read({"email": "x"}) == (FieldError("email", "must be one e-mail address like ann@mail.example"),)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(st.sampled_from(sorted(fields.KNOWN)) | st.text(), anything, max_size=8)


@given(bodies)
def test_any_body_gives_an_enquiry_or_named_errors(given: dict[str, object]) -> None:
    found = fields.read({**given, "phone": "312-555-0142"})
    assert isinstance(found, Enquiry) or all(isinstance(e, FieldError) for e in found)


@given(bodies)
def test_a_genuine_lead_with_a_phone_always_comes_through(given: dict[str, object]) -> None:
    try:
        body = orjson.dumps({**given, "phone": "312-555-0142"})
    except TypeError:
        return  # not of JSON (a lone surrogate, a huge number): cannot arrive
    enquiry = one(body)
    assert enquiry.phones == ("312-555-0142",)
    texts = [v for v in dataclasses.astuple(enquiry) if isinstance(v, str)] + [
        t for pair in enquiry.attributes for t in pair
    ]
    assert not any("\x00" in t for t in texts)


@given(st.binary())
def test_any_bytes_are_read_or_unparsable(body: bytes) -> None:
    try:
        parse(body)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 both ends are right, an empty reason is not


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"name": "Ann \\ud83d", "email": "ann@mail.example"}', "Ann"),  # half an emoji: cut off by a length limit
        ('{"name": "Jos\u00e9", "email": "ann@mail.example"}'.encode("latin-1"), "Jos\u00e9"),
        (b'\xef\xbb\xbf{"name": "Ann", "email": "ann@mail.example"}', "Ann"),
        (b'{"name": "Ann\nLee", "email": "ann@mail.example"}', "Ann Lee"),
        (b'{"name": "A\x00nn", "email": "ann@mail.example", "attributes": {"n": NaN}}', "Ann"),
        (b'{"name": "Ann", "email": "ann@mail.example", "attributes": {"n": %s}}' % (b"9" * 400), "Ann"),
    ],
)
def test_what_strict_json_is_not_and_web_pages_send_is_read_all_the_same(body: bytes, name: str) -> None:
    read = one(body)
    assert (read.name, read.emails) == (name, ("ann@mail.example",))


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 100_000, b'{"n": %s}' % (b"9" * 5000)])
def test_a_body_made_to_break_a_parser_is_dead_with_a_reason(body: bytes) -> None:
    with pytest.raises(UnparsableError):
        one(body)
