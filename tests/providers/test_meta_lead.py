"""A fetched lead becomes an enquiry; only the answer to the question the office named lets it be texted."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.words import Basis, Channel
from rekindle.providers.meta.lead import MetaLead
from rekindle.providers.ports import Enquiry, Event, GivenConsent, RefusedSignatureError, Request, UnparsableError
from tests.conftest import NOON
from tests.providers.contract import account
from tests.providers.fake_meta import LEAD


def one(lead: dict[str, Any], question: str = "") -> Enquiry:
    event = Event("lead:1", orjson.dumps(lead), NOON)
    (parsed,) = MetaLead().parse(event, account("meta", page_id="1", sms_consent_question=question))
    assert isinstance(parsed, Enquiry)
    return parsed


def answering(*pairs: tuple[str, str], **more: object) -> dict[str, Any]:
    return {"field_data": [{"name": name, "values": [value]} for name, value in pairs], **more}


def sms(lead: dict[str, Any], question: str) -> GivenConsent | None:
    return next((c for c in one(lead, question).consents if c.channel is Channel.SMS), None)


def test_a_whole_lead() -> None:
    at = datetime(2026, 11, 24, 17, 59, 30, tzinfo=UTC)
    enquiry = one(LEAD)
    assert (enquiry.external_id, enquiry.source, enquiry.name, enquiry.at) == ("lead:1", "meta", "Ann Lee", at)
    assert (enquiry.emails, enquiry.phones) == (("ann@mail.example",), ("+13125550142",))
    assert (enquiry.zip, enquiry.city, enquiry.state) == ("60601", "Chicago", "IL")
    assert enquiry.attributes == (
        ("may_we_text_you?", "Yes"),
        ("meta ad", "23849853425890183"),
        ("meta form", "447333180259108"),
        ("meta platform", "fb"),
        ("newsletter", "no"),
        ("sms_ok", "yes"),
        ("when_do_you_want_to_move?", "in 3 months"),
    )
    (email,) = enquiry.consents
    assert (email.channel, email.basis, email.granted) == (Channel.EMAIL, Basis.INQUIRY, True)


def test_nobody_may_be_texted_unless_the_office_named_the_question() -> None:
    assert sms(LEAD, "") is None
    assert sms(LEAD, "a question the form does not ask") is None


@pytest.mark.parametrize("question", ["may_we_text_you?", "May_We_Text_You?", "sms_ok"])
def test_yes_to_the_named_question_is_written_consent_with_its_words(question: str) -> None:
    consent = sms(LEAD, question)
    assert consent is not None
    assert (consent.granted, consent.basis, consent.at) == (True, Basis.WRITTEN, one(LEAD).at)
    assert question in consent.text
    assert "447333180259108" in consent.text


def test_any_answer_but_yes_is_no() -> None:
    for answer in ("No", "maybe", "yes but only e-mail", "not yet"):
        consent = sms(answering(("email", "a@x.example"), ("ok?", answer)), "ok?")
        assert consent is not None
        assert not consent.granted, answer
    unticked = sms(LEAD, "newsletter")
    assert unticked is not None
    assert not unticked.granted


@pytest.mark.parametrize(
    ("ticked", "granted"), [(True, True), (1, True), ("1", True), ("", False), ([], False), ({}, False)]
)
def test_a_box_is_ticked_only_as_meta_writes_a_tick(ticked: object, granted: bool) -> None:
    boxes = [{"checkbox_key": "ok", "is_checked": ticked}]
    consent = sms(answering(("email", "a@x.example"), custom_disclaimer_responses=boxes), "ok")
    assert consent is not None
    assert consent.granted is granted


def test_several_answers_of_one_question_are_kept_and_texts_are_cleaned() -> None:
    lead = answering(("email", "a@x.example"), ("note", "a\x00b\u202e"))
    lead["field_data"].append({"name": "areas", "values": ["North", "South", 7, None, {}]})
    assert one(lead).attributes == (("areas", "North, South, 7"), ("note", "ab"))


def test_work_addresses_and_other_post_codes_count() -> None:
    lead = answering(("work_email", "a@x.example"), ("work_phone_number", "+13125550142"), ("post_code", "60601"))
    assert (one(lead).emails, one(lead).phones, one(lead).zip) == (("a@x.example",), ("+13125550142",), "60601")


def test_half_an_emoji_does_not_lose_a_lead() -> None:
    body = b'{"field_data":[{"name":"email","values":["a@x.example"]},{"name":"note","values":["hi \\ud83d"]}]}'
    (parsed,) = MetaLead().parse(Event("lead:1", body, NOON), account("meta"))
    assert isinstance(parsed, Enquiry)
    assert parsed.attributes == (("note", "hi"),)


@pytest.mark.parametrize("lead", [{}, {"field_data": {}}, answering(("full_name", "Ann")), answering(("email", ""))])
def test_a_lead_nobody_can_answer_is_kept_with_a_reason(lead: dict[str, Any]) -> None:
    with pytest.raises(UnparsableError):
        one(lead)


def test_nobody_can_post_a_lead_past_the_fetching() -> None:
    request = Request("POST", "", "", {"x-hub-signature-256": "sha256="}, orjson.dumps(LEAD), NOON)
    with pytest.raises(RefusedSignatureError):
        MetaLead().verify(request, account("meta", page_id="1"))


values = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.lists(st.text())
names = st.sampled_from(["email", "phone_number", "full_name", "ok"]) | values


@given(st.binary(), st.lists(st.fixed_dictionaries({"name": names, "values": values})), values, values)
def test_anything_is_an_enquiry_or_a_reason(junk: bytes, fields: list[Any], box: object, question: object) -> None:
    lead = {"field_data": fields, "custom_disclaimer_responses": [{"checkbox_key": "ok", "is_checked": box}, box]}
    try:
        whole = orjson.dumps(lead)
    except orjson.JSONEncodeError:
        whole = b"{}"
    for body in (junk, whole):
        try:
            (parsed,) = MetaLead().parse(Event("e", body, NOON), account("meta", sms_consent_question=str(question)))
            assert isinstance(parsed, Enquiry)
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given
