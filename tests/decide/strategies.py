"""Any facts the engine may meet, and the few a sentence needs: hypothesis strategies and a plain example."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from rekindle.decide.facts import (
    Address,
    Attempt,
    Consent,
    Draft,
    Facts,
    Inbound,
    PlannedStep,
    Suppression,
    TakenBack,
    Touch,
)
from rekindle.decide.words import (
    Actor,
    Basis,
    Channel,
    Conversation,
    Intent,
    Lane,
    LeadKind,
    MessageClass,
    MessageState,
    OptOutTier,
    Stage,
)
from rekindle.policy.load import active

# A Tuesday, noon in Chicago.
NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
POLICY = active(NOON)
PHONE = "+13125550142"
OTHER_PHONE = "+12125550143"
EMAIL = "sam@mail.example"
PHONES = (PHONE, OTHER_PHONE, "+14485550144", "+18005550145", "+14165550146", "+442079460958", "nonsense")
EMAILS = (EMAIL, "ana@home.example", "broken")


def ago(**spans: float) -> datetime:
    return NOON - timedelta(**spans)


def hence(**spans: float) -> datetime:
    return NOON + timedelta(**spans)


def step(**changes: Any) -> PlannedStep:
    """A due text and e-mail of the first step for a new buyer."""
    made = PlannedStep(
        enrollment_id="e1",
        sequence="new-buyer",
        version=1,
        step="hello",
        index=0,
        last=False,
        due_at=ago(minutes=1),
        next_due_at=hence(days=1),
        expires_at=hence(days=2),
        message_class=MessageClass.INQUIRY_RESPONSE,
        lane=Lane.FIRST_TOUCH,
        drafts=(Draft(Channel.SMS, "hello-text", 1, (), 1),),
    )
    return replace(made, **changes)


def facts(**changes: Any) -> Facts:
    """Sam: a buyer in Chicago who agreed to texts an hour ago and has one text due."""
    made = Facts(
        office_id="o1",
        office_timezone="America/Chicago",
        office_mode="sandbox",
        lead_id="l1",
        kind=LeadKind.BUYER,
        stage=Stage.NEW,
        source="website",
        created_at=ago(hours=1),
        enquired_at=ago(hours=1),
        enquiry="Is the house on Elm Street still available?",
        attributes=(),
        state="IL",
        zip=None,
        conversation=Conversation.AUTOMATION,
        owner_id=None,
        paused_until=None,
        handoff_open=False,
        handed_off_at=None,
        appointment_at=None,
        addresses=(Address(Channel.SMS, PHONE), Address(Channel.EMAIL, EMAIL)),
        consents=(consent(), consent(channel=Channel.EMAIL, address=EMAIL, basis=Basis.INQUIRY)),
        suppressions=(),
        touches=(),
        inbound=(),
        steps=(step(),),
        past_sequences=("new-buyer",),
    )
    return replace(made, **changes)


def consent(**changes: Any) -> Consent:
    return replace(
        Consent(Channel.SMS, PHONE, granted=True, basis=Basis.WRITTEN, at=ago(hours=1), event_id="c1"), **changes
    )


def suppression(**changes: Any) -> Suppression:
    return replace(Suppression(Channel.SMS, PHONE, "asked to stop", ago(minutes=5)), **changes)


def touch(**changes: Any) -> Touch:
    made = Touch(
        "m0", Channel.SMS, PHONE, ago(hours=1), MessageClass.MARKETING, MessageState.DELIVERED, "new-buyer/hello"
    )
    return replace(made, **changes)


def reply(**changes: Any) -> Inbound:
    return replace(Inbound("in1", Channel.SMS, PHONE, ago(minutes=10), OptOutTier.NONE, Intent.POSITIVE_ACK), **changes)


def attempt(**changes: Any) -> Attempt:
    made = Attempt(Channel.SMS, PHONE, MessageClass.MARKETING, Actor.AUTOMATION, "new-buyer/hello")
    return replace(made, **changes)


# ---------------------------------------------------------------- any of them

instants = st.integers(-400 * 24 * 60, 2 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
near = st.integers(-40 * 24 * 60, 3 * 24 * 60)
draws = st.floats(0, 1)


def any_address() -> st.SearchStrategy[Address]:
    phones = st.sampled_from(PHONES).map(lambda value: Address(Channel.SMS, value))
    return phones | st.sampled_from(EMAILS).map(lambda value: Address(Channel.EMAIL, value))


def around(at: datetime) -> st.SearchStrategy[datetime]:
    return near.map(lambda minutes: at + timedelta(minutes=minutes))


def _of_address(make: Any, at: datetime, **more: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda a, when, **m: make(channel=a.channel, address=a.value, at=when, **m), any_address(), around(at), **more
    )


def any_consent(at: datetime) -> st.SearchStrategy[Consent]:
    ids = st.sampled_from(["c1", "c2"])
    return _of_address(Consent, at, granted=st.booleans(), basis=st.sampled_from(Basis), event_id=ids)


def any_suppression(at: datetime) -> st.SearchStrategy[Suppression]:
    return _of_address(Suppression, at, reason=st.sampled_from(["asked to stop", "unreachable", "wrong_number"]))


def any_touch(at: datetime) -> st.SearchStrategy[Touch]:
    states = st.sampled_from([state for state in MessageState if state is not MessageState.RECEIVED])
    return _of_address(
        Touch,
        at,
        message_id=st.uuids().map(str),
        message_class=st.sampled_from(MessageClass),
        state=states,
        step=st.just("new-buyer/hello"),
    )


def any_reply(at: datetime) -> st.SearchStrategy[Inbound]:
    ids = st.sampled_from(["in1", "in2", "in3"])
    return _of_address(
        Inbound,
        at,
        message_id=ids,
        tier=st.none() | st.sampled_from(OptOutTier),
        intent=st.none() | st.sampled_from(Intent),
    )


def any_step(at: datetime) -> st.SearchStrategy[PlannedStep]:
    drafts = st.builds(
        Draft,
        channel=st.sampled_from(Channel),
        template=st.just("t"),
        version=st.just(1),
        missing=st.sampled_from([(), (), ("agent_name",)]),
        segments=st.just(1),
    )
    return st.builds(
        PlannedStep,
        enrollment_id=st.sampled_from(["e1", "e2", "e3"]),
        sequence=st.just("new-buyer"),
        version=st.just(1),
        step=st.sampled_from(["hello", "again"]),
        index=st.integers(0, 5),
        last=st.booleans(),
        due_at=around(at),
        next_due_at=st.none() | around(at),
        expires_at=st.none() | around(at),
        message_class=st.sampled_from(
            [MessageClass.MARKETING, MessageClass.INQUIRY_RESPONSE, MessageClass.TRANSACTIONAL]
        ),
        lane=st.sampled_from(Lane),
        drafts=st.lists(drafts, max_size=2).map(tuple),
    )


def _few(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def _in_time(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(lambda items: tuple(sorted(items, key=lambda item: item.at)))


@st.composite
def any_facts(draw: st.DrawFn, at: datetime = NOON) -> Facts:
    """Facts of every shape; half of them begin from Sam, so that sends are met as well."""
    changes: dict[str, Any] = {
        "kind": draw(st.sampled_from(LeadKind)),
        "stage": draw(st.sampled_from([Stage.NEW, Stage.ATTEMPTING, *Stage])),
        "enquired_at": draw(st.none() | around(at)),
        "attributes": tuple(
            sorted(
                draw(st.dictionaries(st.sampled_from(["timeline", "financing", "area"]), st.text(max_size=12))).items()
            )
        ),
        "state": draw(st.sampled_from([None, "IL", "FL", "RI", "Ontario"])),
        "zip": draw(st.sampled_from([None, "60601", "90210"])),
        "conversation": draw(st.sampled_from([Conversation.AUTOMATION, *Conversation])),
        "paused_until": draw(st.none() | around(at)),
        "handoff_open": draw(st.sampled_from([False, False, True])),
        "handed_off_at": draw(st.none() | around(at)),
        "touches": draw(_in_time(any_touch(at), 5)),
        "inbound": draw(_in_time(any_reply(at), 3)),
        "steps": draw(_few(any_step(at), 3)),
        "suppressions": draw(_few(any_suppression(at), 2)),
        "taken_back": draw(st.none() | around(at).map(lambda when: TakenBack(when, "No consent is on record."))),
    }
    if draw(st.booleans()):
        changes["addresses"] = draw(st.lists(any_address(), max_size=4, unique=True).map(tuple))
        changes["consents"] = draw(_in_time(any_consent(at), 4))
    return facts(**changes)


@st.composite
def likely_facts(draw: st.DrawFn, at: datetime = NOON) -> Facts:
    """Sam with little in the way: mostly sends and holds."""
    return facts(
        created_at=at - timedelta(days=draw(st.integers(0, 60))),
        enquired_at=at - timedelta(hours=draw(st.integers(0, 400))),
        state=draw(st.sampled_from(["IL", "FL", "TX", None])),
        consents=(
            consent(at=at - timedelta(days=61)),
            consent(channel=Channel.EMAIL, address=EMAIL, at=at - timedelta(days=61)),
        ),
        touches=draw(_in_time(any_touch(at), 4)),
        steps=(step(due_at=at - timedelta(minutes=draw(st.integers(0, 99))), expires_at=None),),
    )


def any_attempt(known: Facts) -> st.SearchStrategy[Attempt]:
    where = st.sampled_from(known.addresses) if known.addresses else any_address()
    return st.builds(
        lambda a, **m: Attempt(channel=a.channel, address=a.value, step="new-buyer/hello", **m),
        where,
        message_class=st.sampled_from(MessageClass),
        actor=st.sampled_from(Actor),
        missing=st.sampled_from([(), (), ("agent_name",)]),
        message_id=st.none() | st.sampled_from([t.message_id for t in known.touches] or ["m"]),
        reply_to=st.none() | st.sampled_from(["in1", "in2"]),
    )
