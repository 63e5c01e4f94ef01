"""Whoever asks gets an answer or a person, also where automation may say nothing; and a no is taken back by its own."""

from datetime import timedelta

import pytest

from rekindle.decide.words import Channel
from rekindle.routing import takeover
from tests.journeys.stage import DANA, Stage

OUT = "select channel, address, step, state, class from message where direction = 'out' order by created_at, id"
NOTICES = "select kind, person_id, text from notice order by first_at"
UNTICKED = {"sms": False, "text": "I agree to texts", "url": "https://lakeside.example/elm-12"}
FIRST, SECOND = "+13125550142", "+13125550143"


@pytest.mark.parametrize("consent", [{}, UNTICKED])
async def test_a_phone_alone_without_consent_reaches_a_person_within_the_minute(
    stage: Stage, consent: dict[str, object]
) -> None:
    await stage.form({"first_name": "Dana", "phone": FIRST, "message": "Call me about Elm 12", "consent": consent})
    await stage.turn()
    assert await stage.rows(OUT) == []
    handed = await stage.one("select cause, summary, person_id from handoff")
    assert (handed["cause"], handed["person_id"]) == ("no_automatic_answer", stage.agent)
    assert "onsent to texts" in handed["summary"]
    told = await stage.one(NOTICES)
    assert (told["kind"], told["person_id"]) == ("handoff", stage.agent)
    await stage.pass_time(timedelta(days=60))
    assert await stage.rows(OUT) == []


async def test_an_office_without_a_postal_address_learns_it_from_its_first_lead(stage: Stage) -> None:
    async with stage.conn() as conn:
        await conn.execute("update office set address = null")
    await stage.form({"first_name": "Dana", "email": "dana@mail.example"})
    await stage.turn()
    assert "office.address" in (await stage.one(NOTICES))["text"]


async def test_who_comes_back_with_another_enquiry_is_answered_again(stage: Stage) -> None:
    by_mail = {"first_name": "Dana", "email": "dana@mail.example"}
    await stage.form(by_mail | {"message": "Is Elm 12 free?"})
    await stage.turn()
    await stage.phone.reply("lakeside", Channel.EMAIL, "dana@mail.example", "Ok, thank you!")
    await stage.turn()
    await stage.pass_time(timedelta(days=20))
    before = len(await stage.rows(OUT))
    await stage.form(by_mail | {"message": "And Oak 7?"})
    await stage.turn()
    sent = await stage.rows(OUT)
    assert len(sent) == before + 1
    assert sent[-1]["step"] == "new-buyer/hello"
    await stage.form(by_mail | {"message": "And Oak 7?"})  # sent twice in a hurry
    await stage.turn()
    assert len(await stage.rows(OUT)) == before + 1


async def test_start_opens_the_number_it_comes_from_and_no_other(stage: Stage) -> None:
    await stage.form(DANA)
    await stage.form(DANA | {"phone": SECOND})  # the same person by e-mail, with another number
    await stage.turn()
    for text in ("STOP", "START"):
        await stage.phone.reply("lakeside", Channel.SMS, FIRST, text)
        await stage.turn()
        await stage.pass_time(timedelta(days=2))
    async with stage.conn() as conn:  # a person has seen that they are back
        [lead] = await stage.rows("select lead_id from handoff")
        await takeover.release(conn, stage.office.office_id, lead["lead_id"], stage.agent, at=stage.clock.now())
    await stage.form(DANA | {"message": "I am looking again"})
    await stage.turn()
    after = await stage.one(
        "select address, step, state from message where direction = 'out' and channel = 'sms' and class <> 'compliance'"
        " and created_at >= %s",
        stage.clock.now(),
    )
    assert after["address"] == FIRST
    blocked = await stage.rows("select 1 from suppression where channel = 'sms' and lifted_at is null")
    assert len(blocked) == 1


async def test_who_said_stop_and_asks_again_reaches_a_person_and_gets_no_message(stage: Stage) -> None:
    await stage.form(DANA)
    await stage.turn()
    await stage.phone.reply("lakeside", Channel.SMS, FIRST, "STOP")
    await stage.turn()
    await stage.pass_time(timedelta(days=5))
    before = await stage.rows(OUT)
    assert await stage.rows(NOTICES) == []
    await stage.form(DANA | {"message": "Is Oak 7 free?"})
    await stage.turn()
    assert "closed: asked to stop" in (await stage.one(NOTICES))["text"]
    await stage.pass_time(timedelta(days=60))
    assert await stage.rows(OUT) == before
