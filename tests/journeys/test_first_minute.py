"""A lead asks, is answered within the minute, answers back, and is handed to a person: with a reason for everything."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from rekindle.decide.words import Channel
from rekindle.kit import log
from tests.journeys.stage import DANA, Stage

OUT = "select * from message where direction = 'out' order by created_at, id"


async def test_an_enquiry_is_answered_by_text_and_mail_with_a_link_to_book(stage: Stage) -> None:
    answered = await stage.form()
    assert answered.status_code == 200
    assert answered.json()["id"]
    await stage.turn()
    assert [m["channel"] for m in await stage.rows(OUT)] == ["sms"]
    await stage.pass_time(timedelta(minutes=6))
    sent = await stage.rows(OUT)
    assert {m["channel"] for m in sent} == {"sms", "email"}, "minutes later the same greeting by mail"
    assert {m["state"] for m in sent} <= {"accepted", "sent", "delivered"}
    text = next(m for m in sent if m["channel"] == "sms")
    assert text["address"] == "+13125550142"
    assert "Dana" in text["body"]
    assert "lakeside" in text["body"].casefold()
    assert "STOP" in text["body"]
    mail = next(m for m in sent if m["channel"] == "email")
    assert "/u/" in mail["body"]
    assert "1 Lake St" in mail["body"]
    lead = await stage.one("select * from lead")
    assert lead["first_response_seconds"] is not None
    assert lead["first_response_seconds"] < 60
    assert 0 <= lead["score"] <= 100
    assert lead["temperature"] in {"hot", "warm", "cold"}


async def test_every_step_of_the_story_is_told_in_order_with_its_decision(stage: Stage) -> None:
    await stage.form()
    await stage.turn()
    kinds = [row["kind"] for row in await stage.rows("select kind from timeline order by at, id")]
    for earlier, later in (("created", "scored"), ("enrolled", "decided"), ("decided", "planned"), ("planned", "left")):
        assert kinds.index(earlier) < kinds.index(later), kinds
    decisions = await stage.rows("select * from decision order by at, id")
    assert all(d["reasons"] for d in decisions)
    sends = {d["id"] for d in decisions if d["kind"] == "send"}
    for message in await stage.rows(OUT):
        assert message["decision_id"] in sends, "nothing leaves without a committed decision to send it"


async def test_the_same_enquiry_five_times_has_one_effect(stage: Stage) -> None:
    answers = [await stage.form(event_id="msg_same") for _ in range(5)]
    await stage.turn()
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(await stage.rows("select * from lead")) == 1
    assert len(await stage.rows(OUT)) == 1


async def test_an_answer_with_intent_stops_the_plan_and_reaches_an_agent(stage: Stage) -> None:
    await stage.form()
    await stage.turn()
    await stage.phone.reply("lakeside", Channel.SMS, "+13125550142", "Yes! Can we see it Saturday at 10?")
    await stage.pass_time(timedelta(minutes=2))
    handoff = await stage.one("select * from handoff where closed_at is null")
    assert handoff["person_id"] == stage.agent
    assert handoff["summary"]
    assert [n["person_id"] for n in await stage.rows("select * from notice where kind <> 'problem'")] == [stage.agent]
    before = len(await stage.rows(OUT))
    await stage.pass_time(timedelta(days=30))
    assert len(await stage.rows(OUT)) == before, "automation is silent once a person should speak"
    assert await stage.rows("select * from enrollment where state = 'active'") == []


@pytest.mark.parametrize(
    "words", ["STOP", "Stop. Thank you", "please take me off your list", "no me manden más mensajes"]
)
async def test_a_stop_blocks_the_address_at_once_and_for_good(stage: Stage, words: str) -> None:
    await stage.form()
    await stage.turn()
    await stage.phone.reply("lakeside", Channel.SMS, "+13125550142", words)
    await stage.pass_time(timedelta(minutes=2))
    blocked = await stage.rows("select * from suppression where lifted_at is null")
    assert "sms" in {row["channel"] for row in blocked}
    texts = [m for m in await stage.rows(OUT) if m["channel"] == "sms"]
    assert len([m for m in texts if m["class"] == "compliance"]) <= 1
    await stage.form({**DANA, "first_name": "Somebody", "last_name": "Else"})
    await stage.pass_time(timedelta(days=40))
    later = [m for m in await stage.rows(OUT) if m["channel"] == "sms" and m["class"] != "compliance"]
    assert len(later) == len([m for m in texts if m["class"] != "compliance"]), "not a text after the stop"


async def test_a_vacation_note_does_not_end_the_follow_up(stage: Stage) -> None:
    await stage.form()
    await stage.turn()
    note = "I am out of office until Monday and will respond then."
    await stage.phone.reply("lakeside", Channel.SMS, "+13125550142", note)
    await stage.pass_time(timedelta(days=5))
    assert [e["state"] for e in await stage.rows("select state from enrollment")] == ["active"]
    assert len([m for m in await stage.rows(OUT) if m["accepted_at"]]) >= 3
    assert (await stage.one("select last_inbound_at from lead"))["last_inbound_at"] is None, "as silent as before"


async def test_without_consent_to_texts_nobody_is_ever_texted(stage: Stage) -> None:
    await stage.form({k: v for k, v in DANA.items() if k != "consent"})
    await stage.pass_time(timedelta(days=60))
    assert {m["channel"] for m in await stage.rows(OUT)} == {"email"}


async def test_at_night_the_mail_goes_now_and_the_text_waits_for_the_morning(stage: Stage) -> None:
    stage.clock.at = datetime(2026, 11, 24, 5, 10, tzinfo=UTC)  # 23:10 on Monday in Chicago
    await stage.form()
    await stage.turn()
    assert [m["channel"] for m in await stage.rows(OUT) if m["accepted_at"]] == ["email"], "at once"
    await stage.pass_time(timedelta(minutes=6))
    assert [m["channel"] for m in await stage.rows(OUT)] == ["email"]
    held = await stage.rows("select * from decision where verdict = 'hold' order by at")
    assert held, "the hold is a decision with its reason"
    opens = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)  # two minutes after nine in Chicago
    assert opens <= held[0]["until"] <= opens + timedelta(minutes=10), "spread, so that not all leave at once"
    await stage.pass_time(timedelta(hours=11))
    text = next(m for m in await stage.rows(OUT) if m["channel"] == "sms")
    assert text["in_flight_at"] >= opens


async def test_half_a_year_of_follow_up_stays_inside_the_law_and_ends(stage: Stage) -> None:
    await stage.form()
    await stage.pass_time(timedelta(days=200))
    texts = [m["in_flight_at"] for m in await stage.rows(OUT) if m["channel"] == "sms"]
    assert len(texts) >= 3
    for at in texts:
        assert at.hour >= 15 or at.hour < 2, "nine to eight in Chicago"
        assert len([other for other in texts if timedelta(0) <= other - at < timedelta(hours=24)]) <= 2
    mails = [m for m in await stage.rows(OUT) if m["channel"] == "email"]
    assert len(mails) >= 3
    states = {e["state"] for e in await stage.rows("select state from enrollment where sequence = 'new-buyer'")}
    assert states == {"done"}


async def test_a_name_with_markup_is_text_everywhere(stage: Stage) -> None:
    await stage.form({**DANA, "first_name": "<script>alert(1)</script>", "last_name": "O'Neil"})
    await stage.turn()
    lead = await stage.one("select * from lead")
    assert lead["first_name"] == "<script>alert(1)</script>"
    await stage.web.post("/login", data={"login": stage.office.login, "password": stage.office.password})
    page = await stage.web.get(f"/leads/{lead['id']}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


async def test_the_log_of_a_whole_journey_names_nobody(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up("debug")
    await stage.form()
    await stage.turn()
    await stage.phone.reply("lakeside", Channel.SMS, "+13125550142", "Who is this? My name is Dana Fox")
    await stage.pass_time(timedelta(days=3))
    written = capfd.readouterr().err
    for private in ("Dana", "Fox", "5550142", "555-0142", "dana@mail", "Elm", "Who is this"):
        assert private not in written
    for line in written.splitlines():
        assert json.loads(line)["event"]


async def test_an_unsigned_or_altered_enquiry_leaves_no_trace(stage: Stage) -> None:
    refused = await stage.web.post("/hooks/lakeside/form", json=DANA)
    assert refused.status_code == 401
    for table in ("event_key", "event", "lead"):
        assert await stage.rows(f"select 1 from {table}") == []
