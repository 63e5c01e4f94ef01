"""What outsiders send is made safe to keep, whatever it is."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers import plain
from rekindle.providers.ports import UnparsableError


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"\xff{}", b"[" * 100_000, b'{"a":' * 100_000, b"7" * 5000]
)
def test_what_is_no_object_is_unparsable_and_peeks_as_nothing(body: bytes) -> None:
    with pytest.raises(UnparsableError):
        plain.fields(body)
    assert plain.peek(body) == {}


def test_half_an_emoji_and_a_bare_line_end_are_read_all_the_same() -> None:
    assert plain.line(plain.fields(b'{"a":"hi \\ud83d","b":"x\ny"}')["a"]) == "hi"
    assert plain.fields(b'{"b":"x\ny"}') == {"b": "x\ny"}


@pytest.mark.parametrize(
    ("value", "kept"),
    [(" a\t b\r\nc\x00 ", "a b c"), (7, "7"), (True, ""), (None, ""), ([], ""), ("x" * 900, "x" * 200), (10**400, "")],
)
def test_a_line_is_one_clean_line(value: object, kept: str) -> None:
    assert plain.line(value) == kept


def test_lines_keep_their_breaks_and_lose_what_hides_text() -> None:
    assert plain.lines("a\r\nb\u202e\x07\rc") == "a\nb\nc"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (7, "7"),
        ("0017", "0017"),
        (2**64, str(2**64)),
        (-1, ""),
        (True, ""),
        (1.0, ""),
        ("１２", ""),
        ("1 ", ""),
        ("1" * 31, ""),
        (10**400, ""),
        ("", ""),
    ],
)
def test_an_id_is_digits_and_nothing_else(value: object, kept: str) -> None:
    assert plain.digits(value) == kept


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-24T12:00:00-06:00", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("2026-11-24T18:00:00.000Z", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("2026-11-24T18:00:00+0000", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("2026-11-24 18:00", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        (1795543170, None),
    ],
)
def test_a_time_is_utc_or_none(value: object, at: datetime | None) -> None:
    assert plain.instant(value) == at


def test_attributes_are_bounded_and_the_first_of_a_name_wins() -> None:
    assert plain.attributes([("a", "1"), ("a", "2"), ("", "x"), ("b", ""), ("c", None)]) == (("a", "1"),)
    many = plain.attributes((f"n{n}", "x" * 5000) for n in range(100))
    assert len(many) == plain.ATTRIBUTES
    assert {len(value) for _, value in many} == {plain.ATTRIBUTE}


def test_a_name_is_kept_when_it_can_be_and_hashed_when_not() -> None:
    assert plain.named("a", "b") == "a:b"
    for odd in ("é", "x" * 300, "a\nb", "\ud800"):
        assert plain.named(odd).startswith("sha256:")
    assert plain.named("é") != plain.named("è")


def test_a_hex_signature_fits_only_its_key_and_bytes() -> None:
    fitting = hmac.new(b"k", b"x", hashlib.sha256).hexdigest()
    assert plain.signed(fitting, "k", b"x")
    assert plain.signed("sha256=" + fitting, "k", b"x", prefix="sha256=")
    for given_, key, content in (
        (fitting, "", b"x"), (fitting, "l", b"x"), (fitting, "k", b"y"), ("", "k", b"x"), ("\ud800é", "k", b"x"),
    ):  # fmt: skip
        assert not plain.signed(given_, key, content)
    assert not plain.signed(hmac.new(b"", b"x", hashlib.sha256).hexdigest(), "", b"x")


@given(st.binary())
def test_any_bytes_are_an_object_or_unparsable(body: bytes) -> None:
    assert isinstance(plain.peek(body), dict)


@given(st.text())
def test_a_clean_text_can_be_stored(text: str) -> None:
    for kept in (plain.line(text), plain.lines(text)):
        assert "\x00" not in kept
        assert kept.encode().decode() == kept
