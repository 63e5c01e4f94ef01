"""SendGrid's events as our words: bounces, drops and complaints as SendGrid's own table says, opens never a person."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.ports import Event, Ignored, OptedOut, Parsed, Receipt, Request, Touched, UnparsableError
from rekindle.providers.sendgrid.events import SendGridInbound
from tests.conftest import NOON
from tests.providers.adapters_sendgrid import EVENTS, SEND_ID, batch, event, signed

INBOUND = SendGridInbound()
EXAMPLES = json.loads((Path(__file__).parents[1] / "specs/sendgrid/event-webhook-examples.json").read_text())["events"]
AT = datetime.fromtimestamp(1795543200, UTC)


def parsed(*events: dict[str, object]) -> tuple[Parsed, ...]:
    return INBOUND.parse(Event("evt", batch(*events), NOON), EVENTS)


def one(kind: str, **fields: object) -> Parsed:
    (word,) = parsed(event(kind, **fields))
    return word


def receipt(kind: str, **fields: object) -> Receipt:
    word = one(kind, **fields)
    assert isinstance(word, Receipt)
    return word


def named(body: bytes) -> str:
    headers = signed(body, int(NOON.timestamp()))
    url = "https://rekindle.example/hooks/lakeside/sendgrid"
    return INBOUND.verify(Request("POST", url, "", headers, body, NOON), EVENTS).external_id


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("processed", MessageState.ACCEPTED),
        ("deferred", MessageState.SENT),
        ("delivered", MessageState.DELIVERED),
    ],
)
def test_progress_becomes_a_receipt_with_our_own_id(kind: str, state: MessageState) -> None:
    said = receipt(kind, response="250 OK")
    assert (said.state, said.message_id, said.provider_id, said.at) == (state, SEND_ID, "msg1", AT)
    assert (said.external_id, said.provider, said.permanent, said.text) == (f"id-{kind}", "sendgrid", False, "250 OK")


def test_a_bounce_is_for_good_and_the_address_is_dead() -> None:
    said = receipt("bounce", type="bounce", reason="550 5.1.1 unknown", status="5.1.1")
    assert (said.state, said.code, said.permanent) == (MessageState.UNDELIVERED, "bounce", True)
    assert (said.consequence, said.text) == ("unreachable", "550 5.1.1 unknown")


@pytest.mark.parametrize("given_type", ["blocked", "expired", "something new"])
def test_a_block_says_nothing_of_the_address(given_type: str) -> None:
    said = receipt("bounce", type=given_type, status="5.7.1")
    assert (said.state, said.code) == (MessageState.UNDELIVERED, "blocked")
    assert (said.permanent, said.consequence) == (False, "")


@pytest.mark.parametrize(("status", "code"), [("5.0.0", "bounce"), ("4.2.2", "blocked"), (None, "blocked")])
def test_an_old_bounce_without_a_type_is_judged_by_its_status(status: str | None, code: str) -> None:
    assert receipt("bounce", status=status).code == code


@pytest.mark.parametrize(
    ("reason", "code", "consequence"),
    [
        ("Bounced Address", "dropped-bounced", "unreachable"),
        ("Invalid", "dropped-invalid", "unreachable"),
        ("Invalid SMTPAPI header", "dropped", ""),
        ("Spam Content", "dropped-content", "alert"),
        ("Recipient List over Package Quota", "dropped-quota", "alert"),
        ("", "dropped", ""),
    ],
)
def test_a_drop_names_the_list_that_held_it_back(reason: str, code: str, consequence: str) -> None:
    said = receipt("dropped", reason=reason)
    assert (said.state, said.code) == (MessageState.FAILED, code)
    assert (said.consequence, said.permanent) == (consequence, consequence == "unreachable")


@pytest.mark.parametrize(
    ("reason", "rule", "channels"),
    [
        ("Unsubscribed Address", "dropped-unsubscribed", {Channel.EMAIL}),
        ("Spam Reporting Address", "dropped-spam", {Channel.EMAIL, Channel.SMS}),
    ],
)
@pytest.mark.parametrize("ours", [True, False])
def test_a_drop_by_an_opt_out_we_missed_is_an_opt_out(
    reason: str, rule: str, channels: set[Channel], ours: bool
) -> None:
    first, second = parsed(event("dropped", reason=reason, send_id=SEND_ID if ours else None))
    assert isinstance(first, Receipt) == ours
    assert isinstance(second, OptedOut)
    assert (second.rule, second.channels, second.complaint) == (f"sendgrid:{rule}", channels, False)
    assert second.external_id != "id-dropped"


def test_a_spam_report_closes_every_marketing_channel_and_is_a_complaint() -> None:
    said = one("spamreport", email="Ann@Lake.example")
    both = frozenset({Channel.EMAIL, Channel.SMS})
    assert said == OptedOut("id-spamreport", both, "Ann@Lake.example", "sendgrid:spamreport", complaint=True, at=AT)


@pytest.mark.parametrize("kind", ["unsubscribe", "group_unsubscribe"])
def test_an_unsubscribe_closes_e_mail_even_of_mail_that_is_not_ours(kind: str) -> None:
    for sent_by in (SEND_ID, None, "somebody-elses"):
        said = one(kind, send_id=sent_by)
        assert isinstance(said, OptedOut)
        assert (said.channels, said.complaint, said.dead) == ({Channel.EMAIL}, False, False)


def test_a_resubscribe_lifts_nothing_of_ours() -> None:
    said = one("group_resubscribe")
    assert isinstance(said, Ignored)
    assert "lifted only" in said.why


@pytest.mark.parametrize("machine", [True, False, None])
def test_an_open_never_counts_as_a_person(machine: bool | None) -> None:
    said = one("open", sg_machine_open=machine)
    assert isinstance(said, Touched)
    assert (said.act, said.human, said.message_id, said.url) == ("open", False, SEND_ID, "")


def test_a_click_keeps_its_link_and_does_not_count_as_a_person_by_itself() -> None:
    said = one("click", url="https://lakeside.example/homes/12?x=1")
    assert isinstance(said, Touched)
    assert (said.act, said.url, said.human) == ("click", "https://lakeside.example/homes/12?x=1", False)


@pytest.mark.parametrize("kind", ["processed", "delivered", "bounce", "open", "click"])
def test_what_became_of_mail_that_is_not_ours_is_ignored(kind: str) -> None:
    for other in (None, "", "not-a-uuid", 5, {"a": 1}):
        assert one(kind, send_id=other) == Ignored("not sent by Rekindle")


@pytest.mark.parametrize("kind", ["account_status_change", "", None, 7, ["bounce"], "x" * 5000])
def test_an_unknown_kind_is_ignored_with_a_reason(kind: object) -> None:
    said = one("delivered", event=kind)
    assert isinstance(said, Ignored)
    assert 0 < len(said.why) < 100


def test_all_of_a_batch_comes_out_in_its_order() -> None:
    kinds = ("delivered", "open", "processed", "spamreport", "click")
    words = parsed(*(event(kind) for kind in kinds))
    assert [getattr(word, "external_id", "") for word in words] == [f"id-{kind}" for kind in kinds]


def test_one_malformed_event_costs_no_other() -> None:
    words = INBOUND.parse(Event("evt", orjson.dumps([7, event("delivered"), None, {}]), NOON), EVENTS)
    assert [type(word) for word in words] == [Ignored, Receipt, Ignored, Ignored]


def test_events_without_an_id_are_named_by_their_place() -> None:
    words = parsed(event("delivered", sg_event_id=None), event("delivered", sg_event_id=""))
    assert [getattr(word, "external_id", "") for word in words] == ["evt:0", "evt:1"]


def test_the_published_examples_are_all_understood() -> None:
    words = parsed(*(example | {"send_id": SEND_ID} for example in EXAMPLES))
    assert [type(word).__name__ for word in words] == [
        *["Receipt"] * 3, *["Touched"] * 2, *["Receipt"] * 2, *["OptedOut"] * 3, "Ignored",
    ]  # fmt: skip


@pytest.mark.parametrize("stamp", [0, -5, 10**18, "soon", None, True, 1.5, [1795543200]])
def test_a_timestamp_that_is_none_leaves_the_time_open(stamp: object) -> None:
    assert receipt("delivered", timestamp=stamp).at is None


def test_a_timestamp_in_text_is_read() -> None:
    assert receipt("delivered", timestamp="1795543200").at == AT


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[1, 2]", b"[" * 5000, b"\xff", b'"text"', b"NaN"])
def test_what_is_no_batch_is_unparsable_with_a_reason(body: bytes) -> None:
    with pytest.raises(UnparsableError, match=r"."):
        INBOUND.parse(Event("evt", body, NOON), EVENTS)


def test_the_same_events_in_any_order_are_one_event() -> None:
    kinds = [event("delivered"), event("open"), event("click")]
    assert len({named(batch(*order)) for order in permutations(kinds)}) == 1
    assert named(batch(*kinds)) != named(batch(*kinds[:2]))


def test_a_batch_with_an_unnamed_event_is_named_by_its_bytes() -> None:
    first, second = (batch(event("delivered", sg_event_id="", attempt=n)) for n in (1, 2))
    assert named(first) == named(first) != named(second)


def test_a_batch_about_one_person_is_handled_in_that_persons_order() -> None:
    def party(*events: dict[str, object]) -> str:
        body = batch(*events)
        headers = signed(body, int(NOON.timestamp()))
        return INBOUND.verify(Request("POST", "https://x.example", "", headers, body, NOON), EVENTS).party

    assert party(event("delivered"), event("open", email="ANN@lake.example")) == "ann@lake.example"
    assert party(event("delivered"), event("open", email="bob@lake.example")) == ""


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
names = st.sampled_from(
    ["event", "email", "timestamp", "sg_event_id", "sg_message_id", "send_id", "reason", "type", "status", "url", "x"]
)
kinds = st.sampled_from(["processed", "bounce", "dropped", "open", "click", "spamreport", "unsubscribe"])
events = st.dictionaries(names, anything, max_size=8) | st.builds(
    lambda kind, fields: event(kind) | fields, kinds, st.dictionaries(names, anything, max_size=4)
)


@given(st.lists(events | anything, max_size=4))
def test_any_json_is_our_words_or_unparsable(given_events: list[object]) -> None:
    body = json.dumps(given_events).encode()
    try:
        words = INBOUND.parse(Event("evt", body, NOON), EVENTS)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    else:
        assert len(words) >= min(1, len(given_events))
        assert all("\x00" not in repr(word) for word in words)


@given(st.binary())
def test_any_bytes_are_unparsable_or_our_words(body: bytes) -> None:
    try:
        INBOUND.parse(Event("evt", body, NOON), EVENTS)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    request = Request("POST", "https://x.example", "", signed(body, int(NOON.timestamp())), body, NOON)
    assert INBOUND.verify(request, EVENTS) == INBOUND.verify(replace(request, tail="x"), EVENTS)
