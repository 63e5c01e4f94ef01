"""Each gate at its edges: one table a gate, the verdict and the code."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rekindle.decide import gate
from rekindle.decide.facts import Address, Attempt, Facts
from rekindle.decide.words import (
    Actor,
    Basis,
    Channel,
    Conversation,
    Intent,
    MessageClass,
    MessageState,
    OptOutTier,
    Stage,
    Verdict,
)
from tests.decide.strategies import (
    EMAIL,
    NOON,
    OTHER_PHONE,
    PHONE,
    POLICY,
    ago,
    attempt,
    consent,
    facts,
    hence,
    reply,
    suppression,
    touch,
)

ALLOW, HOLD, DENY = Verdict.ALLOW, Verdict.HOLD, Verdict.DENY
BY_PERSON = attempt(actor=Actor.PERSON, step="person")
BY_EMAIL = attempt(channel=Channel.EMAIL, address=EMAIL)
STOPPED = reply(at=ago(minutes=1), tier=OptOutTier.STOP, intent=Intent.OPT_OUT)
CONFIRM = attempt(message_class=MessageClass.COMPLIANCE, reply_to="in1", step="compliance")
TWO_PHONES = (Address(Channel.SMS, PHONE), Address(Channel.SMS, OTHER_PHONE))


def verdict(known: Facts, asked: Attempt = attempt(), at: object = NOON) -> tuple[Verdict, str]:
    found = gate.check(known, asked, POLICY, at=at)  # type: ignore[arg-type]
    return found.verdict, found.code


def test_sam_may_be_texted() -> None:
    found = gate.check(facts(), attempt(), POLICY, at=NOON)
    assert (found.verdict, found.code) == (ALLOW, "ALLOWED")
    gates = ["address", "inbound", "suppression", "consent", "hours", "caps", "conversation", "expiry", "content"]
    assert [reason.gate for reason in found.reasons] == gates


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("+14165550142", "COUNTRY_DISABLED"),
        ("+17875550142", "COUNTRY_DISABLED"),
        ("+442079460958", "COUNTRY_DISABLED"),
        ("+1312555014", "BAD_ADDRESS"),
        ("312-555-0142", "BAD_ADDRESS"),
    ],
)
def test_addresses_that_cannot_be_reached(address: str, code: str) -> None:
    known = facts(addresses=(Address(Channel.SMS, address),), consents=(consent(address=address),))
    assert verdict(known, attempt(address=address)) == (DENY, code)


def test_an_address_must_be_the_leads_own() -> None:
    assert verdict(facts(), attempt(address=OTHER_PHONE)) == (DENY, "NOT_THEIRS")


@pytest.mark.parametrize(
    ("replies", "asked", "expected"),
    [
        ((reply(tier=None),), attempt(), (HOLD, "UNREAD_INBOUND")),
        ((reply(tier=None),), BY_PERSON, (HOLD, "UNREAD_INBOUND")),
        ((reply(tier=OptOutTier.UNCERTAIN),), attempt(), (DENY, "UNCERTAIN_INBOUND")),
        ((reply(tier=OptOutTier.UNCERTAIN),), BY_EMAIL, (DENY, "UNCERTAIN_INBOUND")),
        ((reply(tier=OptOutTier.UNCERTAIN),), BY_PERSON, (DENY, "UNCERTAIN_INBOUND")),
        ((reply(tier=OptOutTier.SOFT_STOP),), attempt(), (DENY, "SOFT_STOP")),
        ((reply(tier=OptOutTier.SOFT_STOP),), BY_PERSON, (ALLOW, "ALLOWED")),
        ((STOPPED,), attempt(), (DENY, "OPTED_OUT")),
        ((STOPPED,), BY_PERSON, (DENY, "OPTED_OUT")),
        ((STOPPED,), BY_EMAIL, (ALLOW, "ALLOWED")),
        ((reply(tier=OptOutTier.SOFT_STOP), reply(at=ago(minutes=1))), attempt(), (DENY, "SOFT_STOP")),  # only thanks
        (
            (reply(tier=OptOutTier.SOFT_STOP), reply(at=ago(minutes=1), intent=Intent.QUESTION_PROPERTY)),
            attempt(),
            (ALLOW, "ALLOWED"),
        ),
    ],
)
def test_what_the_lead_wrote_comes_first(replies: tuple, asked: Attempt, expected: tuple) -> None:
    assert verdict(facts(inbound=replies), asked) == expected


def test_a_person_who_took_over_may_answer_a_doubtful_reply() -> None:
    known = facts(inbound=(reply(tier=OptOutTier.UNCERTAIN),), conversation=Conversation.PERSON)
    assert verdict(known, BY_PERSON) == (ALLOW, "ALLOWED")


def test_only_a_new_opt_in_undoes_a_stop() -> None:
    again = consent(at=NOON, basis=Basis.REPLY)
    assert verdict(facts(inbound=(STOPPED,), consents=(again,))) == (ALLOW, "ALLOWED")
    attested = consent(at=NOON, basis=Basis.ATTESTED)
    assert verdict(facts(inbound=(STOPPED,), consents=(attested,))) == (DENY, "OPTED_OUT")


def test_a_wrong_number_closes_that_number_only() -> None:
    wrong = reply(address=OTHER_PHONE, tier=OptOutTier.STOP, intent=Intent.WRONG_NUMBER)
    known = facts(addresses=TWO_PHONES, inbound=(wrong,), suppressions=(suppression(address=OTHER_PHONE),))
    assert verdict(known) == (ALLOW, "ALLOWED")


def test_a_stop_at_one_number_holds_for_the_other() -> None:
    known = facts(addresses=TWO_PHONES, suppressions=(suppression(address=OTHER_PHONE),))
    assert verdict(known) == (DENY, "SUPPRESSED_PERSON")
    dead = facts(addresses=TWO_PHONES, suppressions=(suppression(address=OTHER_PHONE, reason="unreachable"),))
    assert verdict(dead) == (ALLOW, "ALLOWED")


def test_start_opens_its_own_number_though_the_stop_closed_both() -> None:
    blocked = (suppression(address=OTHER_PHONE),)
    again = consent(basis=Basis.REPLY, at=NOON)
    known = facts(addresses=TWO_PHONES, suppressions=blocked)
    assert verdict(replace(known, consents=(again,))) == (ALLOW, "ALLOWED")
    assert verdict(replace(known, consents=(replace(again, at=ago(minutes=6)),))) == (DENY, "SUPPRESSED_PERSON")
    assert verdict(replace(known, consents=(consent(at=NOON),))) == (ALLOW, "ALLOWED")  # signed anew
    assert verdict(replace(known, consents=(consent(at=NOON, basis=Basis.ATTESTED),))) == (DENY, "SUPPRESSED_PERSON")
    there = attempt(address=OTHER_PHONE)
    assert verdict(replace(known, consents=(again, consent(address=OTHER_PHONE))), there) == (DENY, "SUPPRESSED")


@pytest.mark.parametrize("asked", [attempt(), BY_PERSON, attempt(actor=Actor.API)])
def test_suppression_binds_everybody(asked: Attempt) -> None:
    assert verdict(facts(suppressions=(suppression(),)), asked) == (DENY, "SUPPRESSED")


@pytest.mark.parametrize(
    ("changes", "asked", "expected"),
    [
        ({}, CONFIRM, (ALLOW, "ALLOWED")),
        ({"inbound": (replace(STOPPED, at=ago(minutes=6)),)}, CONFIRM, (DENY, "CONFIRMATION_LATE")),
        ({"inbound": (reply(tier=OptOutTier.NONE),)}, CONFIRM, (DENY, "NOTHING_TO_CONFIRM")),
        ({}, replace(CONFIRM, reply_to=None), (DENY, "NOTHING_TO_CONFIRM")),
        ({"touches": (touch(message_class=MessageClass.COMPLIANCE, at=NOON),)}, CONFIRM, (DENY, "CONFIRMED_ALREADY")),
        (
            {"touches": (touch(message_class=MessageClass.COMPLIANCE, at=NOON),)},
            replace(CONFIRM, message_id="m0"),
            (ALLOW, "ALLOWED"),
        ),
    ],
)
def test_one_confirmation_of_an_opt_out(changes: dict, asked: Attempt, expected: tuple) -> None:
    """At any hour, though suppressed, revoked, owned by a person and marked do not contact."""
    known = facts(
        inbound=(STOPPED,),
        suppressions=(suppression(),),
        consents=(consent(granted=False),),
        conversation=Conversation.PERSON,
        stage=Stage.DO_NOT_CONTACT,
    )
    assert verdict(replace(known, **changes), asked) == expected


def test_a_confirmation_leaves_at_night() -> None:
    night = NOON + timedelta(hours=11)
    known = facts(inbound=(replace(STOPPED, at=night),), suppressions=(suppression(),))
    assert verdict(known, CONFIRM, night) == (ALLOW, "ALLOWED")


@pytest.mark.parametrize(
    ("consents", "asked", "expected"),
    [
        ((), attempt(), (DENY, "NO_CONSENT")),
        ((), BY_PERSON, (DENY, "NO_CONSENT")),
        ((), BY_EMAIL, (DENY, "NO_CONSENT")),
        ((consent(basis=Basis.INQUIRY),), attempt(), (DENY, "NO_CONSENT")),
        ((consent(basis=Basis.INQUIRY),), attempt(actor=Actor.API), (DENY, "NO_CONSENT")),
        ((consent(basis=Basis.INQUIRY),), BY_PERSON, (ALLOW, "ALLOWED")),
        ((consent(basis=Basis.ATTESTED),), attempt(), (ALLOW, "ALLOWED")),
        ((consent(), consent(granted=False, at=NOON)), attempt(), (DENY, "CONSENT_REVOKED")),
        ((consent(), consent(granted=False, at=NOON)), BY_PERSON, (DENY, "CONSENT_REVOKED")),
        ((consent(granted=False), consent()), attempt(), (DENY, "CONSENT_REVOKED")),  # a tie is a refusal
        ((consent(granted=False, at=ago(days=1)), consent()), attempt(), (ALLOW, "ALLOWED")),
        ((consent(address=OTHER_PHONE),), attempt(), (DENY, "NO_CONSENT")),
        ((consent(channel=Channel.EMAIL, address=EMAIL, basis=Basis.INQUIRY),), BY_EMAIL, (ALLOW, "ALLOWED")),
    ],
)
def test_consent(consents: tuple, asked: Attempt, expected: tuple) -> None:
    assert verdict(facts(consents=consents), asked) == expected


def test_consent_goes_stale_without_a_sign_of_life() -> None:
    old = facts(consents=(consent(at=ago(days=560)),), enquired_at=ago(days=560))
    assert verdict(old) == (DENY, "CONSENT_STALE")
    assert verdict(replace(old, inbound=(reply(at=ago(days=90)),))) == (ALLOW, "ALLOWED")
    assert verdict(replace(old, enquired_at=ago(days=1))) == (ALLOW, "ALLOWED")


def test_an_enquiry_carries_a_person_three_months() -> None:
    known = facts(consents=(consent(basis=Basis.INQUIRY, at=ago(days=95)),), enquired_at=ago(days=95))
    assert verdict(known, BY_PERSON) == (DENY, "CONSENT_STALE")


def test_a_box_left_unticked_stops_automation_but_not_an_answer_to_who_wrote_after_it() -> None:
    unticked = consent(granted=False, at=ago(minutes=20))
    wrote = facts(consents=(unticked,), inbound=(reply(at=ago(minutes=10)),))
    assert verdict(wrote) == (DENY, "CONSENT_REVOKED")
    assert verdict(wrote, BY_PERSON) == (ALLOW, "ALLOWED")
    assert verdict(replace(wrote, inbound=(reply(at=ago(minutes=30)),)), BY_PERSON) == (DENY, "CONSENT_REVOKED")
    said_so = replace(wrote, consents=(replace(unticked, basis=Basis.REPLY),))
    assert verdict(said_so, BY_PERSON) == (DENY, "CONSENT_REVOKED")


def test_a_person_may_answer_who_wrote() -> None:
    assert verdict(facts(consents=(), inbound=(reply(),)), BY_PERSON) == (ALLOW, "ALLOWED")
    assert verdict(facts(consents=(), inbound=(reply(),))) == (DENY, "NO_CONSENT")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (attempt(), (HOLD, "QUIET_HOURS")),
        (BY_PERSON, (HOLD, "QUIET_HOURS")),
        (BY_EMAIL, (ALLOW, "ALLOWED")),
        (attempt(message_class=MessageClass.CONVERSATIONAL_REPLY, reply_to="in1"), (ALLOW, "ALLOWED")),
        (attempt(message_class=MessageClass.CONVERSATIONAL_REPLY, reply_to="other"), (HOLD, "QUIET_HOURS")),
        (attempt(message_class=MessageClass.CONVERSATIONAL_REPLY), (HOLD, "QUIET_HOURS")),
    ],
)
def test_hours(asked: Attempt, expected: tuple) -> None:
    night = NOON + timedelta(hours=11)
    assert verdict(facts(inbound=(reply(at=night - timedelta(minutes=14)),)), asked, night) == expected


def test_an_answer_that_comes_late_keeps_hours() -> None:
    night = NOON + timedelta(hours=11)
    answer = attempt(message_class=MessageClass.CONVERSATIONAL_REPLY, reply_to="in1")
    assert verdict(facts(inbound=(reply(at=night - timedelta(minutes=16)),)), answer, night) == (HOLD, "QUIET_HOURS")


DAY_OLD = {"enquired_at": ago(days=40), "consents": (consent(at=ago(days=40)),)}


@pytest.mark.parametrize(
    ("hours_ago", "code", "until"),
    [
        ([23], "CAP_24H", hence(hours=1)),
        ([24], "ALLOWED", None),
        ([1], "CAP_24H", NOON + timedelta(hours=23)),
        ([30, 60, 100], "CAP_7D", None),
        ([30, 60, 169], "ALLOWED", None),
    ],
)
def test_caps_roll_over_absolute_time(hours_ago: list[int], code: str, until: object) -> None:
    touches = tuple(touch(message_id=f"m{h}", at=ago(hours=h)) for h in sorted(hours_ago, reverse=True))
    found = gate.check(facts(**DAY_OLD, touches=touches), attempt(), POLICY, at=NOON)
    assert found.code == code
    if until is not None:
        assert found.until == until


def test_a_day_is_24_real_hours_when_the_clocks_change() -> None:
    """Noon on Saturday 7 March 2026 in Chicago: 24 hours later it is one o'clock there."""
    noon = datetime(2026, 3, 7, 18, tzinfo=UTC)
    known = facts(
        enquired_at=noon - timedelta(days=40),
        consents=(consent(at=noon - timedelta(days=40)),),
        touches=(touch(at=noon),),
    )
    found = gate.check(known, attempt(), POLICY, at=noon + timedelta(hours=5))
    assert (found.code, found.until) == ("CAP_24H", datetime(2026, 3, 8, 18, tzinfo=UTC))


