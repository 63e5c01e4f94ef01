"""What a lead needs next, case by case."""

from dataclasses import replace
from datetime import datetime

import pytest

from rekindle.decide.decision import Decision, HandOff, Send, Stop, Wait
from rekindle.decide.facts import Draft, Facts, TakenBack
from rekindle.decide.next_action import next_action
from rekindle.decide.words import Basis, Channel, Conversation, Intent, Lane, MessageState, OptOutTier, Stage
from tests.decide.strategies import (
    EMAIL,
    NOON,
    PHONE,
    POLICY,
    ago,
    consent,
    facts,
    hence,
    reply,
    step,
    suppression,
    touch,
)

TEXT = Draft(Channel.SMS, "hello-text", 1, (), 1)
MAIL = Draft(Channel.EMAIL, "hello-mail", 3, (), 1)
NIGHT = hence(hours=11)  # 23:00 in Chicago
BY_MAIL = consent(channel=Channel.EMAIL, address=EMAIL, basis=Basis.INQUIRY)


def decide(known: Facts, at: datetime = NOON, draw: float = 0.5) -> Decision:
    return next_action(known, POLICY, at=at, draw=draw)


def test_a_new_lead_is_answered_at_once() -> None:
    found = decide(facts())
    assert isinstance(found, Send)
    assert (found.channel, found.address, found.template, found.lane) == (
        Channel.SMS,
        PHONE,
        "hello-text",
        Lane.FIRST_TOUCH,
    )


def test_at_night_the_e_mail_leaves_instead() -> None:
    found = decide(facts(steps=(step(drafts=(TEXT, MAIL)),)), NIGHT)
    assert isinstance(found, Send)
    assert (found.channel, found.template_version) == (Channel.EMAIL, 3)


@pytest.mark.parametrize(("draw", "minute"), [(0.0, 2), (0.5, 7), (1.0, 12)])
def test_at_night_a_text_waits_for_the_morning_and_mornings_are_spread(draw: float, minute: int) -> None:
    found = decide(facts(), NIGHT, draw)
    assert isinstance(found, Wait)
    assert found.until == datetime.fromisoformat("2026-11-25T15:00+00:00").replace(minute=minute)


def test_a_second_number_is_tried_when_the_first_is_dead() -> None:
    other = "+13125550199"
    known = facts()
    known = replace(
        known,
        addresses=(*known.addresses, replace(known.addresses[0], value=other)),
        consents=(*known.consents, consent(address=other)),
        suppressions=(suppression(reason="unreachable"),),
    )
    found = decide(known)
    assert isinstance(found, Send)
    assert found.address == other


@pytest.mark.parametrize("changes", [{"index": 1}, {"lane": Lane.BULK}])
def test_a_step_that_can_never_leave_is_skipped_with_its_reasons(changes: dict) -> None:
    found = decide(facts(consents=(BY_MAIL,), steps=(step(**changes),)))
    assert isinstance(found, Wait)
    assert found.skipped is not None
    assert {"NO_CONSENT", "NO_WAY"} <= {reason.code for reason in found.reasons}


def test_who_asks_and_cannot_be_answered_automatically_is_handed_to_a_person() -> None:
    by_phone_alone = facts(addresses=facts().addresses[:1], consents=(), steps=(step(drafts=(TEXT, MAIL)),))
    found = decide(by_phone_alone)
    assert isinstance(found, HandOff)
    assert found.cause == "no_automatic_answer"
    assert found.summary == (
        "New enquiry that cannot be answered automatically. No consent to texts is on record for this address. "
        "The lead has given no e-mail address. Buyer lead from website."
    )
    assert (found.reasons[-2].code, found.reasons[-1].code) == ("NO_WAY", "PERSON_NEEDED")


def test_who_asked_and_whose_only_number_turns_out_dead_is_handed_to_a_person() -> None:
    dead = facts(
        addresses=facts().addresses[:1],
        suppressions=(suppression(reason="landline"),),
        touches=(touch(at=ago(minutes=50), state=MessageState.UNDELIVERED),),
    )
    found = decide(dead)
    assert isinstance(found, HandOff)
    assert "The phone number is closed: landline." in found.summary
    arrived = (*dead.touches, touch(at=ago(minutes=40), state=MessageState.DELIVERED))
    for over in (
        {"handed_off_at": NOON},
        {"suppressions": (suppression(),)},
        {"touches": ()},
        {"touches": arrived},
        {"enquired_at": ago(days=31)},
    ):
        assert isinstance(decide(replace(dead, **over)), Stop), over  # type: ignore[arg-type]


