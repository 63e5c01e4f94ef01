"""Zillow Rentals: only who knows the address gets in; an enquiry is told by its content; what may not matter is cut."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.words import Basis, Channel
from rekindle.providers.ports import Enquiry, Event, RefusedSignatureError, UnparsableError
from rekindle.providers.zillow.inbound import ZillowInbound
from rekindle.providers.zillow.plug import ZillowPlug
from tests.conftest import NOON
from tests.providers.adapters_zillow import ADAPTERS, ENQUIRY, TOKEN
from tests.providers.contract import Sample, account

(ADAPTER,) = ADAPTERS


def one(**changes: str) -> Enquiry:
    (parsed,) = ZillowInbound().parse(Event("evt", urlencode(ENQUIRY | changes).encode(), NOON), ADAPTER.account)
    assert isinstance(parsed, Enquiry)
    return parsed


def named(content: bytes, *, days: int = 0) -> str:
    request = ADAPTER.genuine(Sample(content, tail=TOKEN), at=NOON + timedelta(days=days))
    return ZillowInbound().verify(request, ADAPTER.account).external_id


def test_a_whole_enquiry_of_a_renter() -> None:
    enquiry = one()
    assert (enquiry.source, enquiry.name, enquiry.kind) == ("zillow", "Ann Lee", "renter")
    assert (enquiry.emails, enquiry.phones) == (("ann@mail.example",), ("312-555-0142",))
    assert enquiry.message == "Is it still free?\nI could move in soon."
    assert dict(enquiry.attributes) == {
        "listing": "p01023",
        "move in": "20261215",
        "bedrooms": "3",
        "bathrooms": "2",
        "listing street": "246 Elm Avenue",
        "listing unit": "C102",
        "listing city": "Chicago",
        "listing state": "IL",
        "listing zip": "60601",
        "listing contact": "rentals@lakeside.example",
    }


def test_the_address_of_the_listing_is_not_the_renters() -> None:
    assert (one().street, one().city, one().state, one().zip) == ("", "", "", "")


def test_credit_income_household_and_pets_are_not_kept() -> None:
    kept = repr(one())
    for value in ("620", "50000", "smoker", "dog", "numOccupants"):
        assert value not in kept


def test_an_enquiry_may_be_answered_by_e_mail_and_grants_no_texts() -> None:
    (email,) = one().consents
    assert (email.channel, email.basis) == (Channel.EMAIL, Basis.INQUIRY)
    assert one(email="").consents == ()


def test_one_way_to_answer_is_enough_and_none_is_kept_with_a_reason() -> None:
    assert one(email="").phones
    assert one(phone="").emails
    with pytest.raises(UnparsableError):
        one(email="", phone="\x00")


@pytest.mark.parametrize("tail", ["", TOKEN[:-1], TOKEN + "/", TOKEN.swapcase(), f"x/{TOKEN}", "é" * 24])
def test_any_other_address_is_refused(tail: str) -> None:
    with pytest.raises(RefusedSignatureError):
        ZillowInbound().verify(replace(ADAPTER.genuine(ADAPTER.samples[0]), tail=tail), ADAPTER.account)


def test_a_secret_that_could_be_guessed_opens_nothing() -> None:
    short = "a" * 21
    request = replace(ADAPTER.genuine(ADAPTER.samples[0]), tail=short)
    with pytest.raises(RefusedSignatureError):
        ZillowInbound().verify(request, account("zillow", path_token=short))


def test_the_same_enquiry_in_other_bytes_is_one_event() -> None:
    forward = urlencode(ENQUIRY).encode()
    backward = urlencode(list(reversed(ENQUIRY.items()))).replace("+", "%20").encode()
    assert named(forward) == named(backward)
    assert named(forward) == named(urlencode(ENQUIRY | {"leadType": "new"}).encode())
    for name in ("listingId", "name", "email", "phone", "message"):
        assert named(urlencode(ENQUIRY | {name: "other"}).encode()) != named(forward)


def test_the_same_words_on_another_day_are_a_new_enquiry() -> None:
    content = urlencode(ENQUIRY).encode()
    assert named(content, days=30) != named(content)


@given(
    st.binary(), st.dictionaries(st.sampled_from([*ENQUIRY, "x"]), st.text(st.characters(exclude_categories=["Cs"])))
)
def test_any_post_is_an_enquiry_or_a_reason(junk: bytes, form: dict[str, str]) -> None:
    for content in (junk, urlencode(form).encode()):
        assert 0 < len(named(content)) <= 200
        try:
            (parsed,) = ZillowInbound().parse(Event("e", content, NOON), ADAPTER.account)
            assert isinstance(parsed, Enquiry)
            texts = (parsed.name, parsed.message, *parsed.emails, *parsed.phones, *dict(parsed.attributes).values())
            assert not any("\x00" in text for text in texts)
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given


@given(st.text())
def test_no_guess_is_let_in(tail: str) -> None:
    with pytest.raises(RefusedSignatureError):
        ZillowInbound().verify(replace(ADAPTER.genuine(ADAPTER.samples[0]), tail=tail), ADAPTER.account)


@pytest.mark.parametrize(("token", "ok"), [("", False), ("short", False), ("a/b" * 10, False), (TOKEN, True)])
async def test_the_check_says_whether_the_address_is_ready(token: str, ok: bool) -> None:
    checked = await ZillowPlug().check(account("zillow", path_token=token), deadline=1)
    assert checked.ok is ok
    assert checked.text.endswith(".")
