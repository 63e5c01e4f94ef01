"""The sandbox's behaviour as a pure function: believable shares, deterministic, silent after its last word."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from rekindle.decide.words import Channel, MessageState
from rekindle.kit import settings
from rekindle.kit.clock import SystemClock
from rekindle.providers.sandbox import answering, client, codes, people, serve
from rekindle.providers.sandbox.behaviour import respond
from rekindle.providers.sandbox.chance import Dice
from rekindle.providers.sandbox.guard import SandboxInProductionError
from rekindle.providers.sandbox.personas import Persona
from rekindle.providers.sandbox.rates import CALM, DEMO
from rekindle.providers.sandbox.story import Answer, Fault, History, Post, Refused, Script, Taken

PRODUCTION = {
    "REKINDLE_ENV": "production",
    "DATABASE_URL": "postgresql://db.example/rekindle",
    "REKINDLE_SECRET_KEY": "a" * 43 + "=",
    "REKINDLE_BASE_URL": "https://rekindle.example",
}


def post(to: str = "+13125550142", channel: Channel = Channel.SMS, body: str = "Hi Ann") -> Post:
    return Post("office", "key", channel, to, "+13125550100", "", body)


def numbers(count: int) -> list[str]:
    return [f"+1{200 + n // 100}55501{n % 100:02d}" for n in range(count)]


def taken(outcome: Refused | Taken) -> Taken:
    assert isinstance(outcome, Taken)
    return outcome


@pytest.mark.parametrize("channel", list(Channel))
def test_shares_are_believable(channel: Channel) -> None:
    outcomes = [respond(post(to, channel), History(), None, seed=7, rates=DEMO) for to in numbers(5000)]
    replied = [o for o in outcomes if isinstance(o, Taken) and o.reply]
    personas = Counter(answering.persona_of(Dice((7, channel, to)), channel, rates=DEMO) for to in numbers(5000))
    refused = [o for o in outcomes if isinstance(o, Refused)]
    undelivered = [o for o in outcomes if isinstance(o, Taken) and o.settled is MessageState.UNDELIVERED]
    assert 0.12 < len(replied) / 5000 < 0.25
    assert 0.015 < personas[Persona.STOP] / 5000 < 0.04
    assert personas[Persona.SILENT] / 5000 > 0.7
    assert 0.005 < len(refused) / 5000 < 0.05
    assert 0.01 < len(undelivered) / 5000 < 0.05


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    stories = [[respond(post(to), History(), None, seed=seed, rates=DEMO) for to in numbers(200)] for seed in (7, 7, 8)]
    assert stories[0] == stories[1] != stories[2]


@pytest.mark.parametrize(
    ("fault", "channel", "refused"),
    [
        (Fault.BUSY, Channel.SMS, (429, codes.BUSY)),
        (Fault.BUSY, Channel.EMAIL, (429, codes.BUSY)),
        (Fault.LOSE, Channel.SMS, (500, None)),
        (Fault.INVALID, Channel.SMS, (400, codes.INVALID_NUMBER)),
    ],
)
def test_faults_that_refuse(fault: Fault, channel: Channel, refused: tuple[int, object]) -> None:
    outcome = respond(post(channel=channel), History(), Script(fault), seed=7, rates=CALM)
    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.code) == refused
    assert (outcome.retry_after is None) == (fault is not Fault.BUSY)
    assert isinstance(respond(post(channel=channel), History(attempts=1), Script(fault), seed=7, rates=CALM), Taken)


@pytest.mark.parametrize(
    ("fault", "channel", "code"),
    [
        (Fault.UNREACHABLE, Channel.SMS, codes.UNREACHABLE),
        (Fault.LANDLINE, Channel.SMS, codes.LANDLINE),
        (Fault.INVALID, Channel.EMAIL, codes.NO_MAILBOX),
        (Fault.UNREACHABLE, Channel.EMAIL, codes.MAILBOX_FULL),
    ],
)
def test_faults_that_undeliver_and_silence(fault: Fault, channel: Channel, code: codes.Code) -> None:
    script = Script(fault, Persona.INTERESTED)
    outcome = taken(respond(post(channel=channel), History(), script, seed=7, rates=CALM))
    assert (outcome.settled, outcome.code, outcome.reply) == (MessageState.UNDELIVERED, code, None)
    assert [(r.state, r.code) for r in outcome.receipts] == [
        (MessageState.SENT, None),
        (MessageState.UNDELIVERED, code),
    ]


@pytest.mark.parametrize(("fault", "answer"), [(Fault.HOLD, Answer.HOLD), (Fault.FAIL, Answer.FAIL)])
def test_taken_but_not_said_so(fault: Fault, answer: Answer) -> None:
    assert taken(respond(post(), History(), Script(fault), seed=7, rates=CALM)).answer is answer


def test_receipts_double_and_swap_but_tell_the_truth() -> None:
    rates = replace(CALM, doubled=1, swapped=1)
    outcome = taken(respond(post(), History(), None, seed=7, rates=rates))
    states = [r.state for r in outcome.receipts]
    assert Counter(states) == {MessageState.SENT: 2, MessageState.DELIVERED: 2}
    assert states[0] is MessageState.DELIVERED
    assert sum(r.copy for r in outcome.receipts) == 2
    assert outcome.sent_after < outcome.settled_after


def test_nobody_speaks_after_its_last_word_and_the_carrier_lets_one_confirmation_through() -> None:
    script = Script(persona=Persona.INTERESTED)
    assert taken(respond(post(), History(), script, seed=7, rates=CALM)).reply
    assert taken(respond(post(), History(quiet=True), script, seed=7, rates=CALM)).reply is None
    confirmation = respond(post(), History(quiet=True, blocked=True), script, seed=7, rates=CALM)
    assert taken(confirmation).reply is None
    later = respond(post(), History(quiet=True, blocked=True, confirmed=True), script, seed=7, rates=CALM)
    assert later == Refused(400, codes.OPTED_OUT)


def test_a_long_text_is_refused_and_a_long_mail_is_not() -> None:
    assert respond(post(body="x" * 1601), History(), None, seed=7, rates=CALM) == Refused(400, codes.TOO_LONG)
    assert taken(respond(post(channel=Channel.EMAIL, body="x" * 1601), History(), None, seed=7, rates=CALM))


def test_answers_follow_how_many_messages_came() -> None:
    replies = [
        taken(respond(post(to), History(), None, seed=7, rates=replace(CALM, answering=1))).reply
        for to in numbers(3000)
    ]
    patient = [
        taken(respond(post(to), History(attempts=2, received=2), None, seed=7, rates=replace(CALM, answering=1))).reply
        for to in numbers(3000)
    ]
    assert sum(map(bool, patient)) > sum(map(bool, replies)) * 1.1
    assert all(r is None or r.after > 1 for r in replies)


def test_the_feed_is_always_the_same_and_its_people_are_nobody() -> None:
    bodies = [people.enquiry(7, n, office="Lakeside Team", at="") for n in range(300)]
    assert bodies == [people.enquiry(7, n, office="Lakeside Team", at="") for n in range(300)]
    assert bodies != [people.enquiry(8, n, office="Lakeside Team", at="") for n in range(300)]
    digits = ["".join(filter(str.isdigit, str(b.get("phone", ""))))[-10:] for b in bodies]
    assert all(d[3:8] == "55501" for d in digits if d)
    assert all(str(b["email"]).lower().endswith(".example") for b in bodies if "email" in b)
    ticked = [b["consent"]["sms"] for b in bodies if "consent" in b]  # type: ignore[index]
    assert 0.65 < sum(ticked) / len(ticked) < 0.85
    assert 0.05 < sum("phone" not in b for b in bodies) / 300 < 0.25
    assert 0.05 < sum("email" not in b for b in bodies) / 300 < 0.25
    again = Counter(d for d in digits if d)
    assert 3 < sum(n > 1 for n in again.values()) < 60
    assert {str(b["state"]) for b in bodies} >= {"IL", "NY", "CO", "WA"}


def test_no_two_people_share_an_address() -> None:
    crowd = [people.person(7, n) for n in range(780)]
    assert len({p.digits for p in crowd}) == len({p.email for p in crowd}) == 780


async def test_it_refuses_production(home: Path) -> None:
    production = settings.read({**PRODUCTION, "REKINDLE_HOME": str(home)})
    with pytest.raises(SandboxInProductionError, match="REKINDLE_ENV"):
        client.connect(production, token="t")
    with pytest.raises(SandboxInProductionError, match="does not run"):
        await serve.serve(
            settings=production, token="t", offices=[], feed_count=0, clock=SystemClock(), stop=asyncio.Event()
        )
