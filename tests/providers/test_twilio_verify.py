"""Twilio's signature: the official vectors, and every trap that makes official code raise or believe."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.providers.twilio import verify
from tests.providers import vectors

VECTORS = vectors.of("twilio")
URL = "https://rekindle.example/hooks/lakeside/twilio"
TOKEN = "12345"
BODY = b"AccountSid=AC1&Body=Hi&From=%2B13125550142&MessageSid=SM1"


def body_of(vector: dict[str, Any]) -> bytes:
    if "raw_body" in vector:
        return str(vector["raw_body"]).encode()
    pairs = [(name, value) for name, value in vector.get("params_pairs") or vector["params"].items()]
    return urlencode(pairs).encode()


def signed(url: str, form: str) -> str:
    """By hand, as Twilio's page describes it: not by the code under test."""
    return base64.b64encode(hmac.digest(TOKEN.encode(), (url + form).encode(), hashlib.sha1)).decode()


def test_all_eleven_official_vectors_are_here() -> None:
    assert len(VECTORS) == 11


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_official_vector_is_judged_as_published(vector: dict[str, Any]) -> None:
    fits = verify.genuine(vector["url"], body_of(vector), vector["signature"], vector["auth_token"])
    assert fits is vector["expect_valid"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_another_token_or_signature_never_fits(vector: dict[str, Any]) -> None:
    body, signature, token = body_of(vector), vector["signature"], vector["auth_token"]
    assert not verify.genuine(vector["url"], body, signature, token + "6")
    assert not verify.genuine(vector["url"], body, signature[:-2] + "A=", token)
    assert not verify.genuine(vector["url"], body + b"x", signature, token)
    assert not verify.genuine(vector["url"] + "3", body, signature, token)


@pytest.mark.parametrize(
    ("called", "signs"),
    [
        (URL, URL),
        (URL, URL.replace(".example", ".example:443")),
        (URL.replace(".example", ".example:8443"), URL),
        (URL.replace(".example", ".example:8443"), URL.replace(".example", ".example:8443")),
        ("http://[::1]/a", "http://[::1]:80/a"),
        ("http://[::1]:8080/a", "http://[::1]/a"),
        ("https://user:pass@rekindle.example:8443/a", "https://user:pass@rekindle.example/a"),
    ],
)
def test_the_url_fits_with_and_without_its_port(called: str, signs: str) -> None:
    assert verify.genuine(called, b"A=1", signed(signs, "A1"), TOKEN)


def test_https_turned_into_http_by_a_proxy_is_refused() -> None:
    assert not verify.genuine(URL.replace("https", "http"), b"A=1", signed(URL, "A1"), TOKEN)


def test_percent_encoding_in_the_url_counts_as_it_stood() -> None:
    assert verify.genuine(URL + "?p=%2B1", b"A=1", signed(URL + "?p=%2B1", "A1"), TOKEN)
    assert not verify.genuine(URL + "?p=%2b1", b"A=1", signed(URL + "?p=%2B1", "A1"), TOKEN)
    assert not verify.genuine(URL + "?p=+1", b"A=1", signed(URL + "?p=%2B1", "A1"), TOKEN)


def test_the_override_fragment_is_not_signed() -> None:
    assert verify.genuine(URL + "#rc=5&rp=all", b"A=1", signed(URL, "A1"), TOKEN)
    assert not verify.genuine(URL, b"A=1", signed(URL + "#rc=5&rp=all", "A1"), TOKEN)


def test_repeated_names_count_once_a_value_in_order() -> None:
    assert verify.genuine(URL, b"D=5678&A=1&D=1234&D=1234", signed(URL, "A1D1234D5678"), TOKEN)
    assert not verify.genuine(URL, b"D=5678&A=1&D=1234&D=1234", signed(URL, "A1D5678D1234D1234"), TOKEN)


def test_names_are_ordered_by_their_bytes() -> None:
    assert verify.genuine(URL, b"a=4&B=2&To=3&A=1", signed(URL, "A1B2To3a4"), TOKEN)


def test_empty_values_and_blanks_are_kept() -> None:
    assert verify.genuine(URL, b"A=&B=+x+%0D%0A&C", signed(URL, "AB x \r\nC"), TOKEN)
    assert not verify.genuine(URL, b"A=&B=x&C", signed(URL, "AB x \r\nC"), TOKEN)


def test_letters_of_any_language_are_signed_as_utf_8() -> None:
    assert verify.genuine(URL, "B=Olé 🏡".encode(), signed(URL, "BOlé 🏡"), TOKEN)
    assert verify.genuine(URL, b"B=Ol%C3%A9", signed(URL, "BOlé"), TOKEN)


def test_a_field_nobody_expected_is_signed_too() -> None:
    assert verify.genuine(URL, b"A=1&NewInSpring=2", signed(URL, "A1NewInSpring2"), TOKEN)
    assert not verify.genuine(URL, b"A=1&NewInSpring=2", signed(URL, "A1"), TOKEN)


def test_a_json_body_is_bound_by_its_hash_and_only_by_it() -> None:
    body = b'{"property": "value"}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    assert verify.genuine(url, body, signed(url, ""), TOKEN)
    assert not verify.genuine(url, body + b" ", signed(url, ""), TOKEN)
    assert not verify.genuine(URL, body, signed(URL, ""), TOKEN)
    assert not verify.genuine(url.upper(), body, signed(url, ""), TOKEN)
    twice = url + "&bodySHA256=00"
    assert not verify.genuine(twice, body, signed(twice, ""), TOKEN)
    empty = URL + "?bodySHA256="
    assert not verify.genuine(empty, body, signed(empty, ""), TOKEN)


def test_a_form_cannot_pose_as_json_without_a_hash() -> None:
    body = b"AccountSid=AC1"
    url = f"{URL}?bodySHA256={hashlib.sha256(b'AccountSid=AC2').hexdigest()}"
    assert not verify.genuine(url, body, signed(url, ""), TOKEN)
    assert not verify.genuine(url, body, signed(url, "AccountSidAC1"), TOKEN)


@pytest.mark.parametrize("signature", ["", "N/A", "====", "é", "\ud800", "a" * 9000, ","])
def test_an_odd_signature_is_refused_and_raises_nothing(signature: str) -> None:
    assert not verify.genuine(URL, BODY, signature, TOKEN)


def test_an_empty_token_opens_nothing() -> None:
    by_nobody = base64.b64encode(hmac.digest(b"", (URL + "A1").encode(), hashlib.sha1)).decode()
    assert not verify.genuine(URL, b"A=1", by_nobody, "")


@settings(deadline=None)
@given(url=st.text(), body=st.binary(), signature=st.text(), token=st.text())
def test_any_input_is_refused_and_raises_nothing(url: str, body: bytes, signature: str, token: str) -> None:
    assert not verify.genuine(url, body, signature, token)
    assert not verify.genuine(URL + "?" + url, body, signature, token)


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=6), st.text(min_size=1, alphabet="abcdef0123456789"))
def test_what_we_sign_fits_and_one_more_field_does_not(fields: dict[str, str], token: str) -> None:
    clean = {k.encode("utf-8", "replace"): v.encode("utf-8", "replace") for k, v in fields.items()}
    body = urlencode(clean).encode()
    signature = verify.signature(URL, body, token)
    assert verify.genuine(URL, body, signature, token)
    assert not verify.genuine(URL, body + b"&Extra=1", signature, token)
