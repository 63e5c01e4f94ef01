"""A text may have left and nobody knows: it is looked for, never sent twice. And what each refusal of Twilio stops."""

from datetime import timedelta

from tests.journeys.live.conftest import Town
from tests.journeys.live.outside import DANAS_PHONE
from tests.journeys.live.site import DANA
from tests.providers import faults

MINUTE = timedelta(minutes=1)
SECONDS = timedelta(seconds=2)  # within which every process knows of a breaker that opened
SECOND_LEAD = DANA | {"first_name": "Eli", "last_name": "Ash", "email": "eli@mail.example", "phone": "(312) 555-0143"}


async def test_a_text_twilio_took_without_answering_is_found_on_its_list_and_never_sent_again(town: Town) -> None:
    town.twilio.wire.then(faults.HangAfter())
    await town.office.form()
    await town.site.turn()
    [text] = await town.office.sent("sms")
    assert text["state"] == "unknown"
    await town.site.pass_time(10 * MINUTE)
    [text] = await town.office.sent("sms")
    [taken] = town.twilio.texts
    assert (text["state"], text["provider_id"]) == ("accepted", taken["sid"])
    told = [row["kind"] for row in await town.office.rows("select kind from timeline order by at, id")]
    assert told.index("unknown") < told.index("reconciled") < told.index("left")
    # Its callback says what it would have said all along.
    await town.twilio.receipt(town.office, text, "delivered")
    await town.site.turn()
    assert (await town.office.sent("sms"))[0]["state"] == "delivered"


async def test_a_receipt_settles_a_text_before_anybody_has_looked(town: Town) -> None:
    town.twilio.wire.then(faults.ResetAfter())
    await town.office.form()
    await town.site.turn()
    [text] = await town.office.sent("sms")
    assert text["state"] == "unknown"
    await town.twilio.receipt(town.office, text, "delivered")
    await town.site.pass_time(10 * MINUTE)
    [text] = await town.office.sent("sms")
    assert text["state"] == "delivered"
    assert len(town.twilio.texts) == 1


async def test_a_text_twilio_never_got_is_sent_once_more_and_only_after_the_grace(town: Town) -> None:
    town.twilio.wire.then(faults.HangBefore())
    await town.office.form()
    await town.site.pass_time(MINUTE)
    assert (await town.office.sent("sms"))[0]["state"] == "unknown"
    assert town.twilio.texts == []
    await town.site.pass_time(10 * MINUTE)
    [text] = await town.office.sent("sms")
    [taken] = town.twilio.texts
    assert (text["state"], text["provider_id"]) == ("accepted", taken["sid"])
    assert len(town.twilio.asked()) == 2
    assert {asked["To"] for asked in town.twilio.asked()} == {DANAS_PHONE}


async def test_while_twilios_list_cannot_be_read_nothing_is_sent_again_and_a_person_is_told(town: Town) -> None:
    town.twilio.wire.then(faults.HangBefore(), *[faults.Status(500)] * 60)
    await town.office.form()
    await town.site.pass_time(timedelta(hours=1))
    [text] = await town.office.sent("sms")
    assert text["state"] == "unknown"
    assert len(town.twilio.asked()) == 1
    assert [said for said in await town.office.notices() if "cannot find out whether a message left" in said]


async def test_a_limit_told_to_one_worker_is_kept_by_all(town: Town) -> None:
    town.twilio.wire.then(faults.Status(429, {"retry-after": "120"}, b'{"code": 20429, "status": 429}'))
    await town.office.form()
    first, second = town.site.outboxes
    await town.site.turn()
    await town.office.form(SECOND_LEAD)
    for _ in range(3):
        await town.site.turn()
        town.site.clock.at += timedelta(seconds=30)
        await second.drain()
        await first.drain()
    assert len(town.twilio.asked()) == 1, "nobody knocks before the time"
    assert town.twilio.texts == []
    await town.site.pass_time(5 * MINUTE)
    assert sorted(text["to"] for text in town.twilio.texts) == [DANAS_PHONE, "+13125550143"]
    assert {row["state"] for row in await town.office.sent("sms")} == {"accepted"}


async def test_a_phone_that_was_off_gets_one_more_try_hours_later_and_no_third(town: Town) -> None:
    await town.office.form()
    await town.site.turn()
    [text] = await town.office.sent("sms")
    for _ in range(2):
        await town.twilio.receipt(town.office, text, "undelivered", ErrorCode="30003")
    await town.site.turn()
    await town.site.pass_time(50 * MINUTE)
    assert len(town.twilio.texts) == 1
    await town.site.pass_time(timedelta(hours=4))  # the pause between two texts holds for a second try as well
    assert [row["body"] for row in town.twilio.texts] == [text["body"]] * 2
    again = (await town.office.sent("sms"))[1]
    await town.twilio.receipt(town.office, again, "undelivered", ErrorCode="30003")
    await town.site.pass_time(timedelta(hours=12))
    assert len(town.twilio.texts) == 2
    assert await town.office.blocked() == set()


async def test_a_number_that_is_not_registered_stops_all_texts_and_managers_are_told_once(town: Town) -> None:
    await town.office.form()
    await town.site.turn()
    [text] = await town.office.sent("sms")
    await town.twilio.receipt(town.office, text, "undelivered", ErrorCode="30034")
    await town.site.pass_time(SECONDS)
    await town.office.form(SECOND_LEAD)
    await town.site.pass_time(2 * MINUTE)
    assert len(town.twilio.texts) == 1, "no text leaves from a number the carriers bar"
    [told] = [said for said in await town.office.notices() if "30034" in said]
    assert "Nothing more leaves" in told
    await town.site.pass_time(10 * MINUTE)
    assert {mail["personalizations"][0]["to"][0]["email"] for mail in town.sendgrid.letters} >= {"eli@mail.example"}


async def test_somebody_who_opted_out_at_twilio_without_our_knowing_is_left_alone_from_then_on(town: Town) -> None:
    await town.office.form(DANA | {"phone": "(312) 555-0199"})
    await town.site.pass_time(timedelta(days=30))
    assert len(town.twilio.asked()) == 1
    assert ("sms", "provider:21610") in await town.office.blocked()
    assert town.sendgrid.letters, "the mail goes on: they said no to texts"
