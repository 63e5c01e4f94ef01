"""What Twilio posts becomes our words; what is cut again, foreign or odd becomes nothing."""

import hashlib
from dataclasses import replace
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.ports import (
    Account,
    Carrier,
    Consequence,
    Event,
    Ignored,
    Receipt,
    RefusedSignatureError,
    Reply,
    Request,
    UnparsableError,
)
from rekindle.providers.twilio import codes, verify
from rekindle.providers.twilio.inbound import TwilioInbound
from tests.conftest import NOON
from tests.providers.adapters_twilio import ADAPTERS, FORM, MESSAGE, REPLY, STATUS, form
from tests.providers.contract import HOOKS, account
from tests.providers.fake_twilio import SID, TOKEN

SOURCE, ACCOUNT = TwilioInbound(), ADAPTERS[0].account
TAIL = f"status/{MESSAGE}"


def post(body: bytes, tail: str = "", query: str = "", content_type: str = FORM, token: str = TOKEN) -> Request:
    url = f"{HOOKS}/twilio" + (f"/{tail}" if tail else "") + (f"?{query}" if query else "")
    headers = {"content-type": content_type, "x-twilio-signature": verify.signature(url, body, token)}
    return Request("POST", url, tail, headers, body, NOON)


def parsed(body: bytes, tail: str = "", content_type: str = FORM) -> Reply | Receipt | Ignored:
    (word,) = SOURCE.parse(Event("id", body, NOON, tail, content_type), ACCOUNT)
    assert isinstance(word, Reply | Receipt | Ignored)
    return word


def refused(request: Request, signer: Account = ACCOUNT) -> str:
    with pytest.raises(RefusedSignatureError) as error:
        SOURCE.verify(request, signer)
    return str(error.value)


def test_a_reply_is_named_by_its_sid_and_belongs_to_its_sender() -> None:
    verified = SOURCE.verify(post(form(REPLY)), ACCOUNT)
    assert (verified.external_id, verified.party) == (REPLY["MessageSid"], "+13125550142")


def test_a_callback_is_named_by_sid_and_status_so_each_step_counts_once() -> None:
    sent = SOURCE.verify(post(form(STATUS, MessageStatus="sent"), TAIL), ACCOUNT)
    delivered = SOURCE.verify(post(form(STATUS, MessageStatus="delivered"), TAIL), ACCOUNT)
    assert sent.external_id == f"{STATUS['MessageSid']}:sent"
    assert delivered.external_id == f"{STATUS['MessageSid']}:delivered"


def test_a_reply_becomes_a_reply() -> None:
    word = parsed(form(REPLY))
    assert isinstance(word, Reply)
    assert (word.external_id, word.channel, word.sender, word.to) == ("id", Channel.SMS, "+13125550142", REPLY["To"])
    assert (word.body, word.handled, word.at) == (REPLY["Body"], Carrier.NOTHING, None)


@pytest.mark.parametrize(
    ("given", "handled"),
    [("STOP", Carrier.STOP), ("START", Carrier.START), ("HELP", Carrier.HELP), ("NEW", Carrier.NOTHING)],
)
def test_what_twilio_did_with_a_keyword_is_told(given: str, handled: Carrier) -> None:
    word = parsed(form(REPLY, Body="anything", OptOutType=given))
    assert isinstance(word, Reply)
    assert word.handled is handled


def test_pictures_are_kept_as_addresses_below_the_text() -> None:
    media = {
        "NumMedia": "2",
        "MediaUrl0": "https://api.example/m0",
        "MediaContentType0": "image/jpeg",
        "MediaUrl1": "https://api.example/m1",
        "MediaContentType1": "application/pdf",
    }
    word = parsed(form(REPLY, **media))
    assert isinstance(word, Reply)
    assert word.body == f"{REPLY['Body']}\n[picture: https://api.example/m0]\n[file: https://api.example/m1]"
    alone = parsed(form(REPLY, Body="", **media))
    assert isinstance(alone, Reply)
    assert alone.body.startswith("[picture: ")


