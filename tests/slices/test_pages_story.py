"""Every kind of line a timeline can hold is told in a plain sentence."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from rekindle.kit.ids import new_id
from rekindle.timeline.types import Entry, Kind
from rekindle.web.pages.story.said import Context
from rekindle.web.pages.story.tell import StoryLine, tell
from tests.conftest import NOON

PERSON = str(new_id())
MESSAGE = str(new_id())
CONTEXT = Context(
    names={PERSON: "Dana Whitfield"},
    bodies={MESSAGE: ("", "Yes please")},
    reasons={"d1": [{"gate": "hours", "verdict": "hold", "code": "QUIET_HOURS", "text": "It is night there."}]},
    zone=ZoneInfo("America/Chicago"),
    at=NOON,
)


def said(kind: Kind, data: dict[str, object], actor: str = "engine") -> StoryLine:
    return tell([Entry(new_id(), NOON, new_id(), kind, actor, data)], CONTEXT)[0]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_sentence_even_when_it_says_nothing_more(kind: Kind) -> None:
    text = said(kind, {}).said.text
    assert text
    assert text[0].isupper()
    assert "None" not in text
    assert "_" not in text


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        (Kind.CREATED, {"source": "open_house"}, "Arrived from open house"),
        (Kind.SCORED, {"points": 78, "before": 64, "temperature": "hot"}, "Score from 64 to 78, hot"),
        (Kind.EXITED, {"sequence": "new-buyer", "reason": "reply"}, "Left the sequence new-buyer: the lead replied"),
        (Kind.LEFT, {"channel": "sms", "provider": "sandbox"}, "Text handed to sandbox and accepted"),
        (
            Kind.LEFT,
            {"channel": "sms", "provider": "ghl", "elsewhere": "person", "text": "Call me"},
            "Somebody sent a text from ghl, not through us",
        ),
        (
            Kind.LEFT,
            {"channel": "email", "provider": "ghl", "elsewhere": "workflow"},
            "An automation sent an e-mail from ghl, not through us",
        ),
        (Kind.TOUCHED, {"act": "click"}, "Clicked a link in an e-mail"),
        (
            Kind.ENRICHED,
            {"source": "apollo", "filled": ["city", "first_name"], "credits": 1.0},
            "Looked up with apollo: filled in city, first name (1 credit)",
        ),
        (Kind.RECEIPT, {"channel": "email", "state": "delivered"}, "E-mail delivered"),
        (Kind.REPLIED, {"channel": "sms", "intent": "not_now_later"}, "Replied by text: not now, later"),
        (Kind.ASSIGNED, {"to": PERSON}, "Assigned to Dana Whitfield"),
        (Kind.RELEASED, {"person_id": PERSON, "offer": "declined"}, "Dana Whitfield passed the offer on"),
        (
            Kind.DECIDED,
            {
                "kind": "wait",
                "verdict": "hold",
                "text": "It is night there.",
                "until": (NOON + timedelta(hours=20)).isoformat(),
            },
            "Waits until tomorrow 08:00: It is night there.",
        ),
        (
            Kind.DECIDED,
            {"kind": "send", "verdict": "deny", "channel": "sms", "text": "No consent to texts."},
            "The gate refused a text: No consent to texts.",
        ),
        (
            Kind.TAKEN_OVER,
            {"person_id": PERSON, "canceled": 2},
            "Dana Whitfield took the conversation over; automation is silent; 2 planned messages taken back",
        ),
    ],
)
def test_what_happened_in_plain_words(kind: Kind, data: dict[str, object], text: str) -> None:
    assert said(kind, data).said.text == text


def test_what_was_written_elsewhere_is_quoted() -> None:
    data = {"channel": "sms", "provider": "ghl", "elsewhere": "person", "text": "Call me"}
    assert said(Kind.LEFT, data).said.quote == "Call me"


def test_a_reply_carries_what_was_written_and_a_decision_its_reasons() -> None:
    assert said(Kind.REPLIED, {"message_id": MESSAGE}).said.quote == "Yes please"
    why = said(Kind.DECIDED, {"decision_id": "d1", "kind": "wait", "verdict": "hold"}).said.why
    assert [(line.gate, line.verdict, line.text) for line in why] == [("hours", "hold", "It is night there.")]


def test_who_did_it() -> None:
    assert said(Kind.PAUSED, {}, f"person:{PERSON}").by == "Dana Whitfield"
    assert said(Kind.RECEIPT, {}, "provider:sandbox").by == "told by sandbox"
    assert said(Kind.DECIDED, {}).by == ""


def test_days_are_named_once() -> None:
    entries = [Entry(new_id(), NOON - timedelta(hours=h), new_id(), Kind.NOTE, "engine", {}) for h in (0, 1, 20, 60)]
    assert [line.day for line in tell(entries, CONTEXT)] == ["Today", "", "Yesterday", "Sunday, November 22"]


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        ("reply", "Took back consent to text"),
        ("written", "Did not consent to text"),
        ("attested", "Did not consent to text"),
    ],
)
def test_a_box_left_unticked_is_not_told_as_consent_taken_back(basis: str, told: str) -> None:
    assert said(Kind.CONSENT_REVOKED, {"channel": "sms", "basis": basis}).said.text == told