LATE = hence(hours=9)  # still today in Chicago
TOMORROW = step(index=1, due_at=hence(days=1))


def test_whose_first_answer_was_taken_back_and_has_nothing_planned_today_is_handed_to_a_person() -> None:
    back = facts(taken_back=TakenBack(ago(minutes=5), "It was not worth sending any more."), steps=(TOMORROW,))
    dropped = step(index=1, expires_at=NOON)
    for nothing_today in (
        {},
        {"steps": ()},
        {"steps": (dropped,)},
        {"steps": (replace(dropped, next_due_at=None), TOMORROW)},
        {"touches": (touch(at=ago(minutes=9), state=MessageState.FAILED),)},
    ):
        found = decide(replace(back, **nothing_today))  # type: ignore[arg-type]
        assert isinstance(found, HandOff), nothing_today
        assert found.cause == "no_automatic_answer"
        assert "kept from leaving: It was not worth sending any more." in found.summary
    for answered in (
        {"steps": (TOMORROW, step(index=1, due_at=LATE))},
        {"steps": (dropped, step(index=1, due_at=LATE))},
        {"steps": (replace(dropped, next_due_at=LATE),)},
        {"steps": (replace(dropped, due_at=ago(days=2)),)},  # what follows is a day late as well, and leaves now
        {"touches": (touch(at=ago(minutes=9)),)},
        {"touches": (touch(at=hence(days=2), state=MessageState.PLANNED),)},
        {"handed_off_at": ago(minutes=1)},
        {"enquired_at": ago(days=31)},
        {"enquired_at": ago(minutes=1)},
        {"enquired_at": None},
        {"taken_back": None},
    ):
        assert isinstance(decide(replace(back, **answered)), Wait), answered  # type: ignore[arg-type]


def test_whose_first_answer_was_taken_back_from_a_dead_number_is_handed_to_a_person() -> None:
    back = TakenBack(ago(minutes=5), "This address is suppressed.")
    known = facts(addresses=facts().addresses[:1], suppressions=(suppression(reason="landline"),), taken_back=back)
    assert isinstance(decide(known), HandOff)
    assert isinstance(decide(replace(known, suppressions=(suppression(),))), Stop)


def test_who_said_stop_and_asks_anew_is_handed_to_a_person_and_not_written_to() -> None:
    closed = (
        suppression(at=ago(days=9)),
        suppression(channel=Channel.EMAIL, address=EMAIL, reason="unsubscribed", at=ago(days=9)),
    )
    found = decide(facts(suppressions=closed))
    assert isinstance(found, HandOff)
    assert "The phone number is closed: asked to stop. The e-mail address is closed: unsubscribed." in found.summary
    assert isinstance(decide(facts(suppressions=closed, steps=(step(index=3),))), Stop)


def test_an_office_without_a_postal_address_has_its_leads_answered_by_people() -> None:
    holed = replace(MAIL, missing=("office.address",))
    found = decide(facts(consents=(BY_MAIL,), steps=(step(drafts=(holed,)),)))
    assert isinstance(found, HandOff)
    assert "The text needs office.address." in found.summary


def test_an_expired_step_is_skipped() -> None:
    found = decide(facts(steps=(step(expires_at=NOON, index=1),)))
    assert isinstance(found, Wait)
    assert found.skipped is not None
    assert found.reasons[0].code == "EXPIRED"


def test_a_first_answer_that_comes_too_late_is_given_by_a_person() -> None:
    found = decide(facts(steps=(step(expires_at=NOON),)))
    assert isinstance(found, HandOff)
    assert "only worth sending earlier" in found.summary


def test_the_more_urgent_step_goes_first_and_a_held_one_does_not_block_the_next() -> None:
    text = step(enrollment_id="e1", lane=Lane.FIRST_TOUCH, drafts=(TEXT,))
    mail = step(enrollment_id="e2", lane=Lane.STEP, drafts=(MAIL,))
    by_day, by_night = decide(facts(steps=(mail, text))), decide(facts(steps=(mail, text)), NIGHT)
    assert isinstance(by_day, Send)
    assert by_day.channel is Channel.SMS
    assert isinstance(by_night, Send)
    assert by_night.channel is Channel.EMAIL


