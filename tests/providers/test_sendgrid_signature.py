"""SendGrid's signature: the published vectors, and every way the vendor's own helper raises where it should refuse."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.ports import RefusedSignatureError, Request
from rekindle.providers.sendgrid import signature
from tests.conftest import NOON
from tests.providers import vectors
from tests.providers.adapters_sendgrid import batch, event, public, signed

BODY = batch(event("delivered"))


def request(body: bytes, headers: dict[str, str], at: datetime = NOON) -> Request:
    return Request("POST", "https://rekindle.example/hooks/lakeside/sendgrid", "", headers, body, at)


def genuine(body: bytes = BODY, *, at: datetime = NOON) -> Request:
    return request(body, signed(body, int(at.timestamp())))


@pytest.mark.parametrize("vector", vectors.of("sendgrid"), ids=lambda vector: vector["id"])
def test_the_published_vectors(vector: dict[str, object]) -> None:
    stamp = str(vector["timestamp"])
    at = datetime.fromtimestamp(int(stamp) if stamp.isdigit() else 1600112502, UTC)
    headers = {signature.TIMESTAMP: stamp, signature.SIGNATURE: str(vector["signature"])}
    asked = request(str(vector["raw_body"]).encode(), headers, at)
    if vector["expect_valid"]:
        signature.check(asked, str(vector["public_key_spki_b64"]))
    else:
        with pytest.raises(RefusedSignatureError):
            signature.check(asked, str(vector["public_key_spki_b64"]))


def test_the_line_end_after_the_array_is_signed_too() -> None:
    assert BODY.endswith(b"]\r\n")
    signature.check(genuine(), public())
    for trimmed in (BODY.strip(), BODY[:-1], BODY + b"\r\n"):
        with pytest.raises(RefusedSignatureError):
            signature.check(replace(genuine(), body=trimmed), public())


def test_bytes_that_are_no_text_verify_like_any_other() -> None:
    """The vendor's helper joins text and raises TypeError on bytes."""
    signature.check(genuine(b"\xff\xfe\x00\r\n"), public())


@pytest.mark.parametrize("missing", [signature.SIGNATURE, signature.TIMESTAMP])
def test_a_missing_header_is_refused(missing: str) -> None:
    """The vendor's helper raises TypeError on a missing signature."""
    asked = genuine()
    with pytest.raises(RefusedSignatureError):
        signature.check(replace(asked, headers={k: v for k, v in asked.headers.items() if k != missing}), public())


@pytest.mark.parametrize("keys", ["", " ", ",", "x", "MFkw", "-----BEGIN PUBLIC KEY-----", "ü", "AAAA" * 30])
def test_a_key_that_is_empty_or_none_is_refused(keys: str) -> None:
    """The vendor's helper raises AttributeError on an empty key."""
    with pytest.raises(RefusedSignatureError):
        signature.check(genuine(), keys)


@pytest.mark.parametrize("wrong", ["====", "abc", "N/A", "ü", "MEUCIGHQ", "", " ", "a, b"])
def test_a_malformed_signature_is_refused(wrong: str) -> None:
    asked = genuine()
    with pytest.raises(RefusedSignatureError):
        signature.check(replace(asked, headers={**asked.headers, signature.SIGNATURE: wrong}), public())


def test_another_curve_is_no_key_of_sendgrid() -> None:
    key = make(SECP384R1())
    with pytest.raises(RefusedSignatureError, match="malformed"):
        signature.check(request(BODY, signed(BODY, int(NOON.timestamp()), key)), public(key))


def test_while_a_key_is_changed_either_of_two_signs() -> None:
    new = make(SECP256R1())
    both = f"{public()}, {public(new)}"
    signature.check(genuine(), both)
    signature.check(request(BODY, signed(BODY, int(NOON.timestamp()), new)), both)
    with pytest.raises(RefusedSignatureError):
        signature.check(request(BODY, signed(BODY, int(NOON.timestamp()), new)), public())


@pytest.mark.parametrize("hours", [0, 1, 24, 25])
def test_a_retry_of_a_whole_day_is_taken(hours: int) -> None:
    signature.check(genuine(at=NOON - timedelta(hours=hours)), public())


@pytest.mark.parametrize("off", [timedelta(hours=-25, seconds=-1), timedelta(minutes=5, seconds=1)])
def test_older_than_a_day_and_a_bit_or_from_the_future_is_refused(off: timedelta) -> None:
    with pytest.raises(RefusedSignatureError, match="25 hours"):
        signature.check(genuine(at=NOON + off), public())


@pytest.mark.parametrize(
    "stamp", ["timestamp", "", "1e9", "-1", "+1795543200", "１７９５５４３２００", "9" * 40, "1795543200.0"]
)
def test_a_timestamp_that_is_not_plain_digits_is_refused_even_when_signed(stamp: str) -> None:
    with pytest.raises(RefusedSignatureError, match="timestamp"):
        signature.check(request(BODY, signed(BODY, stamp)), public())


def test_the_timestamp_is_part_of_what_is_signed() -> None:
    asked = genuine()
    later = str(int(asked.headers[signature.TIMESTAMP]) + 1)
    with pytest.raises(RefusedSignatureError, match="fits"):
        signature.check(replace(asked, headers={**asked.headers, signature.TIMESTAMP: later}), public())


texts = st.text() | st.sampled_from([str(int(NOON.timestamp())), base64.b64encode(b"x" * 70).decode()])


@given(st.binary(), texts, texts, st.text() | st.just(public()))
def test_junk_is_only_ever_refused(body: bytes, stamp: str, given_signature: str, keys: str) -> None:
    with pytest.raises(RefusedSignatureError):
        signature.check(request(body, {signature.TIMESTAMP: stamp, signature.SIGNATURE: given_signature}), keys)
