"""Apollo calls back unsigned: only our own one-time address opens, and what it brings is a hint and no more."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.providers.apollo import token
from rekindle.providers.apollo.inbound import ApolloInbound
from rekindle.providers.ports import Event, Fetch, Ignored, RefusedSignatureError, Request, UnparsableError
from tests.conftest import NOON
from tests.providers.adapters_apollo import ADAPTERS, LEAD, TAIL, WATERFALL
from tests.providers.contract import HOOKS, account

SOURCE, ACCOUNT = ApolloInbound(), ADAPTERS[0].account
NONCE = "n0nce-of-24-letters_____"


def post(tail: str = TAIL, body: bytes = WATERFALL) -> Request:
    return Request("POST", f"{HOOKS}/apollo/{tail}", tail, {"content-type": "application/json"}, body, NOON)


def refused(request: Request) -> str:
    with pytest.raises(RefusedSignatureError) as error:
        SOURCE.verify(request, ACCOUNT)
    return str(error.value)


def event(body: bytes) -> Event:
    return Event(NONCE, body, NOON, TAIL, "application/json")


def test_a_callback_is_named_by_its_nonce_so_it_counts_once() -> None:
    verified = SOURCE.verify(post(), ACCOUNT)
    assert (verified.external_id, verified.party) == (NONCE, str(LEAD))
    assert SOURCE.verify(post(body=b'{"other": 1}'), ACCOUNT).external_id == NONCE


def test_an_address_is_good_until_its_end_and_not_after() -> None:
    end = NOON + timedelta(days=7)
    assert SOURCE.verify(replace(post(), at=end), ACCOUNT)
    assert "expired" in refused(replace(post(), at=end + timedelta(seconds=1)))


@pytest.mark.parametrize("place", range(0, len(TAIL), 7))
def test_an_address_with_any_letter_changed_is_refused(place: int) -> None:
    changed = "0" if TAIL[place] != "0" else "1"
    refused(post(TAIL[:place] + changed + TAIL[place + 1 :]))


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "x",
        TAIL + "0",
        TAIL[:-1],
        TAIL.upper(),
        TAIL + "/x",
        f"{LEAD}.9999999999.{NONCE}.",
        TAIL.replace("1", "１", 1),
        "\ud800",
    ],
)
def test_an_address_of_another_shape_is_refused(tail: str) -> None:
    refused(post(tail))


def test_an_address_of_another_office_is_refused() -> None:
    other = token.make(LEAD, expires_at=NOON + timedelta(days=7), nonce=NONCE, secret="other-secret")
    refused(post(other))


def test_no_secret_makes_and_opens_nothing() -> None:
    with pytest.raises(token.TokenError):
        token.make(LEAD, expires_at=NOON, nonce=NONCE, secret="")
    with pytest.raises(token.TokenError):
        token.opened(TAIL, secret="", at=NOON)


@pytest.mark.parametrize(
    "body", [b"", b"junk", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"a":"' + b"x" * 300_000 + b'"}']
)
def test_junk_does_not_use_an_address_up(body: bytes) -> None:
    refused(post(body=body))


def test_only_a_post_is_taken() -> None:
    refused(replace(post(), method="GET"))


def test_the_hint_keeps_every_digit_of_the_request() -> None:
    (word,) = SOURCE.parse(event(WATERFALL), ACCOUNT)
    assert word == Fetch(NONCE, "apollo-result", f"{LEAD}:-8351464734221602675", None)
    (text,) = SOURCE.parse(event(b'{"request_id":"9223372036854775807"}'), ACCOUNT)
    assert isinstance(text, Fetch)
    assert text.ref == f"{LEAD}:9223372036854775807"


def test_nothing_else_in_it_is_believed() -> None:
    (word,) = SOURCE.parse(event(b'{"people":[{"phone_numbers":[{"sanitized_number":"+13125550142"}]}]}'), ACCOUNT)
    assert isinstance(word, Ignored)


@pytest.mark.parametrize(
    "request_id", [b"1.5", b"true", b'"x"', b"{}", b'"../match"', b"1e3", b"NaN", b"1" * 5000, b'"\\ud800"']
)
def test_a_request_that_is_no_number_waits_for_a_person(request_id: bytes) -> None:
    with pytest.raises(UnparsableError):
        SOURCE.parse(event(b'{"request_id":%s}' % request_id), ACCOUNT)


@settings(deadline=None)
@given(st.text(), st.binary(), st.text())
def test_any_request_is_refused_and_raises_nothing_else(tail: str, body: bytes, secret: str) -> None:
    with pytest.raises(RefusedSignatureError):
        SOURCE.verify(post(tail, body), account("apollo", callback_secret=secret))


@settings(deadline=None)
@given(st.binary() | st.from_regex(rb'\{"request_id":.{0,30}\}', fullmatch=True))
def test_any_body_is_unparsable_or_a_hint(body: bytes) -> None:
    try:
        words = SOURCE.parse(event(body), ACCOUNT)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    else:
        assert all(isinstance(word, Fetch | Ignored) for word in words)
