"""A lead of a live office: texts by Twilio, mail by SendGrid, every receipt and every no as these two tell it."""

from datetime import timedelta

from tests.journeys.live.conftest import Town
from tests.journeys.live.outside import DANAS_MAIL, DANAS_PHONE, REPLY_DOMAIN, reply_token
from tests.journeys.live.site import PUBLIC

HELLO_TOO = timedelta(minutes=6)  # the same greeting by mail comes five minutes after the text


async def test_a_lead_is_greeted_by_text_and_mail_and_both_say_who_they_are_and_how_to_leave(town: Town) -> None:
    assert (await town.office.form()).status_code == 200
    await town.site.turn()
    [text] = await town.office.sent("sms")
    [asked] = town.twilio.asked()
    assert asked["To"] == DANAS_PHONE
    assert asked["StatusCallback"].startswith(f"{PUBLIC}/hooks/lakeside/twilio/status/{text['id']}")
    # Noon in Chicago: until eight in the evening is less than Twilio's ten hours.
    assert 7 * 3600 < int(asked["ValidityPeriod"]) <= 9 * 3600
    assert "STOP" in asked["Body"]
    assert text["state"] == "accepted"
    await town.site.pass_time(HELLO_TOO)
    [mail] = await town.office.sent("email")
    [letter] = town.sendgrid.letters
    assert letter["custom_args"] == {"send_id": str(mail["id"])}, "nothing personal"
    token = reply_token(letter)
    assert letter["reply_to"]["email"] == f"r.{token}@{REPLY_DOMAIN}"
    assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    web, mailto = letter["headers"]["List-Unsubscribe"].split(", ")
    assert web.startswith(f"<{PUBLIC}/u/")
    assert mailto == f"<mailto:u.{token}@{REPLY_DOMAIN}?subject=unsubscribe>"
    assert not await town.office.notices()


async def test_receipts_move_a_message_forward_only_in_any_order_however_often(town: Town) -> None:
    await town.office.form()
    await town.site.pass_time(HELLO_TOO)
    [text] = await town.office.sent("sms")
    for status in ("delivered", "queued", "sent", "delivered", "sent"):
        answered = await town.twilio.receipt(town.office, text, status)
        assert (answered.status_code, answered.headers["content-type"]) == (200, "text/xml")
    await town.site.turn()
    [text] = await town.office.sent("sms")
    assert text["state"] == "delivered"
    [mail] = await town.office.sent("email")
    delivered, click = (
        town.sendgrid.event("delivered", mail),
        town.sendgrid.event("click", mail, url="https://a.example"),
    )
    batch = (click, delivered, town.sendgrid.event("processed", mail), delivered)
    for _ in range(2):
        assert (await town.sendgrid.events(town.office, *batch)).is_success
    await town.site.turn()
    [mail] = await town.office.sent("email")
    assert mail["state"] == "delivered"
    told = [row["kind"] for row in await town.office.rows("select kind from timeline")]
    assert told.count("receipt") == 2, "each message reached its end once"
    [lead] = await town.office.rows("select * from lead")
    assert lead["last_inbound_at"] is None, "a click may be a scanner's"


async def test_what_a_lead_texts_back_is_read_as_written_and_ends_the_plan(town: Town) -> None:
    await town.office.form()
    await town.site.turn()
    words = "Yes + 100% sure! Is 5 o'clock & “Elm” fine? Señora Núñez 🏠"
    assert (await town.twilio.text(town.office, words)).status_code == 200
    await town.site.turn()
    heard = await town.office.one("select * from message where direction = 'in'")
    assert heard["body"] == words
    assert (heard["channel"], heard["address"]) == ("sms", DANAS_PHONE)
    assert await town.office.rows("select 1 from handoff where closed_at is null")
    before = len(town.twilio.texts) + len(town.sendgrid.letters)
    await town.site.pass_time(timedelta(days=10))
    assert len(town.twilio.texts) + len(town.sendgrid.letters) == before


async def test_a_stop_that_twilio_answered_itself_is_kept_and_not_answered_again(town: Town) -> None:
    await town.office.form()
    await town.site.turn()
    await town.twilio.text(town.office, "STOP", OptOutType="STOP")
    await town.site.turn()
    assert {channel for channel, _ in await town.office.blocked()} == {"sms", "email"}, "a bare no is a no to all of it"
    await town.office.form()
    await town.site.pass_time(timedelta(days=40))
    assert len(town.twilio.texts) == 1, "the greeting, and neither a confirmation nor anything later"
    assert town.sendgrid.letters == []
    await town.twilio.text(town.office, "START", OptOutType="START")
    await town.site.turn()
    assert {channel for channel, _ in await town.office.blocked()} == {"email"}, "START speaks of the number only"


