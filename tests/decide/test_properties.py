"""What must hold for any facts at any instant."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide import gate
from rekindle.decide.contact_law import window
from rekindle.decide.decision import Decision, HandOff, Send, Stop, Wait
from rekindle.decide.facts import Facts
from rekindle.decide.next_action import next_action
from rekindle.decide.plain import from_plain, to_plain
from rekindle.decide.receipt import advance
from rekindle.decide.score import score
from rekindle.decide.words import (
    FINAL_STAGES,
    Basis,
    Channel,
    Conversation,
    Intent,
    MessageClass,
    MessageState,
    OptOutTier,
    Verdict,
)
from tests.decide.strategies import (
    EMAIL,
    NOON,
    PHONE,
    POLICY,
    any_attempt,
    any_facts,
    any_suppression,
    around,
    consent,
    draws,
    facts,
    instants,
    likely_facts,
    reply,
    step,
    touch,
)

STRENGTH = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.DENY: 2}
TEXTABLE = {Basis.WRITTEN, Basis.GIVEN, Basis.ATTESTED, Basis.REPLY}


def decide(known: Facts, at: datetime, draw: float = 0.5) -> Decision:
    return next_action(known, POLICY, at=at, draw=draw)


def consented(known: Facts, channel: Channel, address: str) -> bool:
    """Read anew, from the plain list: the last word is a grant that covers this channel."""
    words = [c for c in known.consents if (c.channel, c.address) == (channel, address)]
    last = max(words, key=lambda c: (c.at, not c.granted), default=None)
    return last is not None and last.granted and (channel is Channel.EMAIL or last.basis in TEXTABLE)


@given(any_facts() | likely_facts(), around(NOON), draws)
def test_every_send_is_consented_open_unsuppressed_and_in_hours(known: Facts, at: datetime, draw: float) -> None:
    sent = decide(known, at, draw)
    if not isinstance(sent, Send):
        return
    assert consented(known, sent.channel, sent.address)
    assert not any((s.channel, s.address) == (sent.channel, sent.address) for s in known.suppressions)
    assert known.conversation is Conversation.AUTOMATION
    assert known.stage not in FINAL_STAGES
    assert sent.step.due_at <= at
    if sent.channel is Channel.SMS:
        assert window(POLICY, phone=sent.address, state=known.state, zip_code=known.zip, at=at).allowed


@given(st.data(), any_facts() | likely_facts(), around(NOON))
def test_a_suppression_more_never_helps(data: st.DataObject, known: Facts, at: datetime) -> None:
    attempt = data.draw(any_attempt(known))
    more = replace(known, suppressions=(*known.suppressions, data.draw(any_suppression(at))))
    before, after = gate.check(known, attempt, POLICY, at=at), gate.check(more, attempt, POLICY, at=at)
    assert STRENGTH[after.verdict] >= STRENGTH[before.verdict]


@given(st.data(), any_facts() | likely_facts(), around(NOON))
def test_consent_taken_away_never_helps(data: st.DataObject, known: Facts, at: datetime) -> None:
    attempt = data.draw(any_attempt(known))
    less = replace(known, consents=())
    if attempt.actor == "person":
        return  # a person may answer whoever wrote to them, even after consent is gone from the record
    before, after = gate.check(known, attempt, POLICY, at=at), gate.check(less, attempt, POLICY, at=at)
    assert STRENGTH[after.verdict] >= STRENGTH[before.verdict]


@given(any_facts() | likely_facts(), around(NOON), draws)
def test_waiting_ends_later_than_it_begins(known: Facts, at: datetime, draw: float) -> None:
    found = decide(known, at, draw)
    if isinstance(found, Wait) and found.until is not None:
        assert found.until > at


@given(likely_facts(), instants, draws)
def test_a_text_waits_for_an_open_hour(known: Facts, at: datetime, draw: float) -> None:
    known = replace(known, steps=(step(due_at=at, expires_at=None),), enquired_at=at, consents=(consent(at=at),))
    found = decide(known, at, draw)
    if isinstance(found, Wait) and found.until is not None:
        assert window(POLICY, phone=PHONE, state=known.state, zip_code=None, at=found.until).allowed


@given(likely_facts(), around(NOON), draws)
def test_when_the_wait_is_over_the_text_leaves(known: Facts, at: datetime, draw: float) -> None:
    known = replace(known, steps=(step(due_at=at, expires_at=None),))
    found = decide(known, at, draw)
    if isinstance(found, Wait) and found.until is not None:
        assert isinstance(decide(known, found.until, draw), Send)


@given(any_facts() | likely_facts(), around(NOON), draws)
def test_an_answer_taken_back_calls_a_person_or_changes_nothing(known: Facts, at: datetime, draw: float) -> None:
    without = decide(replace(known, taken_back=None), at, draw)
    found = decide(known, at, draw)
    assert found == without or (isinstance(found, HandOff) and found.cause == "no_automatic_answer")


@given(any_facts() | likely_facts(), around(NOON), draws)
def test_the_same_facts_decide_the_same_with_reasons(known: Facts, at: datetime, draw: float) -> None:
    found = decide(known, at, draw)
    assert found == decide(known, at, draw)
    assert found.reasons
    assert all(reason.text.endswith((".", "!")) and reason.code.isupper() for reason in found.reasons)


@given(st.data(), any_facts() | likely_facts(), around(NOON))
def test_the_gate_keeps_an_answer_of_every_gate(data: st.DataObject, known: Facts, at: datetime) -> None:
    found = gate.check(known, data.draw(any_attempt(known)), POLICY, at=at)
    assert len(found.reasons) == len(gate.GATES)
    assert found.verdict is max((r.verdict for r in found.reasons), key=STRENGTH.__getitem__)
    assert (found.verdict is Verdict.HOLD) == (found.until is not None)
    assert found.until is None or found.until > at
    assert found.code == "ALLOWED" or found.code in {r.code for r in found.reasons if r.verdict is found.verdict}


@given(any_facts() | likely_facts())
def test_facts_survive_storage_exactly(known: Facts) -> None:
    assert from_plain(Facts, json.loads(json.dumps(to_plain(known)))) == known


@given(likely_facts(), st.sampled_from(Channel), st.integers(1, 500), draws)
def test_after_stop_nothing_is_sent_on_the_channel(known: Facts, channel: Channel, later: int, draw: float) -> None:
    """Whatever else is there, however long one waits, until a new grant."""
    address = PHONE if channel is Channel.SMS else EMAIL
    stop = reply(channel=channel, address=address, at=NOON, tier=OptOutTier.STOP, intent=Intent.OPT_OUT)
    stopped = replace(known, inbound=(*known.inbound, stop))
    found = decide(stopped, NOON + timedelta(hours=later), draw)
    assert not (isinstance(found, Send) and found.channel is channel)


@given(st.lists(st.tuples(st.integers(1, 30), draws, st.booleans()), min_size=5, max_size=40))
def test_no_window_ever_holds_more_than_the_caps(moments: list[tuple[int, float, bool]]) -> None:
    """A greedy sequence asks at any instants and always sends when it may."""
    at, made = NOON, []
    enquired = NOON
    for hours, draw, asks_anew in moments:
        at += timedelta(hours=hours * draw)
        enquired = at if asks_anew and at - enquired > timedelta(days=2) else enquired
        known = facts(
            enquired_at=enquired,
            consents=(consent(at=NOON),),
            touches=tuple(made),
            steps=(step(due_at=at, expires_at=None),),
        )
        found = decide(known, at, draw)
        if isinstance(found, Send):
            made.append(touch(message_id=f"m{len(made)}", at=at, state=MessageState.PLANNED))
    times = [t.at for t in made]
    for start in times:
        for span, most in ((24, 2), (7 * 24, 3), (30 * 24, 10)):
            assert sum(start <= t < start + timedelta(hours=span) for t in times) <= most
    gaps = [b - a for a, b in pairwise(times)]
    assert all(gap >= POLICY.caps.minimum_gap for gap in gaps)


states = st.sampled_from([state for state in MessageState if state is not MessageState.RECEIVED])


@given(st.lists(states, max_size=4))
def test_receipts_lead_to_one_state_in_any_order_and_number(told: list[MessageState]) -> None:
    ends = set()
    for order in permutations(told):
        state = MessageState.PLANNED
        for incoming in (*order, *order):
            state = advance(state, incoming)
        ends.add(state)
    assert len(ends) == 1


@given(states, states)
def test_a_receipt_never_moves_backwards(current: MessageState, incoming: MessageState) -> None:
    after = advance(current, incoming)
    assert after in (current, incoming)
    assert advance(after, current) is after
    assert advance(MessageState.RECEIVED, incoming) is MessageState.RECEIVED


@given(any_facts() | likely_facts(), around(NOON))
def test_a_score_is_the_sum_of_its_parts(known: Facts, at: datetime) -> None:
    found = score(known, at=at)
    assert 0 <= found.points <= 100
    assert sum(part.points for part in found.parts) == found.points
    assert 0 <= found.confidence <= 1
    assert found.temperature == ("hot" if found.points >= 70 else "warm" if found.points >= 40 else "cold")


helpful = st.sampled_from(
    [("timeline", "within 30 days"), ("financing", "cash"), ("budget", "450000"), ("area", "Oak Park"), ("beds", "3")],
)


@given(any_facts() | likely_facts(), around(NOON), helpful)
def test_stating_more_never_lowers_the_score(known: Facts, at: datetime, more: tuple[str, str]) -> None:
    told = {name: value for name, value in known.attributes if name != more[0]}
    before = score(replace(known, attributes=tuple(sorted(told.items()))), at=at)
    after = score(replace(known, attributes=tuple(sorted({**told, more[0]: more[1]}.items()))), at=at)
    assert after.points >= before.points
    ranks = ["later", "this week", "today", "now"]
    assert ranks.index(after.priority) >= ranks.index(before.priority)


@given(any_facts(), around(NOON), st.sampled_from(["NY", "MS", None]), st.sampled_from(["60601", "10001"]), st.text())
def test_who_and_where_the_lead_is_never_counts(
    known: Facts, at: datetime, state: str | None, zip_code: str, language: str
) -> None:
    told = dict(known.attributes)
    elsewhere = replace(
        known, state=state, zip=zip_code, attributes=tuple(sorted({**told, "language": language}.items()))
    )
    assert score(elsewhere, at=at).points == score(known, at=at).points


@given(any_facts(), around(NOON), draws)
def test_every_decision_is_one_of_four(known: Facts, at: datetime, draw: float) -> None:
    assert isinstance(decide(known, at, draw), Send | Wait | HandOff | Stop)


@given(likely_facts(), around(NOON))
def test_compliance_is_never_chosen_by_automation(known: Facts, at: datetime) -> None:
    found = decide(known, at)
    assert not isinstance(found, Send) or found.message_class is not MessageClass.COMPLIANCE