def test_a_stop_with_a_nul_or_broken_letters_is_still_a_stop() -> None:
    word = parsed(form({**REPLY, "Body": ""}).replace(b"Body=", b"Body=STOP%00"))
    assert isinstance(word, Reply)
    assert word.body == "STOP"
    broken = parsed(form({**REPLY, "Body": ""}).replace(b"Body=", b"Body=STOP+%ff%fe"))
    assert isinstance(broken, Reply)
    assert broken.body.startswith("STOP ")


def test_rcs_is_the_same_person_and_whatsapp_is_kept_for_a_person() -> None:
    word = parsed(form(REPLY, From="rcs:+13125550142"))
    assert isinstance(word, Reply)
    assert word.sender == "+13125550142"
    with pytest.raises(UnparsableError, match="whatsapp"):
        parsed(form(REPLY, From="whatsapp:+13125550142"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", MessageState.ACCEPTED),
        ("scheduled", MessageState.ACCEPTED),
        ("queued", MessageState.ACCEPTED),
        ("sending", MessageState.ACCEPTED),
        ("sent", MessageState.SENT),
        ("partially_delivered", MessageState.SENT),
        ("delivered", MessageState.DELIVERED),
        ("read", MessageState.DELIVERED),
        ("undelivered", MessageState.UNDELIVERED),
        ("failed", MessageState.FAILED),
        ("canceled", MessageState.FAILED),
    ],
)
def test_each_status_becomes_our_state(status: str, state: MessageState) -> None:
    word = parsed(form(STATUS, MessageStatus=status, ErrorCode=""), TAIL)
    assert isinstance(word, Receipt)
    assert (word.state, word.code, word.permanent, word.consequence) == (state, "", False, Consequence.NOTHING)
    assert (word.message_id, word.provider_id, word.key) == (MESSAGE, STATUS["MessageSid"], "")


def test_a_callback_without_our_path_is_still_found_by_its_sid() -> None:
    word = parsed(form(STATUS))
    assert isinstance(word, Receipt)
    assert (word.message_id, word.provider_id) == ("", STATUS["MessageSid"])


@pytest.mark.parametrize(
    ("code", "consequence", "permanent"),
    [
        ("30001", Consequence.RETRY_ONCE, False),
        ("30003", Consequence.RETRY_ONCE, False),
        ("30004", Consequence.ALERT, True),
        ("30005", Consequence.DEAD_ADDRESS, True),
        ("30006", Consequence.DEAD_ADDRESS, True),
        ("30007", Consequence.ALERT, True),
        ("30008", Consequence.RETRY_ONCE, False),
        ("30034", Consequence.STOP_SENDER, True),
        ("30036", Consequence.NOTHING, True),
        ("30450", Consequence.ALERT, True),
        ("30500", Consequence.RETRY_ONCE, False),
        ("30610", Consequence.ALERT, True),
        ("30640", Consequence.OPTED_OUT, True),
        ("39999", Consequence.NOTHING, False),
    ],
)
def test_each_code_has_its_consequence(code: str, consequence: Consequence, permanent: bool) -> None:
    word = parsed(form(STATUS, ErrorCode=code), TAIL)
    assert isinstance(word, Receipt)
    assert (word.code, word.consequence, word.permanent) == (code, consequence, permanent)


def test_every_listed_code_says_something_to_a_person() -> None:
    assert all(
        code.text and not code.text.endswith(".") for code in (*codes.DELIVERY.values(), *codes.REQUEST.values())
    )


def test_the_state_of_an_incoming_text_needs_nothing_and_a_new_status_waits_for_a_person() -> None:
    assert isinstance(parsed(form(STATUS, MessageStatus="received")), Ignored)
    with pytest.raises(UnparsableError, match="teleported"):
        parsed(form(STATUS, MessageStatus="teleported"))


@pytest.mark.parametrize("missing", ["AccountSid", "MessageSid", "From", "To", "Body"])
def test_a_reply_without_a_field_of_its_kind_is_refused(missing: str) -> None:
    cut = {name: value for name, value in REPLY.items() if name != missing}
    assert missing in refused(post(form(cut)))


@pytest.mark.parametrize("missing", ["AccountSid", "MessageSid", "MessageStatus"])
def test_a_callback_without_a_field_of_its_kind_is_refused(missing: str) -> None:
    cut = {name: value for name, value in STATUS.items() if name != missing}
    assert missing in refused(post(form(cut), TAIL))