def test_the_first_day_has_room_for_two_and_e_mail_counts_for_itself() -> None:
    known = facts(enquired_at=ago(hours=6), touches=(touch(at=ago(hours=5)),))
    assert verdict(known) == (ALLOW, "ALLOWED")
    assert verdict(known, BY_EMAIL) == (ALLOW, "ALLOWED")
    twice = replace(known, touches=(touch(at=ago(hours=9)), touch(message_id="m1", at=ago(hours=5))))
    assert verdict(twice) == (HOLD, "CAP_24H")


def test_texts_keep_their_distance() -> None:
    known = facts(enquired_at=ago(hours=2), touches=(touch(at=ago(hours=1)),))
    found = gate.check(known, attempt(), POLICY, at=NOON)
    assert (found.code, found.until) == ("CAP_GAP", hence(hours=3))


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"state": MessageState.PLANNED}, True),
        ({"state": MessageState.UNKNOWN}, True),
        ({"state": MessageState.UNDELIVERED}, True),
        ({"address": OTHER_PHONE}, True),
        ({"state": MessageState.CANCELED}, False),
        ({"state": MessageState.FAILED}, False),
        ({"message_class": MessageClass.CONVERSATIONAL_REPLY}, False),
        ({"message_class": MessageClass.COMPLIANCE}, False),
        ({"channel": Channel.EMAIL}, False),
    ],
)
def test_what_counts(changes: dict, counts: bool) -> None:
    known = facts(**DAY_OLD, touches=(touch(**{"at": ago(hours=5), **changes}),))
    assert verdict(known)[0] is (HOLD if counts else ALLOW)


