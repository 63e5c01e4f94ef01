"""Messages through HighLevel: one request that may have happened, everything before it certain."""

from datetime import timedelta
from typing import Any

import pytest

from rekindle.decide.words import Channel, MessageState
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.outbox.refusal import suppresses
from rekindle.providers.ghl.sender import GhlSender
from rekindle.providers.ports import (
    Accepted,
    CannotTell,
    Fault,
    Found,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.ghl_side import Side, connected, installed, outgoing

PHONE, EMAIL = "+13125550142", "ann@reed.example"
LATER = timedelta(minutes=3)


async def send(side: Side, message: Outgoing | None = None, *, deadline: float = 5.0) -> Accepted:
    return await GhlSender(side.client).send(message or outgoing(), side.account, deadline=deadline)


async def refusal(side: Side, message: Outgoing | None = None) -> SendRefusedError:
    with pytest.raises(SendRefusedError) as refused:
        await send(side, message)
    return refused.value


async def find(side: Side, message: Outgoing | None = None) -> Found | Missing | CannotTell:
    return await GhlSender(side.client).find(message or outgoing(), side.account, deadline=5)


async def test_a_text_goes_to_the_contact_with_this_number_and_to_this_number(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        accepted = await send(side)
        (kept,) = side.fake.messages
        assert (accepted.provider_id, kept["contactId"], kept["toNumber"]) == (kept["id"], there["id"], PHONE)
        assert kept["body"] == outgoing().body


async def test_an_e_mail_carries_subject_text_and_both_addresses(clock: HandClock) -> None:
    async with connected(clock) as side:
        await send(side, outgoing(Channel.EMAIL, body="Is 3 < 4 & true?\nAnn"))
        body: Any = side.asked("POST", "conversations/messages")[0].json()
        assert (body["type"], body["subject"], body["emailTo"]) == ("Email", "Your question", EMAIL)
        assert body["emailFrom"] == "hello@lakeside.example"
        assert body["html"] == '<div style="white-space: pre-wrap">Is 3 &lt; 4 &amp; true?\nAnn</div>'
        assert body["message"] == "Is 3 < 4 & true?\nAnn"


async def test_links_of_an_e_mail_can_be_pressed_and_it_is_found_again_all_the_same(clock: HandClock) -> None:
    async with connected(clock) as side:
        mail = outgoing(Channel.EMAIL, body="To stop our e-mails: https://rekindle.example/u/a?b=1&c=2.\nAnn <b>")
        accepted = await send(side, mail)
        body: Any = side.asked("POST", "conversations/messages")[0].json()
        link = "https://rekindle.example/u/a?b=1&amp;c=2"
        assert f'e-mails: <a href="{link}">{link}</a>.\nAnn &lt;b&gt;</div>' in body["html"]
        assert await find(side, mail) == Found(accepted.provider_id, MessageState.SENT)


async def test_a_person_unknown_there_becomes_a_contact_first(clock: HandClock) -> None:
    async with connected(clock) as side:
        await send(side)
        assert [contact["phone"] for contact in side.fake.contacts.values()] == [PHONE]
        assert len(side.fake.messages) == 1


async def test_the_office_may_name_the_number_and_address_it_sends_from(clock: HandClock) -> None:
    async with connected(clock) as side:
        account = side.with_values(from_number="+13125550177", email_from="team@lakeside.example")
        sender = GhlSender(side.client)
        await sender.send(outgoing(), account, deadline=5)
        await sender.send(outgoing(Channel.EMAIL), account, deadline=5)
        bodies: list[Any] = [asked.json() for asked in side.asked("POST", "conversations/messages")]
        assert (bodies[0]["fromNumber"], bodies[1]["emailFrom"]) == ("+13125550177", "team@lakeside.example")


@pytest.mark.parametrize(
    ("channel", "dnd"),
    [
        (Channel.SMS, {"dnd": True}),
        (Channel.EMAIL, {"dnd": True}),
        (Channel.SMS, {"dndSettings": {"SMS": {"status": "active"}}}),
        (Channel.SMS, {"dndSettings": {"sms": {"status": "permanent"}}}),
        (Channel.EMAIL, {"dndSettings": {"Email": {"status": "active"}}}),
    ],
)
async def test_a_contact_on_do_not_disturb_is_refused_as_opted_out_and_not_written_to(
    clock: HandClock, channel: Channel, dnd: dict[str, Any]
) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE, email=EMAIL, **dnd)
        error = await refusal(side, outgoing(channel))
        assert (error.permanent, error.fault, suppresses(error.code)) == (True, Fault.MESSAGE, "opted_out")
        assert not side.asked("POST")


async def test_do_not_disturb_of_another_channel_bars_nothing(clock: HandClock) -> None:
    async with connected(clock) as side:
        settings = {"Call": {"status": "active"}, "Email": {"status": "active"}, "SMS": {"status": "inactive"}}
        side.fake.person_adds(phone=PHONE, dndSettings=settings)
        await send(side)
        assert len(side.fake.messages) == 1


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        ("Cannot send message as DND is active for SMS.", "unsubscribed", "opted_out"),
        ("Cannot send email as ann@reed.example has unsubscribed", "unsubscribed", "opted_out"),
        ("Unable to send e-mail, contact's e-mail is invalid", "invalid_address", "unreachable"),
        ("Missing phone number", "invalid_address", "unreachable"),
        ("type must be a valid enum value", "400", None),
    ],
)
async def test_what_highlevel_says_no_to_is_refused_for_good_with_its_reason(
    clock: HandClock, said: str, code: str, reason: str | None
) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        side.fail_at(2, faults.Status(400, body=b'{"message": "%s"}' % said.encode()))
        error = await refusal(side)
        assert (error.code, error.permanent, error.fault) == (code, True, Fault.MESSAGE)
        assert suppresses(error.code) == reason
        assert EMAIL not in error.text