async def test_an_altered_text_or_receipt_is_refused_and_leaves_no_trace(town: Town) -> None:
    await town.office.form()
    await town.site.turn()
    before = await town.office.rows("select state from message")
    forged = b"AccountSid=AC" + b"a" * 32 + b"&Body=STOP&From=%2B13125550142&MessageSid=SM" + b"1" * 32
    for path in ("twilio", "sendgrid", "sendgrid-mail/guess", "twilio/status/11111111-2222-3333-4444-555555555555"):
        assert (await town.office.hook(path, forged, {"x-twilio-signature": "AAAA"})).status_code == 401
    await town.site.turn()
    assert await town.office.rows("select state from message") == before
    assert await town.office.blocked() == set()


async def test_a_hard_bounce_closes_the_address_and_a_soft_one_does_not(town: Town) -> None:
    await town.office.form()
    await town.site.pass_time(HELLO_TOO)
    [mail] = await town.office.sent("email")
    await town.sendgrid.events(town.office, town.sendgrid.event("bounce", mail, type="blocked", reason="421 later"))
    await town.site.turn()
    assert await town.office.blocked() == set()
    await town.site.pass_time(timedelta(days=3))
    [_, later] = await town.office.sent("email")
    await town.sendgrid.events(town.office, town.sendgrid.event("bounce", later, type="bounce", reason="550 5.1.1 who"))
    await town.site.turn()
    assert {channel for channel, _ in await town.office.blocked()} == {"email"}
    await town.site.pass_time(timedelta(days=20))
    assert len(town.sendgrid.letters) == 2
    assert len(town.twilio.texts) >= 2, "texts go on"


async def test_a_spam_report_ends_mail_and_texts_and_somebody_is_told(town: Town) -> None:
    await town.office.form()
    await town.site.pass_time(HELLO_TOO)
    [mail] = await town.office.sent("email")
    await town.sendgrid.events(town.office, town.sendgrid.event("spamreport", mail))
    await town.site.turn()
    assert {channel for channel, _ in await town.office.blocked()} == {"email", "sms"}
    assert [text for text in await town.office.notices() if "spam" in text]
    await town.site.pass_time(timedelta(days=60))
    assert (len(town.twilio.texts), len(town.sendgrid.letters)) == (1, 1)


async def test_an_answer_by_mail_from_another_address_is_the_leads_own_by_its_token(town: Town) -> None:
    await town.office.form()
    await town.site.pass_time(HELLO_TOO)
    to = town.sendgrid.letters[0]["reply_to"]["email"]
    answered = await town.sendgrid.mail(
        town.office, "Saturday works for us.\r\n", to=to, sender="fox.family@home.example"
    )
    assert answered.status_code == 200
    await town.site.turn()
    heard = await town.office.one("select * from message where direction = 'in'")
    lead = await town.office.one("select * from lead")
    assert heard["lead_id"] == lead["id"]
    assert heard["body"].strip() == "Saturday works for us."
    assert await town.office.rows("select 1 from handoff where closed_at is null")


async def test_a_mail_to_the_unsubscribe_address_ends_mail_and_sendgrid_is_told(town: Town) -> None:
    await town.office.form()
    await town.site.pass_time(HELLO_TOO)
    token = reply_token(town.sendgrid.letters[0])
    await town.sendgrid.mail(town.office, "\r\n", to=f"u.{token}@{REPLY_DOMAIN}", sender="fox.family@home.example")
    await town.site.turn()
    assert {channel for channel, _ in await town.office.blocked()} == {"email"}
    assert town.sendgrid.fake.suppressed == [DANAS_MAIL], "the address the letter went to, not the one that wrote"
    await town.site.pass_time(timedelta(days=60))
    assert len(town.sendgrid.letters) == 1
    assert len(town.twilio.texts) > 1


async def test_who_unsubscribed_at_sendgrid_itself_is_left_alone_here(town: Town) -> None:
    before = int(town.site.clock.now().timestamp()) - 3600
    town.sendgrid.fake.lists["unsubscribes"] = [{"email": DANAS_MAIL, "created": before}]
    await town.site.tick()
    assert {channel for channel, _ in await town.office.blocked()} == {"email"}
    await town.office.form()
    await town.site.pass_time(timedelta(days=30))
    assert town.sendgrid.letters == []
    assert town.twilio.texts, "the phone is another matter"