def test_a_captured_request_cut_again_signs_alike_and_is_refused() -> None:
    """`MessageSid=SM1` and `MessageSidS=M1` are one text to sign: it must not count as a second event."""
    genuine = post(form(REPLY))
    sid = REPLY["MessageSid"]
    for old, new in (
        (f"MessageSid={sid}", f"MessageSidS={sid[1:]}"),
        (f"MessageSid={sid}", f"MessageSi=d{sid}"),
        ("AccountSid=", "AccountSi=d"),
        ("From=%2B13125550142&FromCity=&", "From=%2B13125550142FromCity&"),
        (f"AccountSid={SID}&ApiVersion=", f"AccountSid={SID}ApiVersion"),
    ):
        body = genuine.body.replace(old.encode(), new.encode(), 1)
        assert body != genuine.body
        recut = replace(genuine, body=body)
        assert verify.genuine(recut.url, recut.body, recut.headers["x-twilio-signature"], TOKEN)
        assert "missing or malformed" in refused(recut)


def test_a_name_given_twice_with_two_values_is_not_chosen_from() -> None:
    refused(post(form(REPLY) + b"&From=%2B13125550143"))
    refused(post(form(REPLY) + b"&Body=STOP"))


def test_a_request_for_another_account_is_refused() -> None:
    assert "account" in refused(post(form(REPLY, AccountSid="AC" + "e" * 32)))


def test_either_of_two_tokens_will_do_while_they_are_rotated() -> None:
    both = account("twilio", account_sid=SID, auth_token=TOKEN, auth_token_next="next-token")
    for token in (TOKEN, "next-token"):
        assert SOURCE.verify(post(form(REPLY), token=token), both).external_id == REPLY["MessageSid"]
    refused(post(form(REPLY), token="older-token"), both)


@pytest.mark.parametrize(
    "tail", ["status", "status/", "status/1", f"status/{MESSAGE}/x", f"status/{MESSAGE.upper()}x", "x"]
)
def test_a_path_that_is_none_of_ours_is_refused(tail: str) -> None:
    refused(post(form(STATUS), tail))


def test_only_a_post_is_taken() -> None:
    refused(replace(post(form(REPLY)), method="GET"))


def test_json_counts_only_with_its_hash() -> None:
    body = orjson.dumps(REPLY)
    query = f"bodySHA256={hashlib.sha256(body).hexdigest()}"
    url = f"{HOOKS}/twilio?{query}"
    hashed = replace(post(body, query=query, content_type="application/json"))
    headers = {**hashed.headers, "x-twilio-signature": verify.signature(url, b"", TOKEN)}
    assert SOURCE.verify(replace(hashed, headers=headers), ACCOUNT).external_id == REPLY["MessageSid"]
    refused(post(body, content_type="application/json"))


def test_the_answer_is_empty_twiml() -> None:
    assert SOURCE.answer is not None
    assert (SOURCE.answer.status, SOURCE.answer.content_type) == (200, "text/xml")
    assert SOURCE.answer.body.endswith(b"<Response/>")


@settings(deadline=None)
@given(st.binary(), st.sampled_from(["", TAIL, "x"]), st.sampled_from([FORM, "application/json", "", "\ud800"]))
def test_signed_junk_is_refused_or_unparsable_and_nothing_else(body: bytes, tail: str, content_type: str) -> None:
    refused(post(body, tail, content_type=content_type))
    with pytest.raises(UnparsableError):
        SOURCE.parse(Event("id", body, NOON, tail, content_type), ACCOUNT)


NAMES = st.sampled_from([*REPLY, *STATUS, "OptOutType", "MediaUrl0", "MediaContentType0"])


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.text(alphabet=st.characters(codec="utf-8")), max_size=8))
def test_any_values_are_refused_unparsable_or_our_words(changes: dict[str, str]) -> None:
    body = urlencode({**REPLY, **changes}).encode()
    try:
        word = parsed(body)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    else:
        assert isinstance(word, Ignored) or "\x00" not in (word.body if isinstance(word, Reply) else word.text)