@pytest.mark.parametrize(
    ("fault", "expected", "seconds"),
    [
        (faults.Status(429, {"Retry-After": "8"}), Fault.BUSY, 8.0),
        (faults.Status(429), Fault.BUSY, 10.0),
        (faults.Status(401), Fault.ACCOUNT, None),
        (faults.Status(402), Fault.ACCOUNT, None),
        (faults.Status(403), Fault.ACCOUNT, None),
    ],
)
@pytest.mark.parametrize("nth", [1, 2])
async def test_a_clear_no_for_now_is_a_refusal_that_may_be_tried_again(
    clock: HandClock, *, fault: faults.Fault, expected: Fault, seconds: float | None, nth: int
) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        side.fail_at(nth, fault)
        error = await refusal(side)
        assert (error.fault, error.permanent, error.retry_after) == (expected, False, seconds)
        assert len(side.wire.requests) == nth
        assert side.fake.messages == []


UNCLEAR = (
    faults.HangBefore(),
    faults.HangAfter(),
    faults.ResetBefore(),
    faults.ResetAfter(),
    faults.Malformed(),
    faults.BadJson(),
    faults.Huge(9),
    faults.Drip(0.05),
    faults.Status(500),
    faults.StatusAfter(500),
    faults.Status(504),
    faults.Status(408),
    faults.Status(302, {"location": "/elsewhere"}),
    faults.Status(200, body=b"{}"),
    faults.Status(200, body=b'{"messageId": "a\\u0000"}'),
)


@pytest.mark.parametrize("fault", UNCLEAR, ids=lambda fault: type(fault).__name__)
async def test_what_becomes_of_the_message_itself_is_uncertain_and_it_is_asked_for_once(
    clock: HandClock, fault: faults.Fault
) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        side.fail_at(2, fault)
        with pytest.raises(SendUncertainError):
            await send(side, deadline=0.5)
        assert len(side.asked("POST", "conversations/messages")) == 1


@pytest.mark.parametrize("fault", [f for f in UNCLEAR if not isinstance(f, faults.Status) or f.code != 200],
                         ids=lambda fault: type(fault).__name__)  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
async def test_what_fails_before_the_message_is_a_certain_refusal_for_now(
    clock: HandClock, fault: faults.Fault, *, known: bool
) -> None:
    async with connected(clock) as side:
        if known:
            side.fake.person_adds(phone=PHONE)
        side.fail_at(1 if known else 2, fault)
        with pytest.raises(SendRefusedError) as refused:
            await send(side, deadline=0.5)
        assert (refused.value.permanent, refused.value.fault) == (False, Fault.AWAY)
        assert not side.asked("POST", "conversations/messages")


async def test_nobody_listening_is_a_certain_refusal(clock: HandClock) -> None:
    async with connected(clock) as side:
        with pytest.raises(SendRefusedError) as refused:
            await send(side, deadline=0.0)
        assert (refused.value.fault, side.wire.requests) == (Fault.AWAY, [])


async def test_a_token_refused_at_the_message_is_renewed_and_the_message_still_sent_once(
    db: Db, keyring: Keyring, office_id: Any, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=(NOON + timedelta(days=1)).isoformat())
    async with connected(clock, vault=vault) as side:
        side.fake.grant()
        side.fake.person_adds(phone=PHONE)
        side.fail_at(2, faults.Status(401, body=b'{"message": "Invalid JWT"}'))
        await GhlSender(side.client).send(outgoing(), account, deadline=5)
        assert (side.fake.refreshes, len(side.fake.messages)) == (1, 1)


async def test_a_token_that_cannot_be_renewed_is_a_certain_refusal(
    db: Db, keyring: Keyring, office_id: Any, clock: HandClock
) -> None:
    vault, account = await installed(db, keyring, office_id, clock, expires_at=NOON.isoformat())
    async with connected(clock, vault=vault) as side:
        with pytest.raises(SendRefusedError) as refused:
            await GhlSender(side.client).send(outgoing(), account, deadline=5)
        assert (refused.value.fault, refused.value.permanent) == (Fault.ACCOUNT, False)