def test_a_person_has_the_laws_cap_only() -> None:
    touches = tuple(touch(message_id=f"m{h}", at=ago(hours=h)) for h in (9, 8))
    assert verdict(facts(**DAY_OLD, touches=touches), BY_PERSON) == (ALLOW, "ALLOWED")
    third = (*touches, touch(message_id="m7", at=ago(hours=7)))
    found = gate.check(facts(**DAY_OLD, touches=third), BY_PERSON, POLICY, at=NOON)
    assert (found.code, found.until) == ("CAP_HARD_24H", hence(hours=21, minutes=2))  # 15 h, then the next morning


def test_of_two_reserved_messages_the_first_goes() -> None:
    first = touch(message_id="a", at=ago(minutes=2), state=MessageState.PLANNED)
    second = touch(message_id="b", at=ago(minutes=1), state=MessageState.PLANNED)
    known = facts(**DAY_OLD, touches=(first, second))
    assert verdict(known, attempt(message_id="a")) == (ALLOW, "ALLOWED")
    assert verdict(known, attempt(message_id="b")) == (HOLD, "CAP_24H")


@pytest.mark.parametrize(
    ("changes", "automation", "person"),
    [
        ({"conversation": Conversation.PERSON}, (DENY, "HUMAN_OWNS"), (ALLOW, "ALLOWED")),
        ({"handoff_open": True}, (DENY, "HANDOFF_OPEN"), (ALLOW, "ALLOWED")),
        ({"stage": Stage.CLIENT}, (DENY, "STAGE_FINAL"), (ALLOW, "ALLOWED")),
        ({"stage": Stage.DO_NOT_CONTACT}, (DENY, "DO_NOT_CONTACT"), (DENY, "DO_NOT_CONTACT")),
        ({"paused_until": hence(days=2)}, (HOLD, "PAUSED"), (ALLOW, "ALLOWED")),
        ({"paused_until": ago(days=2)}, (ALLOW, "ALLOWED"), (ALLOW, "ALLOWED")),
    ],
)
def test_conversation(changes: dict, automation: tuple, person: tuple) -> None:
    known = facts(**changes)
    assert verdict(known) == automation
    assert verdict(known, attempt(actor=Actor.API)) == automation
    assert verdict(known, BY_PERSON) == person


def test_content() -> None:
    assert verdict(facts(), attempt(missing=("agent_name",))) == (DENY, "MISSING_FIELDS")
    assert verdict(facts(), attempt(expires_at=NOON)) == (DENY, "EXPIRED")
    assert verdict(facts(), attempt(expires_at=hence(seconds=1))) == (ALLOW, "ALLOWED")


def test_a_hold_ends_when_neither_pause_nor_hours_nor_caps_hold() -> None:
    """Paused until 03:00, capped until 08:00: the text may leave at 09:02 in Chicago."""
    known = facts(**DAY_OLD, paused_until=hence(hours=15), touches=(touch(at=ago(hours=4)),))
    found = gate.check(known, attempt(), POLICY, at=NOON)
    assert found.until == hence(hours=21, minutes=2)
    assert gate.check(known, attempt(), POLICY, at=found.until).verdict is ALLOW


def test_a_pause_without_end_is_a_hold_too() -> None:
    far = NOON.replace(year=9999)
    found = gate.check(facts(paused_until=far), attempt(), POLICY, at=NOON)
    assert (found.verdict, found.until) == (HOLD, far)