def test_the_next_wake_up_is_the_first_of_all() -> None:
    later = step(enrollment_id="e2", due_at=hence(days=3))
    sooner = step(enrollment_id="e3", due_at=hence(days=2))
    found = decide(facts(steps=(later, sooner)))
    assert isinstance(found, Wait)
    assert found.until == hence(days=2)
    assert len(found.reasons) == 2


def test_nothing_planned_is_an_answer() -> None:
    found = decide(facts(steps=()))
    assert found == Wait(None, None, found.reasons)
    assert found.reasons[0].code == "NOTHING_PLANNED"


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (reply(intent=Intent.WANTS_PERSON), "wants_person"),
        (reply(intent=Intent.APPOINTMENT_REQUEST), "appointment_request"),
        (reply(intent=Intent.INTERESTED_NOW), "interested_now"),
        (reply(intent=Intent.QUESTION_PROPERTY), "question_property"),
        (reply(intent=Intent.PRICE_OBJECTION), "price_objection"),
        (reply(intent=Intent.HOSTILE, tier=OptOutTier.SOFT_STOP), "hostile"),
        (reply(intent=Intent.OTHER), "other"),
        (reply(tier=OptOutTier.UNCERTAIN, intent=Intent.OTHER), "uncertain_opt_out"),
    ],
)
def test_a_reply_that_needs_a_person_gets_one(said: object, cause: str) -> None:
    told = (("budget", "450000"), ("timeline", "1-3 months"))
    found = decide(facts(inbound=(said,), attributes=told))  # type: ignore[arg-type]
    assert isinstance(found, HandOff)
    assert found.cause == cause
    assert "timeline: 1-3 months" in found.summary


@pytest.mark.parametrize("intent", [Intent.POSITIVE_ACK, Intent.OUT_OF_OFFICE, Intent.NOT_NOW_LATER])
def test_other_replies_need_nobody(intent: Intent) -> None:
    assert not isinstance(decide(facts(inbound=(reply(intent=intent),))), HandOff)


def test_a_reply_already_handed_over_is_not_handed_over_again() -> None:
    asked = reply(intent=Intent.WANTS_PERSON)
    assert isinstance(decide(facts(inbound=(asked,), handed_off_at=ago(minutes=9))), Send)
    found = decide(facts(inbound=(asked,), handed_off_at=ago(minutes=11), handoff_open=True))
    assert isinstance(found, Wait)
    assert (found.until, found.reasons[0].code) == (None, "HANDOFF_OPEN")


def test_a_person_in_conversation_is_told_of_a_new_question() -> None:
    known = facts(conversation=Conversation.PERSON, handed_off_at=ago(hours=1))
    assert isinstance(decide(replace(known, inbound=(reply(intent=Intent.QUESTION_FINANCING),))), HandOff)
    silent = decide(known)
    assert isinstance(silent, Wait)
    assert silent.reasons[0].code == "HUMAN_OWNS"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"stage": Stage.CLOSED}, "STAGE_FINAL"),
        ({"suppressions": (suppression(), suppression(channel=Channel.EMAIL, address=EMAIL))}, "NO_OPEN_ADDRESS"),
        ({"addresses": ()}, "NO_OPEN_ADDRESS"),
        ({"inbound": (reply(tier=OptOutTier.SOFT_STOP, intent=Intent.NEGATIVE_NO),)}, "SOFT_STOP"),
        ({"inbound": (reply(tier=OptOutTier.SOFT_STOP, intent=Intent.ALREADY_HAS_AGENT),)}, "SOFT_STOP"),
    ],
)
def test_automation_ends(changes: dict, cause: str) -> None:
    found = decide(facts(**changes))
    assert isinstance(found, Stop)
    assert found.cause == cause


def test_a_stop_on_text_leaves_e_mail_open() -> None:
    known = facts(suppressions=(suppression(),), steps=(step(drafts=(TEXT, MAIL)),))
    found = decide(known)
    assert isinstance(found, Send)
    assert found.channel is Channel.EMAIL


def test_a_channel_without_an_address_is_named() -> None:
    known = facts(steps=(step(drafts=(TEXT,), index=1),))
    found = decide(replace(known, addresses=known.addresses[1:]))
    assert isinstance(found, Wait)
    assert found.skipped is not None
    assert found.reasons[0].code == "NO_ADDRESS"