# ---------------------------------------------------------------- what became of it


async def test_a_message_whose_answer_was_lost_is_found_with_its_state(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        side.fail_at(2, faults.ResetAfter())
        with pytest.raises(SendUncertainError):
            await send(side)
        (kept,) = side.fake.messages
        assert await find(side) == Found(kept["id"], MessageState.SENT)
        kept["status"] = "delivered"
        assert await find(side) == Found(kept["id"], MessageState.DELIVERED)


async def test_a_message_that_never_arrived_is_missing_after_two_minutes_and_not_before(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        side.fail_at(2, faults.ResetBefore())
        with pytest.raises(SendUncertainError):
            await send(side)
        assert isinstance(await find(side), CannotTell)
        clock.advance(LATER)
        assert isinstance(await find(side), Missing)


@pytest.mark.parametrize("status", ["pending", "queued", "scheduled", 7, None])
async def test_a_state_that_says_nothing_more_is_accepted(clock: HandClock, status: object) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        named = (await send(side)).provider_id
        side.fake.messages[0]["status"] = status
        assert await find(side) == Found(named, MessageState.ACCEPTED)


async def test_other_messages_are_not_taken_for_ours(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        other = side.fake.person_adds(phone="+13125550199")
        side.fake.person_writes(there["id"], outgoing().body)  # long before the attempt
        clock.advance(timedelta(hours=1))
        began = clock.now()
        side.fake.lead_writes(there["id"], outgoing().body)  # an echo by the lead
        side.fake.person_writes(there["id"], "Hi Ann, something else")
        side.fake.person_writes(other["id"], outgoing().body)
        clock.advance(LATER)
        assert isinstance(await find(side, outgoing(attempted_at=began)), Missing)


async def test_a_footer_or_markup_of_highlevels_own_hides_nothing(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, email=EMAIL)
        text = side.fake.person_writes(there["id"], outgoing().body.replace("\n", " ") + "\nLakeside")
        assert await find(side) == Found(text["id"], MessageState.SENT)
        mail = await send(side, outgoing(Channel.EMAIL))
        assert await find(side, outgoing(Channel.EMAIL)) == Found(mail.provider_id, MessageState.SENT)


async def test_a_short_text_inside_another_is_not_decided(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        side.fake.person_writes(there["id"], "Yes, of course")
        clock.advance(LATER)
        assert isinstance(await find(side, outgoing(body="Yes")), CannotTell)


async def test_an_e_mail_listed_without_its_text_is_not_decided(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.export_email_text = False
        await send(side, outgoing(Channel.EMAIL))
        clock.advance(LATER)
        assert isinstance(await find(side, outgoing(Channel.EMAIL)), CannotTell)


async def test_a_contact_gone_since_leaves_only_absence_to_decide(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        await send(side)
        side.fake.person_deletes(there["id"])
        clock.advance(LATER)
        assert isinstance(await find(side), CannotTell)
        side.fake.messages.clear()
        assert isinstance(await find(side), Missing)


async def test_a_long_list_is_read_on_and_one_too_long_decides_nothing(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        for n in range(150):
            side.fake.person_writes(there["id"], f"an other text, number {n}")
        named = (await send(side)).provider_id
        assert await find(side) == Found(named, MessageState.SENT)
        side.fake.messages.pop()
        for n in range(500):
            side.fake.person_writes(there["id"], f"an other text, number {n}")
        clock.advance(LATER)
        assert isinstance(await find(side), CannotTell)


async def test_without_the_time_of_the_attempt_nothing_is_decided(clock: HandClock) -> None:
    async with connected(clock) as side:
        assert isinstance(await find(side, outgoing(attempted_at=None)), CannotTell)


@pytest.mark.parametrize(
    "fault", [faults.Status(500), faults.Status(429), faults.Status(401), faults.BadJson(), faults.ResetBefore(),
              faults.Status(200, body=b'{"messages": 7}')]
)  # fmt: skip
@pytest.mark.parametrize("nth", [1, 2])
async def test_a_list_that_cannot_be_read_is_never_taken_for_an_empty_one(
    clock: HandClock, fault: faults.Fault, nth: int
) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(phone=PHONE)
        clock.advance(LATER)
        side.fail_at(nth, fault)
        if nth == 1 and isinstance(fault, faults.Status) and fault.code == 200:
            side.heal()
            side.wire.then(faults.Status(200, body=b'{"contact": {"id": 7}}'))
        with pytest.raises(SendUncertainError):
            await find(side)


async def test_sends_are_counted_within_highlevels_limits(clock: HandClock) -> None:
    async with connected(clock) as side:
        limits = {limit.name: limit.count for limit in GhlSender(side.client).limits(side.account)}
        await send(side)
        assert len(side.wire.requests) * limits["ghl-send"] <= limits["ghl-burst"] == 100
